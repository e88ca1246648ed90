import torch
import torch.nn as nn
import torch.nn.functional as F


class QuantileNet(nn.Module):
    def __init__(self, obs=8, actions=4, n_quant=32):
        super().__init__()
        self.actions, self.n = actions, n_quant
        self.net = nn.Sequential(nn.Linear(obs, 64), nn.ReLU(), nn.Linear(64, actions * n_quant))

    def forward(self, obs):
        return self.net(obs).view(-1, self.actions, self.n)


def quantile_huber(pred, target, tau):
    """pred (b, n), target (b, m): every predicted quantile against every target quantile OF THE SAME sample."""
    td = target.unsqueeze(1) - pred.unsqueeze(2)                  # (b, n, m)
    huber = F.smooth_l1_loss(pred.unsqueeze(2).expand_as(td), target.unsqueeze(1).expand_as(td), reduction="none")
    weight = (tau.view(1, -1, 1) - (td.detach() < 0).float()).abs()
    return (weight * huber).mean(2).sum(1)


if __name__ == "__main__":
    torch.manual_seed(0)
    net, frozen = QuantileNet(), QuantileNet(n_quant=16)
    s, s2 = torch.randn(10, 8), torch.randn(10, 8)
    a, r, done = torch.randint(0, 4, (10,)), torch.randn(10), torch.zeros(10)
    tau = (torch.arange(32) + 0.5) / 32
    pred = net(s)[torch.arange(10), a]
    with torch.no_grad():
        nxt = frozen(s2)
        best = nxt.mean(2).argmax(1)
        y = r.unsqueeze(1) + 0.99 * (1 - done).unsqueeze(1) * nxt[torch.arange(10), best]
    loss = quantile_huber(pred, y, tau)
    loss.mean().backward()
    print(loss.shape)
