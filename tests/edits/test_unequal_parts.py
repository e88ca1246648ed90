"""Parts that a layer gives in several sizes and a line cuts as if they were equal, in programs of several fields."""

from __future__ import annotations

from collections.abc import Callable

import pytest

CheckChange = Callable[[str, str, tuple[str, str]], None]

HEADER = "import torch\nfrom torch import nn\n\n"
CASES = {
    "mean, spread and the rest": (
        """class Encoder(nn.Module):
    def __init__(self, features=12, latent=4, extra=6):
        super().__init__()
        self.latent, self.extra = latent, extra
        self.body = nn.Linear(features, 2 * latent + extra)
        self.decode = nn.Linear(latent, features)
        self.side = nn.Linear(extra, 3)

    def forward(self, x):
        mean, logvar, rest = self.body(x).chunk(3, dim=1)
        z = mean + logvar.mul(0.5).exp() * torch.randn(x.shape[0], self.latent)
        return self.decode(z), self.side(rest)

print([y.shape for y in Encoder(latent=5, extra=8)(torch.randn(6, 12))])
""",
        (
            "self.body(x).chunk(3, dim=1)",
            "self.body(x).split([self.latent, self.latent, self.extra], dim=1)",
        ),
    ),
    "gates through a local name": (
        """class Mixer(nn.Module):
    def __init__(self, dim=8, inner=16, state=4):
        super().__init__()
        self.inner = inner
        self.state = state
        total = inner + 2 * state
        self.into = nn.Linear(dim, total)
        self.out = nn.Linear(inner, dim)
        self.b = nn.Linear(state, inner)

    def forward(self, x):
        u, b, c = torch.chunk(self.into(x), 3, -1)
        return self.out(u * torch.sigmoid(self.b(b)) + self.b(c))

print(Mixer()(torch.randn(2, 9, 8)).shape)
""",
        (
            "torch.chunk(self.into(x), 3, -1)",
            "self.into(x).split([self.inner, self.state, self.state], dim=-1)",
        ),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_unequal_parts(check_change: CheckChange, case: str) -> None:
    check_change(HEADER, *CASES[case])
