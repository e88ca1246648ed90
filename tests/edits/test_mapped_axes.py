"""``vmap`` over arguments some of which all samples share."""

from __future__ import annotations

from collections.abc import Callable

import pytest

HEADER = "import torch\nfrom torch import nn\nfrom torch.func import functional_call, grad, vmap\n"
SAMPLE_GRADIENTS = """net = nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 3))
params = {name: p.detach() for name, p in net.named_parameters()}
def loss(p, x, y):
    return nn.functional.cross_entropy(functional_call(net, p, (x[None],)), y[None])
gradients = vmap(grad(loss))
print(len(gradients(params, torch.randn(10, 6), torch.randint(3, (10,)))))
"""
ENSEMBLE = """base = nn.Linear(4, 2)
params, _ = torch.func.stack_module_state([nn.Linear(4, 2) for _ in range(5)])
def call(p, x):
    return functional_call(base, p, (x,))
print(torch.vmap(call)(params, torch.randn(9, 4)).shape)
"""
SYSTEM = """def step(state, matrix, dt):
    return state + dt * (matrix @ state)
print(vmap(step)(torch.randn(20, 3), torch.randn(3, 3), 0.1).shape)
"""


@pytest.mark.parametrize(
    "program, change",
    [
        pytest.param(SAMPLE_GRADIENTS, ("(loss))", "(loss), in_dims=(None, 0, 0))"), id="gradients of samples"),
        pytest.param(ENSEMBLE, ("vmap(call)", "vmap(call, in_dims=(0, None))"), id="networks side by side"),
        pytest.param(SYSTEM, ("vmap(step)", "vmap(step, in_dims=(0, None, None))"), id="a matrix and a number"),
    ],
)
def test_shared_argument_is_not_mapped(
    check_change: Callable[[str, str, tuple[str, str]], None], program: str, change: tuple[str, str]
) -> None:
    check_change(HEADER, program, change)
