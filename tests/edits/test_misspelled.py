"""Which two names are one that is spelled in two ways."""

import pytest

from autofix.edits.misspelled import is_slip

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
