import math
import torch
import torch.nn as nn
import torch.nn.functional as F


def timestep_embedding(t, dim):
    freqs = torch.exp(-math.log(10000) * torch.arange(dim // 2) / (dim // 2))
    args = t.float().unsqueeze(1) * freqs
    return torch.cat([args.sin(), args.cos()], dim=-1)


class ResBlock(nn.Module):
    def __init__(self, cin, cout, tdim):
        super().__init__()
        self.conv1 = nn.Conv2d(cin, cout, 3, padding=1)
        self.conv2 = nn.Conv2d(cout, cout, 3, padding=1)
        self.time = nn.Linear(tdim, cout)
        self.skip = nn.Conv2d(cin, cout, 1) if cin != cout else nn.Identity()

    def forward(self, x, temb):
        h = self.conv1(F.silu(x))
        h = h + self.time(F.silu(temb))
        return self.conv2(F.silu(h)) + self.skip(x)


class DenoiseUNet(nn.Module):
    def __init__(self, ch=32, tdim=64):
        super().__init__()
        self.tdim = tdim
        self.tmlp = nn.Sequential(nn.Linear(tdim, tdim), nn.SiLU(), nn.Linear(tdim, tdim))
        self.inp = nn.Conv2d(3, ch, 3, padding=1)
        self.d1 = ResBlock(ch, ch, tdim)
        self.down = nn.Conv2d(ch, ch, 4, stride=2, padding=1)
        self.d2 = ResBlock(ch, 2 * ch, tdim)
        self.up = nn.ConvTranspose2d(2 * ch, ch, 4, stride=2, padding=1)
        self.u1 = ResBlock(2 * ch, ch, tdim)
        self.out = nn.Conv2d(ch, 3, 3, padding=1)

    def forward(self, x, t):
        temb = self.tmlp(timestep_embedding(t, self.tdim))
        h0 = self.d1(self.inp(x), temb)
        h1 = self.d2(self.down(h0), temb)
        return self.out(self.u1(torch.cat([self.up(h1), h0], dim=1), temb))


if __name__ == "__main__":
    torch.manual_seed(0)
    net = DenoiseUNet()
    x0, t = torch.randn(4, 3, 32, 32), torch.randint(0, 1000, (4,))
    noise = torch.randn_like(x0)
    alpha = torch.linspace(0.999, 0.01, 1000)[t].view(-1, 1, 1, 1)
    loss = F.mse_loss(net(alpha.sqrt() * x0 + (1 - alpha).sqrt() * noise, t), noise)
    loss.backward()
    print(round(loss.item(), 3))
