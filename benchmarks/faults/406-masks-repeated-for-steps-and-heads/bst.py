"""Recommendation from what somebody looked at before: attention over the past with padding."""
import torch
from torch import nn


class BehaviorTransformer(nn.Module):
    def __init__(self, items=30, dim=12, num_heads=3, max_len=8, layers=2):
        super().__init__()
        self.num_heads = num_heads
        self.item_embedding = nn.Embedding(items, dim, padding_idx=0)
        self.position = nn.Parameter(torch.randn(max_len, dim) * 0.1)
        self.attention = nn.ModuleList(
            nn.MultiheadAttention(dim, num_heads, batch_first=True) for _ in range(layers))
        self.norms = nn.ModuleList(nn.LayerNorm(dim) for _ in range(layers))
        self.out = nn.Sequential(nn.Linear(2 * dim, 16), nn.ReLU(), nn.Linear(16, 1))

    def get_mask(self, padding_mask):
        """padding_mask: (B, L), true where nothing is; gives (B * heads, L, L), as the attention wants it."""
        seq_len = padding_mask.size(1)
        attn_mask = padding_mask.unsqueeze(1).repeat(1, seq_len * self.num_heads, 1).view(-1, seq_len, seq_len)
        diagonal = torch.eye(seq_len, dtype=torch.bool)
        return attn_mask & ~diagonal.unsqueeze(0)

    def forward(self, history, target):
        padding_mask = history == 0
        attn_mask = self.get_mask(padding_mask)
        x = self.item_embedding(history) + self.position[:history.size(1)]
        for attention, norm in zip(self.attention, self.norms):
            y, _ = attention(x, x, x, attn_mask=attn_mask, need_weights=False)
            x = norm(x + y)
        present = (~padding_mask).unsqueeze(2).float()
        pooled = (x * present).sum(1) / present.sum(1).clamp(min=1)
        return self.out(torch.cat([pooled, self.item_embedding(target)], 1)).squeeze(1)


def main():
    torch.manual_seed(0)
    model = BehaviorTransformer()
    optimizer = torch.optim.Adam(model.parameters(), 1e-3)
    for _ in range(3):
        history = torch.randint(1, 30, (5, 8))
        history[torch.arange(8) >= torch.tensor([8, 3, 5, 1, 0]).unsqueeze(1)] = 0
        loss = nn.functional.binary_cross_entropy_with_logits(
            model(history, torch.randint(1, 30, (5,))), torch.randint(0, 2, (5,)).float())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(loss.item())


if __name__ == "__main__":
    main()
