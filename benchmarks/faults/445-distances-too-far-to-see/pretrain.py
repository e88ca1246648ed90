"""Hide a part of the nodes of each graph and guess their features from the others."""
import argparse

import torch
from torch import nn
from torch.utils.data import DataLoader

from collator import collator
from graphs import RingGraphs


class GraphEncoder(nn.Module):
    def __init__(self, hidden_dim=16, num_heads=2, spatial_max=8, atoms=12):
        super().__init__()
        self.num_heads = num_heads
        self.atom_encoder = nn.Embedding(atoms + 2, hidden_dim, padding_idx=0)
        self.mask_token = nn.Parameter(torch.zeros(hidden_dim))
        self.spatial_pos_encoder = nn.Embedding(spatial_max + 2, num_heads, padding_idx=0)
        self.qkv = nn.Linear(hidden_dim, 3 * hidden_dim)
        self.out = nn.Linear(hidden_dim, atoms + 2)

    def forward(self, batch, hide=None):
        x = self.atom_encoder(batch["x"])
        if hide is not None:
            x = torch.where(hide[..., None], self.mask_token, x)
        b, n, _ = x.shape
        bias = batch["attn_bias"][:, None] + self.spatial_pos_encoder(batch["spatial_pos"]).permute(0, 3, 1, 2)
        q, k, v = (t.view(b, n, self.num_heads, -1).transpose(1, 2) for t in self.qkv(x).chunk(3, dim=-1))
        scores = q @ k.transpose(2, 3) / q.shape[-1] ** 0.5 + bias
        y = scores.softmax(dim=-1).nan_to_num() @ v
        return self.out(x + y.transpose(1, 2).reshape(b, n, -1))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--spatial_pos_max", type=int, default=3)
    parser.add_argument("--mask_ratio", type=float, default=0.4)
    args = parser.parse_args()
    torch.manual_seed(0)
    loader = DataLoader(RingGraphs(8), batch_size=4,
                        collate_fn=lambda items: collator(items, spatial_pos_max=args.spatial_pos_max))
    model = GraphEncoder()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    for batch in loader:
        hide = (torch.rand(batch["x"].shape) < args.mask_ratio) & (batch["x"] > 0)
        logits = model(batch, hide)
        loss = nn.functional.cross_entropy(logits[hide], batch["x"][hide])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(tuple(batch["attn_bias"].shape), f"{loss.item():.3f}")
