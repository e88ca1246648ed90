import torch
import torch.nn as nn


def auc_hinge(scores, labels, margin=1.0):
    """Every positive against every negative: (p, 1) - (1, n)."""
    pos = scores[labels == 1]
    neg = scores[labels == 0]
    return torch.relu(margin - (pos.unsqueeze(1) - neg.unsqueeze(0))).pow(2).mean()


if __name__ == "__main__":
    torch.manual_seed(0)
    fraud = nn.Sequential(nn.Linear(12, 16), nn.ReLU(), nn.Linear(16, 1))
    x = torch.randn(40, 12)
    y = torch.zeros(40).long()
    y[::8] = 1
    opt = torch.optim.Adam(fraud.parameters(), 1e-2)
    for _ in range(3):
        loss = auc_hinge(fraud(x).squeeze(-1), y)
        opt.zero_grad()
        loss.backward()
        opt.step()
    print("auc loss", round(loss.item(), 3))
