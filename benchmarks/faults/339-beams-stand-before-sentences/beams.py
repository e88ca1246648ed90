"""Beam search over all sentences at once; rows are ordered beam after beam."""
import torch
from torch import nn


class Decoder(nn.Module):
    def __init__(self, vocab=15, dim=12):
        super().__init__()
        self.embed = nn.Embedding(vocab, dim)
        self.cell = nn.GRUCell(dim, dim)
        self.out = nn.Linear(dim, vocab)

    def forward(self, words, hidden):
        hidden = self.cell(self.embed(words), hidden)
        return self.out(hidden).log_softmax(dim=-1), hidden


@torch.no_grad()
def beam_search(decoder, hidden, beam=3, steps=5, start=1):
    batch = hidden.shape[0]
    hidden = hidden.repeat(beam, 1)
    words = torch.full((beam * batch,), start)
    total = torch.full((batch, beam), float("-inf"))
    total[:, 0] = 0.0
    sentences = torch.zeros(batch, beam, 0, dtype=torch.long)
    for _ in range(steps):
        logp, hidden = decoder(words, hidden)
        vocab = logp.shape[-1]
        logp = logp.view(beam, batch, vocab).transpose(0, 1)
        total, flat = (total.unsqueeze(-1) + logp).flatten(1).topk(beam, dim=1)
        origin, word = flat // vocab, flat % vocab
        sentences = sentences.gather(1, origin.unsqueeze(-1).expand(-1, -1, sentences.shape[-1]))
        sentences = torch.cat([sentences, word.unsqueeze(-1)], dim=-1)
        rows = origin * batch + torch.arange(batch).unsqueeze(1)
        hidden = hidden[rows.t().reshape(-1)]
        words = word.t().reshape(-1)
    return sentences, total


if __name__ == "__main__":
    torch.manual_seed(0)
    decoder = Decoder()
    sentences, scores = beam_search(decoder, torch.randn(4, 12))
    print(sentences[:, 0], scores[:, 0])
