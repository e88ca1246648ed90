"""Click rates of several domains: one network, and small adapters whose weights depend on the example."""
import torch
from torch import nn


class EmbeddingLayer(nn.Module):
    def __init__(self, field_sizes, dim):
        super().__init__()
        self.tables = nn.ModuleList(nn.Embedding(n, dim) for n in field_sizes)

    def forward(self, x):
        return torch.cat([table(x[:, i]) for i, table in enumerate(self.tables)], dim=1)


class MLPAdapter(nn.Module):
    """After every hidden layer of the network stands an adapter of low rank ``k`` for each domain.

    ``x`` holds the numbers of the fields (B, fields), ``domain`` those of the domains (B,).
    """

    def __init__(self, field_sizes, domain_num, fcn_dims, dim=4, k=3):
        super().__init__()
        self.domain_num, self.k = domain_num, k
        self.embedding = EmbeddingLayer(field_sizes, dim)
        width = len(field_sizes) * dim
        self.layers, self.norms = nn.ModuleList(), nn.ModuleList()
        for out in fcn_dims:
            self.layers.append(nn.Linear(width, out))
            self.norms.append(nn.BatchNorm1d(out))
            width = out
        self.final_layer = nn.Linear(width, 1)
        self.hyper = nn.Sequential(nn.Linear(len(field_sizes) * dim, 8), nn.ReLU(), nn.Linear(8, k * k))
        self.u, self.v, self.b = nn.ParameterList(), nn.ParameterList(), nn.ParameterList()
        for out in fcn_dims:
            self.u.append(nn.Parameter(torch.randn(domain_num, fcn_dims[0], k) * 0.1))
            self.v.append(nn.Parameter(torch.randn(domain_num, k, fcn_dims[0]) * 0.1))
            self.b.append(nn.Parameter(torch.zeros(domain_num, out)))

    def adapter(self, i, x, hyper, domain):
        w = torch.einsum("bfk,bkl,blj->bfj", self.u[i][domain], hyper, self.v[i][domain])
        return x + torch.einsum("bf,bfj->bj", torch.sigmoid(x), w) + self.b[i][domain]

    def forward(self, x, domain):
        x = self.embedding(x)
        hyper = self.hyper(x).view(-1, self.k, self.k)
        for i, (layer, norm) in enumerate(zip(self.layers, self.norms)):
            x = torch.relu(norm(layer(x)))
            x = self.adapter(i, x, hyper, domain)
        return torch.sigmoid(self.final_layer(x)).squeeze(1)


if __name__ == "__main__":
    torch.manual_seed(0)
    model = MLPAdapter([10, 7, 4], domain_num=3, fcn_dims=[16, 8])
    optimizer = torch.optim.Adam(model.parameters(), 1e-2)
    for _ in range(3):
        x = torch.stack([torch.randint(0, n, (12,)) for n in (10, 7, 4)], 1)
        clicked, domain = torch.randint(0, 2, (12,)).float(), torch.randint(0, 3, (12,))
        loss = nn.functional.binary_cross_entropy(model(x, domain), clicked)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(loss.item())
