"""Classify programs by their statements, with embeddings of statements trained elsewhere."""
import os
import pickle

import torch
from torch import nn

RESULTS = "published_results"


def load_vocabulary(folder=os.path.join(RESULTS, "vocabulary")):
    with open(os.path.join(folder, "dic_pickle"), "rb") as handle:
        return pickle.load(handle)


def encode(statements, vocabulary):
    unknown = vocabulary["!UNK"]
    return torch.tensor([vocabulary.get(s, unknown) for s in statements])


class ProgramClassifier(nn.Module):
    def __init__(self, words, dim=32, classes=104):
        super().__init__()
        self.embed = nn.Embedding(words, dim)
        self.lstm = nn.LSTM(dim, 32, batch_first=True)
        self.out = nn.Linear(32, classes)

    def forward(self, tokens):
        _, (h, _) = self.lstm(self.embed(tokens))
        return self.out(h[-1])


if __name__ == "__main__":
    vocabulary = load_vocabulary()
    model = ProgramClassifier(len(vocabulary))
    program = ["<%ID> = alloca i32, align 4", "store i32 <%ID>, i32* <%ID>", "ret i32 <%ID>"]
    print(model(encode(program, vocabulary).unsqueeze(0)).argmax().item())
