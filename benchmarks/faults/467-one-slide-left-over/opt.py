"""What is done with a batch while training and while validating."""
import torch
import torch.nn.functional as F


def train_step(batch_data, model, optimizer):
    imgs = batch_data["img"].float().permute(0, 3, 1, 2).contiguous()
    true_np = batch_data["np_map"].long()
    true_hv = batch_data["hv_map"].float()
    pred = {k: v.permute(0, 2, 3, 1) for k, v in model(imgs).items()}
    loss = F.cross_entropy(pred["np"].flatten(0, 2), true_np.flatten()) + F.mse_loss(pred["hv"], true_hv)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


def valid_step(batch_data, model):
    """The truth and the answer for each picture of a batch."""
    imgs = batch_data["img"].float().permute(0, 3, 1, 2).contiguous()
    true_np = torch.squeeze(batch_data["np_map"]).long()
    true_hv = torch.squeeze(batch_data["hv_map"]).float()
    with torch.no_grad():
        pred = {k: v.permute(0, 2, 3, 1).contiguous() for k, v in model(imgs).items()}
        prob_np = F.softmax(pred["np"], dim=-1)[..., 1]
    return {"true_np": true_np, "true_hv": true_hv, "prob_np": prob_np, "pred_hv": pred["hv"]}


def proc_valid_step_output(raw_data):
    """Figures over all pictures."""
    true_np, prob_np = torch.stack(raw_data["true_np"]), torch.stack(raw_data["prob_np"])
    true_hv, pred_hv = torch.stack(raw_data["true_hv"]), torch.stack(raw_data["pred_hv"])
    pred_np = (prob_np > 0.5).long()
    inter, total = (pred_np * true_np).sum(), (pred_np + true_np).sum()
    return {"np_acc": (pred_np == true_np).float().mean().item(),
            "np_dice": (2 * inter / (total + 1e-3)).item(),
            "hv_mse": (pred_hv - true_hv).pow(2).mean().item()}
