"""What no shape shows: repairs that run, and that a person would refuse, are never safe."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autofix.records.costs import Evidence
from autofix.records.plan import Applicability
from autofix.records.report import Report
from autofix.records.trace import CheckKind, CheckOutcome
from autofix.verification.applicability import COMPARABLE

Repaired = Callable[..., Report]

HEAD = "import torch\nfrom torch import nn\n\n\n"
HEADS = (
    HEAD
    + """class Heads(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads = heads
        self.fc = nn.Linear(dim, dim)

    def forward(self, x):
        b, n, c = x.shape
        return self.fc(x).view(b, n, self.heads, 8).softmax(2).flatten(2)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
{lines}
        self.up = nn.Linear(16, 64)

    def forward(self, x):
        return self.b(self.up(self.a(x))).mean(1)
"""
)
A, B = "        self.a = Heads(16, 2)", "        self.b = Heads(64, 6)"


def patched(report: Report) -> str:
    assert report.plan is not None
    return "".join(text for _, text in report.plan.texts)


@pytest.mark.parametrize("lines", [f"{A}\n{B}", f"{B}\n{A}"], ids=["built last", "built first"])
def test_the_instance_that_failed_is_followed(repaired: Repaired, lines: str) -> None:
    report = repaired(HEADS.format(lines=lines), "2,10,16")
    assert "self.b = Heads(64, 8)" in patched(report)
    assert "self.a = Heads(16, 2)" in patched(report)


@pytest.mark.parametrize(
    "making, after",
    [
        ("nn.ModuleList([Step(w) for w in widths])", "Net([2, 4, 10])"),
        ("nn.ModuleList(Step(w) for w in widths)", "Net([2, 4, 10])"),
        ("nn.Sequential(*map(Step, widths))", None),
    ],
)
def test_an_entry_is_followed_through_comprehensions(repaired: Repaired, making: str, after: str | None) -> None:
    """Of a list that made several instances the entry at fault changes, and never what all of them hold."""
    text = (
        HEAD
        + f"""class Step(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.width = width

    def forward(self, x):
        b, n = x.shape
        return x.view(b, n // self.width, self.width).softmax(2).view(b, n)


class Net(nn.Module):
    def __init__(self, widths):
        super().__init__()
        self.steps = {making}
        self.fc = nn.Linear(20, 3)

    def forward(self, x):
        for step in self.steps:
            x = step(x)
        return self.fc(x)


def net():
    return Net([2, 4, 6])
"""
    )
    report = repaired(text, "2,20", model="net()")
    if after is not None:
        assert "self.width = width" in patched(report)
        assert "return Net([2, 4, 6])" not in patched(report)
    assert report.plan is None or report.plan.applicability is Applicability.UNSAFE or "Net([2, 4," in patched(report)


CACHED = (
    HEAD
    + """class Decoder(nn.Module):
    def __init__(self, d=8):
        super().__init__()
        self.k = nn.Linear(d, d)

    def forward(self, x, past):
        n = x.size(1)
        k = torch.cat([past, self.k(x)], dim=1)
        scores = x @ k.transpose(1, 2)
        mask = {mask}
        return scores.masked_fill(mask, -1e9).softmax(-1) @ k
"""
)


@pytest.mark.parametrize(
    "mask, after",
    [
        ("torch.triu(torch.ones(n, n), diagonal=1).bool()", "diagonal=k.size(1) - n + 1"),
        ("~torch.ones(n, n).bool().tril()", ".tril(diagonal=k.size(1) - n)"),
        ("torch.tril(torch.ones(n, n)) == 0", ", diagonal=k.size(1) - n) == 0"),
    ],
)
def test_a_mask_for_kept_keys_is_aligned_with_the_last_positions(repaired: Repaired, mask: str, after: str) -> None:
    report = repaired(CACHED.format(mask=mask), "2,4,8", "2,3,8")
    assert after in patched(report)


@pytest.mark.parametrize(
    "mask",
    [
        "torch.triu(torch.ones(n, {n}), diagonal=1).bool()",
        "torch.ones(9, 9).triu(1).bool()[:n, :{n}]",
        "torch.cat([torch.ones(n, n).triu(1), torch.zeros(n, {rest})], 1).bool()",
    ],
)
def test_a_triangle_at_the_first_column_hides_what_was_kept(repaired: Repaired, mask: str) -> None:
    """It runs with every shape right; only what another fault leads to is asked."""
    text = CACHED.format(mask=mask.format(n="n + past.size(1)", rest="past.size(1)"))
    broken = text.replace("self.k = nn.Linear(d, d)", "self.k = nn.Linear(d + 1, d)")
    report = repaired(broken, "2,4,8", "2,3,8")
    assert report.plan is not None
    assert report.plan.applicability is Applicability.UNSAFE
    assert any("not aligned with the last of the 7 positions" in note for note in report.plan.notes)


def test_an_aligned_mask_says_nothing(repaired: Repaired) -> None:
    text = CACHED.format(mask="torch.ones(n, n + past.size(1)).triu(past.size(1) + 1).bool()")
    report = repaired(text.replace("nn.Linear(d, d)", "nn.Linear(d + 1, d)"), "2,4,8", "2,3,8")
    assert report.plan is not None
    assert report.plan.applicability is Applicability.SAFE


def test_rows_of_the_result_are_those_of_the_sample(repaired: Repaired) -> None:
    text = (
        HEAD
        + """class Clips(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv3d(3, 8, 3, padding=1)
        self.fc = nn.Linear(8, 2)

    def forward(self, clip):
        b, t, c, h, w = clip.shape
        return self.fc(self.conv(clip.reshape(b * t, c, h, w)).mean((2, 3, 4)))
"""
    )
    report = repaired(text, "2,5,3,8,8")
    assert report.plan is not None
    assert "transpose(1, 2)" in report.plan.title
    folded = next(plan for plan in report.alternatives if "add a dimension" in plan.title)
    assert folded.applicability is Applicability.UNSAFE
    rows = next(check for check in folded.proof.checks if check.kind is CheckKind.ROWS)
    assert (rows.outcome, rows.detail) == (CheckOutcome.FAILED, "10 rows for a batch of 2")


def test_a_repair_that_fails_on_another_sample_is_not_shown(repaired: Repaired) -> None:
    text = (
        HEAD
        + """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(10, 2)

    def forward(self, x):
        return self.fc(x)
"""
    )
    report = repaired(text, "4,12", also=("4,14",))
    assert report.plan is None
    assert "repairs that fail on 4,14, another sample that was given, are not shown" in report.notes


# -- other uses of what is edited --------------------------------------------------------------------------------------

PART = (
    HEAD
    + """class Part(nn.Module):
    def __init__(self, width=6):
        super().__init__()
        self.fc = nn.Linear(width, 4)

    def forward(self, x):
        return self.fc(x)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.part = Part()

    def forward(self, x):
        return self.part(x)


"""
)
OTHER = """class Other(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.LayerNorm(6)
        self.part = Part({})

    def forward(self, x):
        return self.part(self.norm(x))
"""


@pytest.mark.parametrize("argument, outcome", [("", CheckOutcome.FAILED), ("6", CheckOutcome.PASSED)])
def test_another_model_of_the_file_has_to_run_as_before(
    repaired: Repaired, argument: str, outcome: CheckOutcome
) -> None:
    """A default that one caller leaves to the class is another's size."""
    report = repaired(PART + OTHER.format(argument), "5,12", model="Net()")
    assert report.plan is not None
    check = next(check for check in report.plan.proof.checks if check.kind is CheckKind.USES)
    assert (check.outcome, "`Other`" in check.detail) == (outcome, True)
    assert (report.plan.applicability is Applicability.SAFE) == (outcome is CheckOutcome.PASSED)


def test_a_file_that_imports_the_class_has_to_run_as_before(repaired: Repaired) -> None:
    other = "from torch import nn\nfrom model import Part\n\n\n" + OTHER.format("")
    report = repaired({"model.py": PART, "second.py": other}, "5,12", model="Net()")
    assert report.plan is not None
    assert report.plan.applicability is Applicability.UNSAFE
    assert any("other uses of what it edits: `Other` ran before it" in note for note in report.plan.notes)


@pytest.mark.parametrize(
    "built, is_safe", [("Net(6)(torch.zeros(5, 6))", False), ("Net(12)(torch.zeros(5, 12))", True)]
)
def test_another_construction_of_the_class_has_to_run_as_before(
    repaired: Repaired, built: str, *, is_safe: bool
) -> None:
    """A default that makes one construction right is another's fault."""
    net = HEAD + (
        "class Net(nn.Module):\n    def __init__(self, width, inner=6):\n        super().__init__()\n"
        "        self.norm = nn.LayerNorm(width)\n        self.fc = nn.Linear(inner, 2)\n\n"
        "    def forward(self, x):\n        return self.fc(self.norm(x))\n\n\n"
    )
    report = repaired(f"{net}def example():\n    return {built}\n", "5,12", model="Net(12)")
    assert report.plan is not None
    assert (report.plan.applicability is Applicability.SAFE) is is_safe


def test_a_use_that_cannot_be_run_is_said(repaired: Repaired) -> None:
    other = OTHER.format("").replace("__init__(self)", "__init__(self, path, *, table)")
    report = repaired(PART + other, "5,12", model="Net()")
    assert report.plan is not None
    assert report.plan.applicability is Applicability.UNSAFE
    assert any("`Other` could not be run" in note for note in report.plan.notes)


def test_what_uses_nothing_of_it_is_not_run(repaired: Repaired) -> None:
    other = OTHER.format("").replace("Part()", "nn.Linear(6, 2)")
    report = repaired(PART + other, "5,12", model="Net()")
    assert report.plan is not None
    assert all(check.kind is not CheckKind.USES for check in report.plan.proof.checks)
    assert report.plan.applicability is Applicability.SAFE


def test_rows_that_are_folded_behind_the_fault_are_meant(repaired: Repaired) -> None:
    """Every position is classified on its own: the repair has nothing to do with it."""
    text = (
        HEAD
        + """class Positions(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(9, 6)
        self.head = nn.Linear(6, 3)

    def forward(self, x):
        return self.head(self.fc(x).view(-1, 6))
"""
    )
    report = repaired(text, "2,5,12")
    assert report.plan is not None
    assert report.plan.applicability is Applicability.SAFE


CAUSAL = (
    HEAD
    + """class CausalSelfAttention(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.qkv = nn.Linear(dim, 3 * dim)

    def forward(self, x):
        q, k, v = self.qkv(x).chunk(3, -1)
        hidden = torch.ones(x.size(1), x.size(1)).triu(1).bool()
        scores = (q @ k.mT).masked_fill(hidden, float("-inf"))
        return scores.softmax({dimension}) @ v


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention = CausalSelfAttention(8)
        self.head = nn.Linear(9, 5)

    def forward(self, x):
        return self.head(self.attention(x))
"""
)


@pytest.mark.parametrize(
    "dimension, outcome, detail",
    [
        (-1, CheckOutcome.PASSED, ""),
        (-2, CheckOutcome.FAILED, "a change of position 3 reaches the output of position 0"),
    ],
)
def test_a_model_that_hides_later_positions_has_to_hide_them_after_the_repair(
    repaired: Repaired, dimension: int, outcome: CheckOutcome, detail: str
) -> None:
    report = repaired(CAUSAL.format(dimension=dimension), "2,7,8", model="Net()")
    assert report.plan is not None
    check = next(check for check in report.plan.proof.checks if check.kind is CheckKind.CAUSAL)
    assert (check.outcome, check.detail) == (outcome, detail)
    assert (report.plan.applicability is Applicability.SAFE) == (outcome is CheckOutcome.PASSED)


def test_a_model_that_hides_nothing_is_not_asked_for_later_positions(repaired: Repaired) -> None:
    """A triangle of learned values is a factor of a matrix, not a mask."""
    text = (
        HEAD
        + """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.factor = nn.Parameter(torch.randn(8, 8))
        self.head = nn.Linear(9, 5)

    def forward(self, x):
        return self.head(x @ self.factor.tril())
"""
    )
    report = repaired(text, "2,7,8")
    assert report.plan is not None
    assert all(check.kind is not CheckKind.CAUSAL for check in report.plan.proof.checks)


def test_a_reshape_that_does_nothing_after_the_repair_is_not_meant(repaired: Repaired) -> None:
    text = (
        HEAD
        + """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.width = 3

    def forward(self, x):
        return x.view(-1, 3).view(5, 2)
"""
    )
    report = repaired(text, "4,2,3,3")
    assert report.plan is not None
    assert report.plan.applicability is Applicability.UNSAFE
    assert "the reshape that failed does nothing after it; other sizes may be meant" in report.plan.notes


def test_another_text_for_the_same_repair_is_no_rival(repaired: Repaired, monkeypatch: pytest.MonkeyPatch) -> None:
    """To assign the result and to permute once more do the same; what is said against a plan is another repair."""
    monkeypatch.setattr(Evidence.FAULT_LEFT, "weight", 0)  # Else the line that is left sets the other one far behind.
    text = (
        HEAD
        + """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, x):
        x.permute(0, 3, 1, 2)
        return self.conv(x)
"""
    )
    report = repaired(text, "2,8,8,3")
    assert report.plan is not None
    assert "x = x.permute(0, 3, 1, 2)" in patched(report)
    assert report.alternatives[0].own_cost - report.plan.own_cost <= COMPARABLE
    assert report.plan.applicability is Applicability.SAFE


@pytest.mark.parametrize("centre", ["self.kept", "self.kept[None, :, None]"])
def test_a_model_that_reads_its_mode_has_to_run_in_the_other_too(repaired: Repaired, centre: str) -> None:
    text = (
        HEAD
        + f"""class Centre(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("kept", torch.zeros(8))

    def forward(self, x):
        mean = x.mean((0, 2)) if self.training else {centre}
        return x - mean
"""
    )
    report = repaired(text, "4,8,6", model="Centre()")
    plans = (report.plan, *report.alternatives)
    kept_too = next(plan for plan in plans if plan is not None and "keep the dimension" in plan.title)
    check = next(check for check in kept_too.proof.checks if check.kind is CheckKind.EVALUATION)
    assert (check.outcome is CheckOutcome.PASSED) == ("[" in centre)
    assert (kept_too is report.plan) == ("[" in centre)


def test_a_model_without_modes_is_run_in_one(repaired: Repaired) -> None:
    report = repaired(CAUSAL.format(dimension=-1), "2,7,8", model="Net()")
    assert report.plan is not None
    assert all(check.kind is not CheckKind.EVALUATION for check in report.plan.proof.checks)


def test_a_rectangular_mask_that_is_not_laid_along_rows_and_columns_is_told(repaired: Repaired) -> None:
    """The numbers fit, for heads and rows; a mask belongs to the last two dimensions."""
    text = (
        HEAD
        + """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Linear(8, 3)

    def forward(self, scores):
        mask = torch.full((scores.size(1), scores.size(1)), -1e9).triu(1)
        return self.head(scores + mask[:, :, None])
"""
    )
    report = repaired(text, "2,4,6,8")
    assert report.plan is not None
    assert "scores.size(2)), -1e9" in patched(report)
    assert any("the triangular mask (4, 6) is rectangular" in note for note in report.plan.notes)


# A layer whose sizes were exchanged, where the mistake lies before it: nothing takes what it gives out then.
LAST = """class Net(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.body = nn.Linear(6, width)
        self.other = nn.Linear(width, 1)
        self.last = nn.Linear(width, 1)
{0}
    def forward(self, x):
        x = self.other(self.body(x))
        return {1}
"""


def test_exchanged_sizes_that_nothing_takes_are_not_safe(repaired: Repaired) -> None:
    report = repaired(HEAD + LAST.format("", "self.last(x)"), "4,6", model="Net(8)")
    plans = [plan for plan in (report.plan, *report.alternatives) if plan is not None and "exchange" in plan.title]
    assert plans, "the exchange is among the repairs"
    assert all(plan.applicability is Applicability.UNSAFE for plan in plans)
    words = "`last` gives out another size than it was built for, and nothing behind it takes that size"
    assert words in plans[0].notes or plans[0] is not report.plan


def test_a_size_that_two_factors_make_is_not_safe(repaired: Repaired) -> None:
    """Three rows of weights over the instances, or a head for two: nothing says which."""
    text = (
        HEAD
        + """class Net(nn.Module):
    def __init__(self, hidden=9):
        super().__init__()
        self.embed = nn.Linear(14, hidden)
        self.weigh = nn.Linear(hidden, 3)
        self.head = nn.Linear(hidden * 2, 2)

    def forward(self, bag):
        h = self.embed(bag)
        weights = torch.softmax(self.weigh(h), dim=0)
        return self.head((weights.t() @ h).reshape(1, -1))
"""
    )
    report = repaired(text, "7,14")
    assert report.plan is not None
    assert report.plan.applicability is Applicability.UNSAFE
    assert "with another number of outputs of `weigh` it would take what comes in" in report.plan.notes


def test_either_of_two_numbers_that_disagree_may_be_meant(repaired: Repaired) -> None:
    text = (
        HEAD
        + """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.image = nn.Sequential(nn.Conv2d(3, 8, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.meta = nn.Linear(5, 12)
        self.head = nn.Linear(16 + 12, 4)

    def forward(self, x, y):
        return self.head(torch.cat([self.image(x), self.meta(y)], dim=1))
"""
    )
    report = repaired(text, "4,3,9,9", "4,5")
    assert report.plan is not None
    assert report.plan.applicability is Applicability.UNSAFE
    assert any(note.startswith("an equally plausible repair") for note in report.plan.notes)


HANDED = """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(6, 6)

    def step(self, row, kept):
        return torch.cat([kept, row.unsqueeze(1)], dim=1)

    def forward(self, x):
        return self.step(self.fc(x[:, -1:]), x)
"""
MIXED = """class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.k = 1

    def forward(self, x):
        return x * torch.rand(x.size(0), 1)
"""
SWITCHED = """class Net(nn.Module):
    def __init__(self, width=8, both=True):
        super().__init__()
        self.rnn = nn.GRU(6, width, batch_first=True, bidirectional=both)
        self.head = nn.Linear(width, 3)

    def forward(self, x):
        return self.head(self.rnn(x)[0])
"""
PICKED = """class Net(nn.Module):
    def __init__(self, width=12):
        super().__init__()
        self.fc = nn.Linear(width, 3)

    def forward(self, x):
        return self.fc({picked})
"""
EITHER = {
    "steps and features may lie the other way round": (PICKED.format(picked="x[:, -1]"), ("2,12,6",)),
    "another dimension may be averaged": (PICKED.format(picked="x.mean(1)"), ("2,12,6",)),
    "the layers of a style may lie behind its numbers": (PICKED.format(picked="x[:, 2].tanh()"), ("2,12,6,4",)),
    "electrodes may be read as steps": (PICKED.format(picked="x.select(1, 0).relu()"), ("2,12,6",)),
    "a caller may have passed a dimension too many": (HANDED, ("2,5,6",)),
    "dimensions of one may be missing": (MIXED, ("4,3,9,9",)),
    "a switch may be meant to be off": (SWITCHED, ("2,5,6",)),
}


@pytest.mark.parametrize("text, samples", EITHER.values(), ids=EITHER)
def test_what_either_of_two_places_may_mean_is_not_safe(
    text: str, samples: tuple[str, ...], repaired: Repaired
) -> None:
    report = repaired(HEAD + text, *samples, model="Net()")
    assert report.plan is not None
    assert report.plan.applicability is Applicability.UNSAFE


def test_a_size_that_no_dimension_has_stays_safe(repaired: Repaired) -> None:
    report = repaired(HEAD + PICKED.format(picked="x[:, -1]"), "2,7,6", model="Net()")
    assert report.plan is not None
    assert report.plan.applicability is Applicability.SAFE
