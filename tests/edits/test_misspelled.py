"""Which two names are one that is spelled in two ways."""

from collections.abc import Callable

import pytest

from autofix.edits.misspelled import is_slip
from autofix.records.plan import Applicability
from autofix.records.report import Report

SLIPS = [
    ("hiden", "hidden"),
    ("aggreagation_concat", "aggregation_concat"),
    ("Layernorm", "LayerNorm"),
    ("unsqeeze", "unsqueeze"),
    ("fc2", "FC2"),
    ("hiddne_state", "hidden_state"),
    ("numlayers", "num_layers"),
]
OTHERS = [
    ("fc1", "fc2"),
    ("q_proj", "k_proj"),
    ("q_proj", "qk_proj"),
    ("key", "keys"),
    ("norm1", "norm"),
    ("x", "X"),
    ("conv_in", "conv_out"),
    ("hidden", "hidden"),
    ("weights1", "weights2"),
]


@pytest.mark.parametrize("written, name", SLIPS)
def test_a_slip_is_one_name(written: str, name: str) -> None:
    assert is_slip(written, name)
    assert is_slip(name, written)


@pytest.mark.parametrize("written, name", OTHERS)
def test_another_name_is_no_slip(written: str, name: str) -> None:
    assert not is_slip(written, name)
    assert not is_slip(name, written)


def test_keywords_are_respelled(repaired: Callable[..., Report]) -> None:
    text = "import torch\nfrom torch import nn\n\n\ndef scaled(x, factor=1.0):\n    return x * factor\n\n\n"
    text += "net = nn.Linear(6, 3, bais=False)\nmask = torch.ones(4, 3, dytpe=torch.bool)\n"
    text += "print(scaled(net(torch.randn(4, 6)), facotr=2.0).masked_fill(mask, 0.0).shape)\n"
    plan = repaired(text).plan
    assert plan is not None
    respelled = text.replace("bais", "bias").replace("dytpe", "dtype").replace("facotr", "factor")
    assert [after for _, after in plan.texts] == [respelled]
    assert plan.applicability is Applicability.UNSAFE
