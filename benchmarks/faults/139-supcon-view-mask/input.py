import torch
import torch.nn as nn
import torch.nn.functional as F


class SupConLoss(nn.Module):
    """features: (batch, views, dim), labels: (batch,)"""

    def __init__(self, temperature=0.07):
        super().__init__()
        self.temperature = temperature

    def forward(self, features, labels):
        batch, views, _ = features.shape
        labels = labels.contiguous().view(-1, 1)
        mask = torch.eq(labels, labels.t()).float()
        contrast = torch.cat(torch.unbind(features, dim=1), dim=0)
        logits = contrast @ contrast.t() / self.temperature
        logits = logits - logits.max(dim=1, keepdim=True).values.detach()
        self_mask = 1.0 - torch.eye(batch * views)
        mask = mask * self_mask
        exp_logits = torch.exp(logits) * self_mask
        log_prob = logits - torch.log(exp_logits.sum(1, keepdim=True))
        mean_log_prob = (mask * log_prob).sum(1) / mask.sum(1)
        return -mean_log_prob.mean()


def main():
    torch.manual_seed(0)
    encoder = nn.Sequential(nn.Linear(20, 32), nn.ReLU(), nn.Linear(32, 16))
    view1, view2 = torch.randn(10, 20), torch.randn(10, 20)
    labels = torch.randint(0, 3, (10,))
    z = F.normalize(torch.stack([encoder(view1), encoder(view2)], dim=1), dim=2)
    loss = SupConLoss()(z, labels)
    loss.backward()
    print("supcon", loss.item() > 0)


if __name__ == "__main__":
    main()
