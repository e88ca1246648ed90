"""The loss of the slopes."""
import torch
import torch.nn.functional as F


def get_gradient_hv(hv):
    """Slopes (batch, height, width, 2) of horizontal and vertical distances of that shape."""
    kernel_h = torch.tensor([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]]).view(1, 1, 3, 3)
    kernel_v = kernel_h.transpose(2, 3)
    h_ch, v_ch = hv[..., 0].unsqueeze(1), hv[..., 1].unsqueeze(1)
    h_dh = F.conv2d(h_ch, kernel_h, padding=1)
    v_dv = F.conv2d(v_ch, kernel_v, padding=1)
    return torch.cat([h_dh, v_dv], dim=1).permute(0, 2, 3, 1)


def msge_loss(true, pred, focus):
    focus = focus.float()[..., None].expand_as(true)
    error = (get_gradient_hv(pred) - get_gradient_hv(true)) ** 2 * focus
    return error.sum() / (focus.sum() + 1e-8)
