import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(0)


class HeteroscedasticRegressor(nn.Module):
    def __init__(self, dim=5):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(dim, 16), nn.Tanh())
        self.mean, self.logvar = nn.Linear(16, 1), nn.Linear(16, 1)
        self.censor = nn.Linear(16, 1)

    def forward(self, x):
        h = self.body(x)
        return self.mean(h), F.softplus(self.logvar(h)) + 1e-4, self.censor(h)


x = torch.randn(48, 5)
y = (x @ torch.randn(5, 1)) + 0.1 * torch.randn(48, 1)     # (48, 1), as the data file gives it
seen = (torch.rand(48, 1) > 0.2).float()
net = HeteroscedasticRegressor()
opt = torch.optim.Adam(net.parameters(), lr=1e-2)
mu_y, sd_y = y.mean(0, keepdim=True), y.std(0, keepdim=True)
for step in range(5):
    mu, var, c = net(x)
    z = (y - mu_y) / sd_y                                    # (48, 1) - (1, 1)
    nll = F.gaussian_nll_loss(mu, z, var, reduction="none")
    loss = (nll * seen).sum() / seen.sum() + F.binary_cross_entropy_with_logits(c, seen)
    opt.zero_grad()
    loss.backward()
    opt.step()
print(mu.shape, round(loss.item(), 3))
