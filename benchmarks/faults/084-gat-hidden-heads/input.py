import torch
import torch.nn as nn
import torch.nn.functional as F


class GATLayer(nn.Module):
    def __init__(self, in_dim, out_dim, heads, concat=True, slope=0.2):
        super().__init__()
        self.heads, self.out_dim, self.concat, self.slope = heads, out_dim, concat, slope
        self.lin = nn.Linear(in_dim, heads * out_dim, bias=False)
        self.att_src = nn.Parameter(torch.randn(heads, out_dim) * 0.1)
        self.att_dst = nn.Parameter(torch.randn(heads, out_dim) * 0.1)

    def forward(self, x, edge_index):
        n = x.size(0)
        src, dst = edge_index
        h = self.lin(x).view(n, self.heads, self.out_dim)
        e = (h * self.att_src).sum(-1)[src] + (h * self.att_dst).sum(-1)[dst]      # (E, heads)
        e = F.leaky_relu(e, self.slope)
        idx = dst.unsqueeze(-1).expand_as(e)
        top = torch.full((n, self.heads), float("-inf")).scatter_reduce(0, idx, e, "amax")
        w = (e - top[dst]).exp()
        w = w / torch.zeros(n, self.heads).scatter_add(0, idx, w)[dst]
        out = torch.zeros_like(h).index_add(0, dst, h[src] * w.unsqueeze(-1))
        return out.flatten(1) if self.concat else out.mean(1)


class GAT(nn.Module):
    def __init__(self, in_dim=16, hidden=8, classes=5, heads=4):
        super().__init__()
        self.conv1 = GATLayer(in_dim, hidden, heads)
        self.conv2 = GATLayer(hidden, hidden, heads)
        self.conv3 = GATLayer(hidden * heads, classes, heads, concat=False)
        self.skip = nn.Linear(hidden * heads, hidden * heads)

    def forward(self, x, edge_index):
        x = F.elu(self.conv1(x, edge_index))
        x = F.elu(self.conv2(x, edge_index) + self.skip(x))
        return self.conv3(x, edge_index)


if __name__ == "__main__":
    torch.manual_seed(0)
    n = 30
    src = torch.randint(0, n, (120,))
    dst = torch.randint(0, n, (120,))
    loops = torch.arange(n)
    edge_index = torch.stack([torch.cat([src, loops]), torch.cat([dst, loops])])
    x, y = torch.randn(n, 16), torch.randint(0, 5, (n,))
    net = GAT()
    opt = torch.optim.Adam(net.parameters(), lr=5e-3)
    for _ in range(3):
        loss = F.cross_entropy(net(x, edge_index), y)
        opt.zero_grad()
        loss.backward()
        opt.step()
    print("loss", round(loss.item(), 3))
