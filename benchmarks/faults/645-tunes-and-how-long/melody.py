"""A recurrent model of folk tunes: the pitch of the next note, and how long it lasts."""
import torch
import torch.nn as nn
import torch.nn.functional as F

config = {
    "pitches": 38,
    "durations": 9,
    "embed": 24,
    "hidden": 48,
    "seq_len": 32,
    "batch_size": 10,
    "lr": 5e-3,
    "steps": 12,
}


class Melody(nn.Module):
    def __init__(self, cfg):
        super().__init__()
        self.pitch = nn.Embedding(cfg["pitches"], cfg["embed"])
        self.duration = nn.Embedding(cfg["durations"], cfg["embed"])
        self.rnn = nn.LSTM(2 * cfg["embed"], cfg["hidden"], num_layers=2, batch_first=True, dropout=0.1)
        self.to_pitch = nn.Linear(cfg["hidden"], cfg["pitches"])
        self.to_duration = nn.Linear(cfg["hidden"], cfg["durations"])

    def forward(self, pitch, duration, state=None):
        x = torch.cat([self.pitch(pitch), self.duration(duration)], dim=-1)
        out, state = self.rnn(x, state)
        return self.to_pitch(out), self.to_duration(out), state


def make_tune(length, g):
    steps = torch.randint(-2, 3, (length,), generator=g)
    pitch = (19 + steps.cumsum(0)).clamp(0, config["pitches"] - 1)
    duration = torch.randint(0, config["durations"], (length,), generator=g)
    return pitch, duration


def get_batch(tunes, g):
    pitches, durations = [], []
    for i in torch.randint(len(tunes), (config["batch_size"],), generator=g).tolist():
        pitch, duration = tunes[i]
        start = int(torch.randint(len(pitch) - config["seq_len"], (), generator=g))
        pitches.append(pitch[start:start + config["seq_len"] + 1])
        durations.append(duration[start:start + config["seq_len"] + 1])
    return torch.stack(pitches), torch.stack(durations)


def compute_loss(model, pitch, duration):
    pitch_logits, duration_logits, _ = model(pitch[:, :-1], duration[:, :-1])
    pitch_loss = F.cross_entropy(pitch_logits.reshape(-1, config["pitches"]), pitch[:, 1:].reshape(-1))
    duration_loss = F.cross_entropy(duration_logits, duration[:, 1:])
    return pitch_loss + 0.5 * duration_loss


@torch.no_grad()
def sample(model, length=16):
    model.eval()
    pitch, duration, state, notes = torch.tensor([[19]]), torch.tensor([[4]]), None, []
    for _ in range(length):
        p, d, state = model(pitch, duration, state)
        pitch = torch.multinomial(p[:, -1].softmax(-1), 1)
        duration = torch.multinomial(d[:, -1].softmax(-1), 1)
        notes.append((pitch.item(), duration.item()))
    return notes


if __name__ == "__main__":
    torch.manual_seed(0)
    g = torch.Generator().manual_seed(1)
    tunes = [make_tune(90, g) for _ in range(30)]
    model = Melody(config)
    optimizer = torch.optim.Adam(model.parameters(), lr=config["lr"])
    for step in range(config["steps"]):
        loss = compute_loss(model, *get_batch(tunes, g))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if step % 4 == 0:
            print(step, round(loss.item(), 3))
    print(sample(model))
