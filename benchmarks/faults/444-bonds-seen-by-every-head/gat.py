"""Graph attention over the atoms of molecules, with bonds that have a kind and a direction."""
import torch
from torch import nn
import torch.nn.functional as F

NUM_BOND_TYPE, NUM_BOND_DIRECTION = 6, 3


def softmax_by_target(values, index, size):
    exp = (values - values.max()).exp()
    total = exp.new_zeros(size, exp.shape[1]).index_add(0, index, exp)
    return exp / (total[index] + 1e-16)


class GATConv(nn.Module):
    def __init__(self, emb_dim, heads=2, negative_slope=0.2):
        super().__init__()
        self.emb_dim, self.heads, self.negative_slope = emb_dim, heads, negative_slope
        self.weight_linear = nn.Linear(emb_dim, heads * emb_dim)
        self.att = nn.Parameter(torch.randn(1, heads, 2 * emb_dim) * 0.3)
        self.bias = nn.Parameter(torch.zeros(emb_dim))
        self.edge_embedding1 = nn.Embedding(NUM_BOND_TYPE, heads * emb_dim)
        self.edge_embedding2 = nn.Embedding(NUM_BOND_DIRECTION, heads * emb_dim)

    def forward(self, x, edge_index, edge_attr):
        edge_embeddings = self.edge_embedding1(edge_attr[:, 0]) + self.edge_embedding2(edge_attr[:, 1])
        x = self.weight_linear(x).view(-1, self.heads, self.emb_dim)
        source, target = edge_index
        messages = self.message(target, x[target], x[source], edge_embeddings, x.shape[0])
        out = messages.new_zeros(x.shape[0], self.heads, self.emb_dim).index_add(0, target, messages)
        return out.mean(dim=1) + self.bias

    def message(self, target, x_i, x_j, edge_attr, size):
        x_j = x_j + edge_attr
        alpha = (torch.cat([x_i, x_j], dim=-1) * self.att).sum(dim=-1)
        alpha = softmax_by_target(F.leaky_relu(alpha, self.negative_slope), target, size)
        return x_j * alpha.view(-1, self.heads, 1)


class GNN(nn.Module):
    def __init__(self, num_layer=2, emb_dim=8, atoms=20):
        super().__init__()
        self.x_embedding = nn.Embedding(atoms, emb_dim)
        self.gnns = nn.ModuleList(GATConv(emb_dim) for _ in range(num_layer))

    def forward(self, x, edge_index, edge_attr):
        h = self.x_embedding(x)
        for layer, gnn in enumerate(self.gnns):
            h = gnn(h, edge_index, edge_attr)
            if layer < len(self.gnns) - 1:
                h = F.relu(h)
        return h


if __name__ == "__main__":
    torch.manual_seed(0)
    model, head = GNN(), nn.Linear(8, 20)
    optimizer = torch.optim.Adam([*model.parameters(), *head.parameters()], lr=1e-3)
    for _ in range(3):
        atoms, edges = torch.randint(0, 20, (9,)), torch.randint(0, 9, (2, 14))
        bonds = torch.stack([torch.randint(0, 6, (14,)), torch.randint(0, 3, (14,))], dim=1)
        loss = F.cross_entropy(head(model(atoms, edges, bonds)), atoms)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(f"{loss.item():.3f}")
