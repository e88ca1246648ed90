"""Implicit quantile network on a toy chain; the loss compares every pair of quantiles."""
import torch
from torch import nn

from quantile_net import QuantileNet
from losses import quantile_huber

N_QUANT, N_TARGET, GAMMA = 16, 12, 0.9


def learn(net, target, opt, batch):
    s, a, r, s2 = batch
    n = s.size(0)
    q, taus = net(s, N_QUANT)                                             # (n, N, actions), (n, N, 1)
    q = q.gather(2, a.view(n, 1, 1).expand(n, N_QUANT, 1))                # (n, N, 1)
    with torch.no_grad():
        q2, _ = target(s2, N_TARGET)
        best = q2.mean(1).argmax(1)
        q2 = q2.gather(2, best.view(n, 1, 1).expand(n, N_TARGET, 1)).squeeze(2)
        y = (r.unsqueeze(1) + GAMMA * q2).unsqueeze(1)                    # (n, 1, N')
    loss = quantile_huber(q, y, taus)
    opt.zero_grad()
    loss.backward()
    opt.step()
    return loss.item()


def main():
    torch.manual_seed(0)
    net, target = QuantileNet(5, 3), QuantileNet(5, 3)
    target.load_state_dict(net.state_dict())
    opt = torch.optim.Adam(net.parameters(), lr=1e-3)
    for step in range(10):
        s = torch.randn(32, 5)
        a = torch.randint(0, 3, (32,))
        loss = learn(net, target, opt, (s, a, s[:, 0] * a, s + 0.1))
    print("loss", loss)


if __name__ == "__main__":
    main()
