"""Scores tokenised prompts under a downloaded language model."""
import json

import torch
from torch import nn


class TinyLM(nn.Module):
    def __init__(self, vocab: int, width: int = 16):
        super().__init__()
        self.tok = nn.Embedding(vocab, width)
        self.rnn = nn.GRU(width, width, batch_first=True)
        self.head = nn.Linear(width, vocab, bias=False)

    @classmethod
    def from_file(cls, path: str) -> "TinyLM":
        state = torch.load(path, map_location="cpu")
        model = cls(*state["tok.weight"].shape)
        model.load_state_dict(state)
        return model.eval()

    def forward(self, ids):
        return self.head(self.rnn(self.tok(ids))[0])


@torch.no_grad()
def main():
    model = TinyLM.from_file("model.bin")
    with open("prompts.json") as fh:
        prompts = json.load(fh)
    ids = torch.tensor(prompts["ids"])
    logits = model(ids[:, :-1])
    target = ids[:, 1:].masked_fill(ids[:, 1:] == prompts["pad"], -100)
    nll = nn.functional.cross_entropy(logits.transpose(1, 2), target, ignore_index=-100, reduction="none")
    print((nll.sum(1) / (target != -100).sum(1)).exp().tolist())


if __name__ == "__main__":
    main()
