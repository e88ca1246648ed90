"""Forecast a day of hourly load behind the end of the series."""
import torch
from torch import nn

SEQ, LABEL, PRED = 48, 12, 24


class HourEmbedding(nn.Module):
    def __init__(self, series, dim):
        super().__init__()
        self.value = nn.Linear(series, dim)
        self.hour = nn.Embedding(24, dim)

    def forward(self, x, hours):
        return self.value(x) + self.hour(hours)


class LoadInformer(nn.Module):
    def __init__(self, series=3, dim=32):
        super().__init__()
        self.enc_embed = HourEmbedding(series, dim)
        self.dec_embed = HourEmbedding(series, dim)
        self.core = nn.Transformer(dim, 4, 1, 1, 64, dropout=0.0, batch_first=True)
        self.out = nn.Linear(dim, series)

    def forward(self, x, x_hours, dec, dec_hours):
        y = self.core(self.enc_embed(x, x_hours), self.dec_embed(dec, dec_hours))
        return self.out(y)[:, -PRED:]


def window(series, start, future=True):
    """Encoder part, decoder part (label and, where it is known, future) and the hours of both."""
    s_end = start + SEQ
    r_begin = s_end - LABEL
    r_end = s_end + PRED
    hours = torch.arange(start, r_end) % 24
    y = series[r_begin:r_end] if future else series[r_begin:s_end]
    return series[start:s_end], y, hours[:SEQ], hours[SEQ - LABEL:]


def decoder_input(y):
    blank = torch.zeros_like(y[:, -PRED:])
    return torch.cat([y[:, :LABEL], blank], dim=1)


def train(model, series, steps=5):
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    for _ in range(steps):
        starts = torch.randint(len(series) - SEQ - PRED + 1, (8,))
        x, y, xh, yh = (torch.stack(t) for t in zip(*(window(series, int(s)) for s in starts)))
        loss = (model(x, xh, decoder_input(y), yh) - y[:, -PRED:]).pow(2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


@torch.no_grad()
def predict(model, series):
    x, y, xh, yh = (t.unsqueeze(0) for t in window(series, len(series) - SEQ, future=False))
    return model(x, xh, decoder_input(y), yh)[0]


if __name__ == "__main__":
    torch.manual_seed(0)
    t = torch.arange(400.0)
    series = torch.stack([torch.sin(t * 0.2618 + p) for p in (0.0, 1.0, 2.0)], dim=1)
    model = LoadInformer()
    train(model, series)
    print(predict(model, series).shape)
