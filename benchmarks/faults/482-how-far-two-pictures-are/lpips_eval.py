"""How different two pictures look, by the features of a network. Pictures come with the colours last."""
import numpy as np
import torch
from torch import nn
import torch.nn.functional as F


class Features(nn.Module):
    def __init__(self, widths=(4, 8, 8)):
        super().__init__()
        sizes = [3, *widths]
        self.slices = nn.ModuleList(nn.Sequential(nn.Conv2d(i, o, 3, stride=2, padding=1), nn.ReLU())
                                    for i, o in zip(sizes, sizes[1:]))
        self.lin = nn.ModuleList(nn.Conv2d(w, 1, 1, bias=False) for w in widths)
        for lin in self.lin:
            nn.init.constant_(lin.weight, 1.0 / lin.in_channels)
        self.register_buffer("shift", torch.tensor([-0.030, -0.088, -0.188]).view(1, 3, 1, 1))
        self.register_buffer("scale", torch.tensor([0.458, 0.448, 0.450]).view(1, 3, 1, 1))

    def forward(self, x):
        x, found = (x - self.shift) / self.scale, []
        for layer in self.slices:
            x = layer(x)
            found.append(F.normalize(x, dim=1, eps=1e-10))
        return found


def lpips(net, input0, input1):
    """Distances of pictures (..., height, width, 3) between 0 and 1; of each pair one number."""
    batch_shape = input0.shape[:-3]
    input0 = input0.reshape(-1, *input0.shape[-3:])
    input1 = input1.reshape(-1, *input1.shape[-3:])
    # NHWC to NCHW
    input0 = input0.permute(0, 3, 1, 2)
    input1 = input1.permute(0, 3, 1, 2)
    input0, input1 = input0 * 2.0 - 1.0, input1 * 2.0 - 1.0
    distance = 0
    for lin, a, b in zip(net.lin, net(input0), net(input1)):
        distance = distance + lin((a - b) ** 2).mean(dim=(2, 3))
    return distance.reshape(batch_shape)


if __name__ == "__main__":
    torch.manual_seed(0)
    net = Features().eval()
    rng = np.random.default_rng(1)
    image0 = torch.from_numpy(rng.random((2, 4, 24, 32, 3), dtype=np.float32))
    image1 = (image0 + 0.2 * torch.randn_like(image0)).clamp(0, 1)
    with torch.no_grad():
        print(lpips(net, image0, image1).shape)
        print(lpips(net, image0[0, 0], image1[0, 0]).item(), lpips(net, image0[0, 0], image0[0, 0]).item())
