"""Character model with a gated recurrence: parallel over a prompt, step by step when generating."""
import torch
import torch.nn.functional as F
from torch import nn

TEXT = "the rain in spain stays mainly in the plain. "
CHARS = sorted(set(TEXT))


class GatedRecurrence(nn.Module):
    def __init__(self, dim, taps=3):
        super().__init__()
        self.taps = taps
        self.conv = nn.Parameter(torch.randn(dim, taps) / taps)
        self.gate = nn.Linear(dim, dim)
        self.value = nn.Linear(dim, dim)

    def new_cache(self, batch):
        dim = self.conv.size(0)
        return {"window": torch.zeros(batch, self.taps - 1, dim), "state": torch.zeros(batch, dim)}

    def step(self, u, cache):
        """u: (batch, dim) -> (batch, dim)"""
        window = torch.cat([cache["window"], u.unsqueeze(1)], dim=1)
        mixed = torch.einsum("btd,dt->bd", window, self.conv)
        keep = torch.sigmoid(self.gate(mixed))
        cache["state"] = keep * cache["state"] + (1 - keep) * torch.tanh(self.value(mixed))
        cache["window"] = window[:, 1:]
        return cache["state"]

    def forward(self, u, cache=None):
        """u: (batch, length, dim) -> (batch, length, dim)"""
        if cache is not None:
            return self.step(u, cache)
        mixed = F.conv1d(F.pad(u.transpose(1, 2), (self.taps - 1, 0)), self.conv.unsqueeze(1), groups=u.size(2))
        mixed = mixed.transpose(1, 2)
        keep, new = torch.sigmoid(self.gate(mixed)), torch.tanh(self.value(mixed))
        state, states = torch.zeros_like(u[:, 0]), []
        for t in range(u.size(1)):
            state = keep[:, t] * state + (1 - keep[:, t]) * new[:, t]
            states.append(state)
        return torch.stack(states, dim=1)


class CharModel(nn.Module):
    def __init__(self, dim=24):
        super().__init__()
        self.embed = nn.Embedding(len(CHARS), dim)
        self.mix = GatedRecurrence(dim)
        self.norm = nn.LayerNorm(dim)
        self.head = nn.Linear(dim, len(CHARS))

    def forward(self, tokens, cache=None):
        x = self.embed(tokens)
        return self.head(self.norm(x + self.mix(x, cache)))


@torch.no_grad()
def generate(model, prompt, count):
    """prompt: (batch, length)"""
    cache = model.mix.new_cache(prompt.size(0))
    for t in range(prompt.size(1)):
        logits = model(prompt[:, t:t + 1], cache)
    tokens = prompt
    for _ in range(count):
        following = logits[:, -1].argmax(dim=-1, keepdim=True)
        tokens = torch.cat([tokens, following], dim=1)
        logits = model(following, cache)
    return tokens


if __name__ == "__main__":
    torch.manual_seed(0)
    data = torch.tensor([CHARS.index(c) for c in TEXT])
    model = CharModel()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    for _ in range(30):
        loss = F.cross_entropy(model(data[None, :-1])[0], data[1:])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    prompt = torch.stack([data[:6], data[9:15]])
    for line in generate(model, prompt, 20):
        print("".join(CHARS[i] for i in line))
