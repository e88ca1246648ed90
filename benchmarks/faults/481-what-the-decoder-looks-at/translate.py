"""Learn to turn sequences around, with a decoder that looks back at what was read."""
import torch
from torch import nn

from attention import Attention


class Seq2Seq(nn.Module):
    def __init__(self, vocab_size, dim=16, attention_type="general"):
        super().__init__()
        self.embed = nn.Embedding(vocab_size, dim)
        self.encoder = nn.GRU(dim, dim, batch_first=True)
        self.decoder = nn.GRU(dim, dim, batch_first=True)
        self.attention = Attention(dim, attention_type)
        self.out = nn.Linear(dim, vocab_size)

    def forward(self, source, target):
        context, hidden = self.encoder(self.embed(source))
        query, _ = self.decoder(self.embed(target), hidden)
        attended, weights = self.attention(query, context)
        return self.out(attended), weights


def train(model, steps=4, batch_size=8, length=5, vocab_size=12):
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for step in range(steps):
        source = torch.randint(2, vocab_size, (batch_size, length))
        target = source.flip(1)
        start = torch.ones(batch_size, 1, dtype=torch.long)
        logits, _ = model(source, torch.cat([start, target[:, :-1]], dim=1))
        loss = nn.functional.cross_entropy(logits.transpose(1, 2), target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(f"step {step}: {loss.item():.3f}")


if __name__ == "__main__":
    torch.manual_seed(0)
    model = Seq2Seq(12)
    train(model)
    _, weights = model(torch.randint(2, 12, (1, 5)), torch.ones(1, 1, dtype=torch.long))
    print(weights.shape)
