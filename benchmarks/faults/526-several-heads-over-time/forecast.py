"""The next load of a transformer station."""
import torch
import torch.nn as nn

from attn import AttentionLayer, FullAttention


class Forecaster(nn.Module):
    def __init__(self, features=3, d_model=12, n_heads=3, layers=2):
        super().__init__()
        self.embed = nn.Linear(features, d_model)
        self.layers = nn.ModuleList(AttentionLayer(FullAttention(), d_model, n_heads) for _ in range(layers))
        self.norms = nn.ModuleList(nn.LayerNorm(d_model) for _ in range(layers))
        self.projection = nn.Linear(d_model, 1)

    def forward(self, x):
        """A forecast (batch, time, 1) at each time of a series (batch, time, features), of what was till then."""
        h = self.embed(x)
        for layer, norm in zip(self.layers, self.norms):
            h = norm(h + layer(h, h, h))
        return self.projection(h)


if __name__ == "__main__":
    torch.manual_seed(0)
    model = Forecaster()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    series = torch.sin(torch.arange(80) * 0.3)[:, None] + 0.1 * torch.randn(80, 3)
    windows = series.unfold(0, 17, 8).transpose(1, 2)
    for step in range(3):
        loss = nn.functional.mse_loss(model(windows[:, :-1]), windows[:, 1:, :1])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"loss {loss.item():.3f}")
