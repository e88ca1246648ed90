"""Risk of a relapse: a net fitted by the partial likelihood of Cox."""
import torch
from torch import nn


def cohort(count, seed):
    g = torch.Generator().manual_seed(seed)
    x = torch.randn(count, 8, generator=g)
    risk = 1.2 * x[:, 0] - 0.8 * x[:, 3]
    relapse = torch.empty(count).exponential_(1.0, generator=g) / risk.exp()
    censoring = torch.empty(count).exponential_(0.4, generator=g)
    return x, torch.minimum(relapse, censoring), relapse <= censoring


class RiskNet(nn.Module):
    def __init__(self, covariates=8, hidden=16):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(covariates, hidden), nn.Tanh(), nn.Linear(hidden, 1, bias=False))

    def forward(self, x):
        return self.net(x)


def cox_loss(log_risk, time, event):
    """log_risk: n x 1; time, event: n."""
    at_risk = time >= time[:, None]
    scores = log_risk.T.masked_fill(~at_risk, float("-inf"))
    log_sum = torch.logsumexp(scores, dim=1, keepdim=True)
    return -(log_risk - log_sum)[event].mean()


def concordance(log_risk, time, event):
    """Of the pairs that can be compared, how many are in the right order?"""
    comparable = (time[:, None] < time) & event[:, None]
    right = log_risk > log_risk.T
    return (right & comparable).sum().item() / comparable.sum().item()


def fit(model, x, time, event, steps=80):
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2, weight_decay=1e-3)
    for step in range(steps):
        loss = cox_loss(model(x), time, event)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return loss.item()


if __name__ == "__main__":
    torch.manual_seed(0)
    model = RiskNet()
    print("loss", fit(model, *cohort(150, seed=1)))
    x, time, event = cohort(80, seed=2)
    with torch.no_grad():
        index = concordance(model(x), time, event)
    print("concordance", index)
