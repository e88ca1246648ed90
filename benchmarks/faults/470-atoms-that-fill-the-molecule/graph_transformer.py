"""Attention among the nodes of a graph, with what is known of their edges."""
import torch
from torch import nn


def fold_heads(t, heads):
    """(batch, ..., heads * dim) to (batch * heads, ..., dim)."""
    t = t.reshape(*t.shape[:-1], heads, -1)
    return t.movedim(-2, 1).flatten(0, 1)


def unfold_heads(t, heads):
    t = t.reshape(-1, heads, *t.shape[1:])
    return t.transpose(1, 2).flatten(2)


class GatedResidual(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.proj = nn.Sequential(nn.Linear(dim * 3, 1, bias=False), nn.Sigmoid())

    def forward(self, x, res):
        gate = self.proj(torch.cat((x, res, x - res), dim=-1))
        return x * gate + res * (1 - gate)


class Attention(nn.Module):
    def __init__(self, dim, dim_head=8, heads=4, edge_dim=None):
        super().__init__()
        edge_dim = dim if edge_dim is None else edge_dim
        inner_dim = dim_head * heads
        self.heads, self.scale = heads, dim_head ** -0.5
        self.to_q = nn.Linear(dim, inner_dim)
        self.to_kv = nn.Linear(dim, inner_dim * 2)
        self.edges_to_kv = nn.Linear(edge_dim, inner_dim)
        self.to_out = nn.Linear(inner_dim, dim)

    def forward(self, nodes, edges, mask=None):
        h = self.heads
        q = self.to_q(nodes)
        k, v = self.to_kv(nodes).chunk(2, dim=-1)
        e_kv = self.edges_to_kv(edges)
        q, k, v, e_kv = (fold_heads(t, h) for t in (q, k, v, e_kv))

        k = k[:, None] + e_kv
        v = v[:, None] + e_kv
        sim = torch.einsum("bid,bijd->bij", q, k) * self.scale
        if mask is not None:
            mask = mask[:, :, None] & mask[:, None, :]
            sim = sim.masked_fill(~mask, -torch.finfo(sim.dtype).max)
        attn = sim.softmax(dim=-1)
        out = torch.einsum("bij,bijd->bid", attn, v)
        return self.to_out(unfold_heads(out, h))


class GraphTransformer(nn.Module):
    """Nodes (batch, nodes, dim), edges (batch, nodes, nodes, edge_dim), and which nodes there are (batch, nodes)."""

    def __init__(self, dim, depth, edge_dim=None, heads=4):
        super().__init__()
        edge_dim = dim if edge_dim is None else edge_dim
        self.norm_edges = nn.LayerNorm(edge_dim)
        self.layers = nn.ModuleList(nn.ModuleList([
            nn.LayerNorm(dim), Attention(dim, heads=heads, edge_dim=edge_dim), GatedResidual(dim),
            nn.Sequential(nn.LayerNorm(dim), nn.Linear(dim, dim * 2), nn.GELU(), nn.Linear(dim * 2, dim)),
            GatedResidual(dim)]) for _ in range(depth))

    def forward(self, nodes, edges, mask=None):
        edges = self.norm_edges(edges)
        for norm, attn, attn_residual, ff, ff_residual in self.layers:
            nodes = attn_residual(attn(norm(nodes), edges, mask=mask), nodes)
            nodes = ff_residual(ff(nodes), nodes)
        return nodes, edges


if __name__ == "__main__":
    torch.manual_seed(0)
    model = GraphTransformer(dim=16, depth=2, edge_dim=6)
    one, _ = model(torch.randn(1, 7, 16), torch.randn(1, 7, 7, 6), mask=torch.ones(1, 7, dtype=torch.bool))
    print(one.shape)
    atoms = torch.tensor([7, 4, 5])
    mask = torch.arange(7)[None] < atoms[:, None]
    nodes, _ = model(torch.randn(3, 7, 16), torch.randn(3, 7, 7, 6), mask=mask)
    nodes[mask].pow(2).mean().backward()
    print(nodes.shape)
