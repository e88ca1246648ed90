"""Proportional hazards with a small net: who is at more risk after an operation."""
import torch
from torch import nn

FEATURES, PEOPLE = 8, 256


def cohort(count, seed):
    """Features, years until the end of observation, and whether it ended with the event."""
    g = torch.Generator().manual_seed(seed)
    x = torch.randn(count, FEATURES, generator=g)
    hazard = torch.exp(0.9 * x[:, 0] - 0.7 * x[:, 1] + 0.4 * x[:, 2] * x[:, 3])
    until_event = -torch.log(torch.rand(count, generator=g)) / hazard
    until_lost = 2.5 * torch.rand(count, generator=g)
    return x, torch.minimum(until_event, until_lost), (until_event <= until_lost).float()


class RiskNet(nn.Module):
    def __init__(self, width=24, dropout=0.1):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(FEATURES, width), nn.ReLU(), nn.Dropout(dropout), nn.Linear(width, 1, bias=False)
        )

    def forward(self, x):
        return self.net(x)


def partial_likelihood(risk, time, event):
    """The negative logarithm of Cox's partial likelihood, by event."""
    order = time.argsort(descending=True)
    risk, event = risk[order], event[order]
    at_risk = torch.logcumsumexp(risk.flatten(), dim=0)
    return -((risk - at_risk) * event).sum() / event.sum()


def concordance(risk, time, event):
    """The share of comparable pairs in which who was at more risk went first."""
    earlier = (time[:, None] < time[None]) & (event[:, None] > 0)
    risk = risk.flatten()
    return (risk[:, None] > risk[None])[earlier].float().mean().item()


if __name__ == "__main__":
    torch.manual_seed(0)
    x, time, event = cohort(PEOPLE, 0)
    x_val, time_val, event_val = cohort(PEOPLE, 1)
    model = RiskNet()
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3, weight_decay=1e-3)
    for epoch in range(61):
        model.train()
        loss = partial_likelihood(model(x), time, event)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if epoch % 20 == 0:
            model.eval()
            with torch.no_grad():
                c = concordance(model(x_val), time_val, event_val)
            print(f"epoch {epoch}: loss {loss.item():.3f}, concordance {c:.3f}")
