"""Answers questions about texts in pictures, with a network that was trained before."""
import json
from pathlib import Path

import torch
from torch import nn

HERE = Path(__file__).parent


class M4C(nn.Module):
    """Each step of an answer is a word of the vocabulary, or one that was read in the picture."""

    def __init__(self, num_choices, hidden_size):
        super().__init__()
        self.question = nn.Embedding(40, hidden_size)
        self.read = nn.Linear(6, hidden_size)
        self.mmt = nn.TransformerEncoderLayer(hidden_size, 2, 2 * hidden_size, batch_first=True)
        self.classifier = nn.Linear(hidden_size, num_choices)

    def forward(self, question, read):
        h = self.mmt(torch.cat([self.question(question), self.read(read)], dim=1))
        fixed = self.classifier(h[:, 0])
        dynamic = torch.einsum("bd,bnd->bn", h[:, 0], h[:, question.size(1):])
        return torch.cat([fixed, dynamic], dim=1)


def answer(scores, vocabulary, words):
    best = int(scores.argmax())
    return vocabulary[best] if best < len(vocabulary) else words[best - len(vocabulary)]


if __name__ == "__main__":
    config = json.loads((HERE / "m4c_textvqa.json").read_text())
    vocabulary = (HERE / config["vocabulary"]).read_text().split()
    model = M4C(len(vocabulary), config["hidden_size"])
    model.load_state_dict(torch.load(HERE / config["resume_file"], weights_only=True))
    model.eval()
    torch.manual_seed(0)
    with torch.no_grad():
        scores = model(torch.randint(0, 40, (1, 5)), torch.randn(1, 3, 6))
    print(answer(scores[0], vocabulary, ["stop", "exit", "cafe"]))
