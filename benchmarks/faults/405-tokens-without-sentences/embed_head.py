"""Word embeddings split over several ranks; all sentences of a step are laid end to end."""
import torch
from torch import nn
import torch.nn.functional as F


class VocabParallelEmbedding(nn.Module):
    def __init__(self, num_embeddings, embedding_dim, rank, world):
        super().__init__()
        assert num_embeddings % world == 0
        self.per_rank = num_embeddings // world
        self.start, self.end, self.world = rank * self.per_rank, (rank + 1) * self.per_rank, world
        self.weight = nn.Parameter(torch.empty(self.per_rank, embedding_dim))

    def load(self, full):
        self.weight.data.copy_(full[self.start:self.end])

    def forward(self, x):
        if self.world > 1:
            mask = (x >= self.start) & (x < self.end)
            x = mask * (x - self.start)
        y = F.embedding(x, self.weight)
        if self.world > 1:
            y = mask.unsqueeze(1) * y
        return y


class ParallelLMHead(VocabParallelEmbedding):
    """Scores of the next word, for the last token of every sentence."""

    def forward(self, x, cu_seqlens):
        last = cu_seqlens[1:] - 1
        return F.linear(x[last].contiguous(), self.weight)


class Runner:
    """Plays all ranks one after the other and adds up what they would send to each other."""

    def __init__(self, vocab=24, dim=6, world=4):
        torch.manual_seed(0)
        full = torch.randn(vocab, dim)
        self.embeds = [VocabParallelEmbedding(vocab, dim, rank, world) for rank in range(world)]
        self.heads = [ParallelLMHead(vocab, dim, rank, world) for rank in range(world)]
        for layer in self.embeds + self.heads:
            layer.load(full)
        self.full = full

    def prepare(self, sentences):
        ids = torch.tensor([token for sentence in sentences for token in sentence])
        cu_seqlens = torch.tensor([0] + [len(s) for s in sentences]).cumsum(0)
        return ids, cu_seqlens

    @torch.no_grad()
    def run(self, sentences):
        ids, cu_seqlens = self.prepare(sentences)
        hidden = sum(embed(ids) for embed in self.embeds)
        logits = torch.cat([head(hidden, cu_seqlens) for head in self.heads], -1)
        return hidden, logits


if __name__ == "__main__":
    hidden, logits = Runner().run([[1, 5, 23], [7], [12, 0, 9, 18, 3]])
    print(hidden.shape, logits.argmax(-1))
