"""Layers that a constructor stores under the name of another one, in models of several fields."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autofix.fixes.rule import model
from autofix.records.plan import Applicability
from autofix.records.report import RepairEnding, Report

Repaired = Callable[..., Report]

CASES = {
    "columns of two kinds": (
        "num_dim, cat_dim = 4, 3; self.cat_net = nn.Linear(cat_dim, 5); self.cat_net = nn.Linear(num_dim, 5)",
        "self.cat_net(y) + self.num_net(x)",
        ("self.cat_net = nn.Linear(num", "self.num_net = nn.Linear(num"),
    ),
    "the heads of a latent": (
        "self.fc_mean = nn.Linear(4, 2); self.fc_mean = nn.Linear(4, 2); self.up = nn.Linear(2, 3)",
        "self.up(self.fc_mean(x) + self.fc_spread(x).exp()) + y",
        ("self.fc_mean = nn.Linear(4, 2)\n        self.up", "self.fc_spread = nn.Linear(4, 2)\n        self.up"),
    ),
    "query and key": (
        "key_width = 3; self.to_query = nn.Linear(4, 6); self.to_query = nn.Linear(key_width, 6)",
        "self.to_query(x) @ self.to_key(y).t()",
        ("self.to_query = nn.Linear(key", "self.to_key = nn.Linear(key"),
    ),
    "a coder and a decoder of sound": (
        "self.conv_in = nn.Linear(4, 8); self.conv_in = nn.Linear(8, 3)",
        "self.conv_out(self.conv_in(x)) + y",
        ("self.conv_in = nn.Linear(8", "self.conv_out = nn.Linear(8"),
    ),
}


@pytest.mark.parametrize("init, forward, change", CASES.values(), ids=CASES)
def test_what_is_bound_twice_and_what_is_bound_nowhere(
    init: str, forward: str, change: tuple[str, str], repaired: Repaired
) -> None:
    text = str(model(init.replace("; ", "\n"), forward, inputs="x, y"))
    assert text.count(change[0]) == 1
    report = repaired(text, "5,4", "5,3", model="Net()")
    assert report.ending is RepairEnding.REPAIRED, report.message
    plans = [plan for plan in (report.plan, *report.alternatives) if plan is not None]
    assert text.replace(*change) in [changed for plan in plans for _, changed in plan.texts]
    assert plans[0].applicability is Applicability.UNSAFE


def test_a_layer_that_is_made_anew_is_left_where_every_name_is_bound(repaired: Repaired) -> None:
    text = str(model("self.fc = nn.Linear(4, 3); self.fc = nn.Linear(3, 3)".replace("; ", "\n"), "self.fc(x)"))
    report = repaired(text, "5,4", model="Net()")
    plans = [plan for plan in (report.plan, *report.alternatives) if plan is not None]
    assert not any("nothing binds" in plan.title for plan in plans)
