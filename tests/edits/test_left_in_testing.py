"""A model that is left in evaluation while a loop trains it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

HEADER = "import torch\nfrom torch import nn\ntorch.manual_seed(0)\n"
NETWORK = """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm, self.fc = nn.BatchNorm1d(6), nn.Linear(6, 5)
    def forward(self, x):
        scores = self.fc(self.norm(x))
        return scores if self.training else scores.argmax(1)
    def freeze(self):
        self.norm.eval()
def right(net, x, y):
    net.eval()
    return (net(x) == y).float().mean()
"""
LOOP = """def fit(net, opt, x, y):
{0}    for step in range(4):
        loss = nn.functional.cross_entropy(net(x), y)
        opt.zero_grad(); loss.backward(); opt.step()
        if step == 1:
            print(right(net, x, y))
net = Net()
fit(net, torch.optim.SGD(net.parameters(), lr=0.1), torch.randn(8, 6), torch.randint(5, (8,)))
"""
LOOK = "            print(right(net, x, y))\n"


@pytest.mark.parametrize(
    "above, behind",
    [
        pytest.param("", "            net.train()\n", id="as it was built"),
        pytest.param("    net.train()\n", "            net.train()\n", id="put into training before"),
        pytest.param(
            "    net.train()\n    net.freeze()\n",
            "            net.train()\n            net.freeze()\n",
            id="with a layer that is not trained",
        ),
    ],
)
def test_model_is_put_back_into_training(
    check_change: Callable[[str, str, tuple[str, str]], None], above: str, behind: str
) -> None:
    check_change(HEADER, NETWORK + LOOP.format(above), (LOOK, LOOK + behind))
