"""A small causal model of names of villages, which then makes up its own."""
from dataclasses import dataclass

import torch
from torch import nn
import torch.nn.functional as F

NAMES = """ashford barton bexley burford calne clifton corby crewe darton denby dunster eastry epping
fairford filey frome garstang goole hadleigh harlow helston ilkley kelso kendal keswick langport ledbury malton
marlow matlock nailsea oakham otley penrith pickering redruth ripley romsey selby settle shipley tadley tetbury
thirsk ulverston wareham wetherby whitby yarm""".split()
CHARS = ".abcdefghijklmnopqrstuvwxyz"


@dataclass
class Config:
    context: int = 8
    width: int = 32
    heads: int = 4
    steps: int = 60
    batch: int = 32
    temperature: float = 0.9


class NameModel(nn.Module):
    def __init__(self, cfg):
        super().__init__()
        self.tok = nn.Embedding(len(CHARS), cfg.width)
        self.pos = nn.Parameter(torch.zeros(cfg.context, cfg.width))
        self.block = nn.TransformerEncoderLayer(cfg.width, cfg.heads, 2 * cfg.width, dropout=0.0, batch_first=True)
        self.head = nn.Linear(cfg.width, len(CHARS))

    def forward(self, tokens):
        n = tokens.size(1)
        mask = torch.triu(torch.ones(n, n, dtype=torch.bool), diagonal=1)
        return self.head(self.block(self.tok(tokens) + self.pos[:n], src_mask=mask))


def make_data(context):
    text = "." + ".".join(NAMES) + "."
    ids = torch.tensor([CHARS.index(c) for c in text])
    return ids.unfold(0, context + 1, 1)


@torch.no_grad()
def complete(model, tokens, length, context):
    """The most likely continuation."""
    for _ in range(length):
        logits = model(tokens[:, -context:])[:, -1]
        best = logits.argmax(dim=-1)
        tokens = torch.cat([tokens, best.unsqueeze(1)], dim=1)
    return tokens


@torch.no_grad()
def sample(model, tokens, length, context, temperature=1.0):
    """A random continuation; the hotter the stranger."""
    for _ in range(length):
        logits = model(tokens[:, -context:])[:, -1] / temperature
        drawn = torch.multinomial(logits.softmax(dim=-1), 1)
        tokens = torch.cat([tokens, drawn.unsqueeze(1)], dim=1)
    return tokens


def spell(row):
    return "".join(CHARS[i] for i in row.tolist())


if __name__ == "__main__":
    torch.manual_seed(0)
    cfg = Config()
    data = make_data(cfg.context)
    model = NameModel(cfg)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    for step in range(cfg.steps):
        rows = data[torch.randint(len(data), (cfg.batch,))]
        logits = model(rows[:, :-1])
        loss = F.cross_entropy(logits.flatten(0, 1), rows[:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"loss {loss.item():.3f}")
    model.eval()
    start = torch.zeros(3, 1, dtype=torch.long)
    print("likely:", spell(complete(model, start, 10, cfg.context)[0]))
    for row in sample(model, start, 20, cfg.context, cfg.temperature):
        print("made up:", spell(row))
