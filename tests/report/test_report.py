"""Reports and tables built by hand from records: what people read, and documents that validate against their schemas.

``data/sarif-2.1.0.json`` is the public schema of the SARIF standard.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import jsonschema
import pytest

from autofix.patch.edits_to_text import apply_edits
from autofix.records.costs import Evidence, counted
from autofix.records.finding import Finding, Mismatch
from autofix.records.locations import Edit, Location, Position, Range, SourceText
from autofix.records.plan import Applicability, Fix, Plan, Proof, Step
from autofix.records.report import ChainLink, Diagnostic, RepairEnding, Report, Spent
from autofix.records.samples import SampleInput, SampleOrigin, Samples, Target
from autofix.records.trace import (
    Check,
    CheckKind,
    CheckOutcome,
    Ending,
    Failure,
    Frame,
    Layer,
    Operation,
    OperationKind,
    Phase,
    Stage,
    Trace,
)
from autofix.records.values import Mapping as Attributes
from autofix.records.values import Opaque, Sequence, Tensor, Value
from autofix.report import json as json_report
from autofix.report import phrases, shape_table, terminal_text, text
from autofix.report import sarif as sarif_report
from autofix.report.flow import flow
from autofix.report.replacements import replacements
from autofix.report.snippet import SOURCE, Mark, snippet, source_line

HERE = Path(__file__).parents[1]
REPORT_SCHEMA = json.loads((HERE.parent / "docs" / "report.schema.json").read_text(encoding="utf-8"))
SARIF_SCHEMA = json.loads((HERE / "data" / "sarif-2.1.0.json").read_text(encoding="utf-8"))

ROOT = Path("/project")
NET = ROOT / "models" / "my net.py"
BLOCK = ROOT / "models" / "block.py"
NET_TEXT = """\
import torch.nn as nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 16, 3)
        self.head = nn.Linear(128, 10)

    def forward(self, x):
        x = self.conv(x)
        x = x.flatten(1)
        return self.head(x)
"""
ANSI = re.compile(r"\x1b\[[0-9;]*m")


# --------------------------------------------------------------------------------------------------------------------
# A report by hand
# --------------------------------------------------------------------------------------------------------------------


def at(line: int, start: int, end: int, path: Path = NET) -> Location:
    return Location(path, Range(Position(line, start), Position(line, end)))


FINDING = Finding(
    mismatch=Mismatch.LINEAR_IN_FEATURES,
    message="`head` takes 128 features but receives 256",
    location=at(8, 30, 33),
    call=at(13, 15, 27),
    subject="head",
    expected=(128,),
    actual=(256,),
    operation=3,
    parameter="in_features",
    dimension=1,
)
FIX = Fix(
    rule="AF101",
    title="set `in_features` to 256",
    edits=(Edit(NET, at(8, 30, 33).range, "256"),),
    evidence=(Evidence.EDIT * 1,),
    applicability=Applicability.SAFE,
    reason="the flattened input of `head` has 256 features",
)
CHAIN = (
    ChainLink("input", "(1, 3, 32, 32)"),
    ChainLink("conv", "(1, 16, 4, 4)", at(11, 12, 24)),
    ChainLink("flatten", "(1, 256)", at(12, 12, 24)),
)
CHECKS = (
    Check(CheckKind.FORWARD, CheckOutcome.PASSED),
    Check(CheckKind.ALSO, CheckOutcome.NOT_ASKED, "no other sample was given"),
    Check(CheckKind.BATCH, CheckOutcome.PASSED, "batches of 2 and 3"),
    Check(CheckKind.INDEPENDENT, CheckOutcome.PASSED),
    Check(CheckKind.BACKWARD, CheckOutcome.PASSED),
    Check(CheckKind.FRESH, CheckOutcome.PASSED),
)
PROOF = Proof(
    chain_before=("input (1, 3, 32, 32)", "conv (1, 16, 4, 4)", "flatten (1, 256)", "head"),
    chain_after=("input (1, 3, 32, 32)", "conv (1, 16, 4, 4)", "flatten (1, 256)", "head (1, 10)"),
    output="(1, 10)",
    parameters_before=1738,
    parameters_after=3018,
    state_added=(),
    state_removed=(),
    state_changed=("head.weight (10, 128) -> (10, 256)",),
    checks=CHECKS,
    seconds=0.25,
)


OTHER = Fix(
    "AF102",
    "use `nn.LazyLinear`",
    (Edit(NET, at(8, 23, 38).range, "LazyLinear(10)"),),
    (Evidence.EDIT * 1, Evidence.OUTWARD * 4),
    Applicability.SAFE,
)


def planned(fixes: tuple[Fix, ...], *texts: tuple[Path, str], label: Applicability = Applicability.SAFE) -> Plan:
    steps = tuple(Step(FINDING, fix) for fix in fixes)
    return Plan(steps, counted(piece for fix in fixes for piece in fix.evidence), label, texts, PROOF)


PLAN = planned((FIX,), (NET, NET_TEXT.replace("128", "256")))
LAZY = planned(
    (OTHER,),
    (NET, NET_TEXT.replace("Linear(128, 10)", "LazyLinear(10)")),
    label=Applicability.UNSAFE,
)
TARGET = Target(NET, ROOT, "models.net", (ROOT,), "Net", Samples((SampleInput((1, 3, 32, 32)),)))
TRACE = Trace(Ending.RAISED, "mat1 and mat2 shapes cannot be multiplied")
DIAGNOSTIC = Diagnostic("AF101", "layer-size", FINDING, CHAIN, FIX)
REPORT = Report(
    target=TARGET,
    ending=RepairEnding.REPAIRED,
    message="",
    trace=TRACE,
    diagnostics=(DIAGNOSTIC,),
    plan=PLAN,
    alternatives=(LAZY,),
    texts=(SourceText(NET, NET_TEXT),),
    spent=Spent(3, 1.5),
)

TWO_FILES = replace(
    REPORT,
    diagnostics=(
        DIAGNOSTIC,
        replace(DIAGNOSTIC, finding=replace(FINDING, location=at(1, 8, 11, BLOCK), subject="out"), chain=()),
    ),
    plan=replace(
        planned(
            (FIX, replace(FIX, title="set `dim` to 256", edits=(Edit(BLOCK, at(1, 8, 11, BLOCK).range, "256"),))),
            (NET, NET_TEXT.replace("128", "256")),
            (BLOCK, "WIDTH = 256\r\n"),
            label=Applicability.UNSAFE,
        ),
        notes=("`WIDTH` is used by other models too",),
    ),
    alternatives=(),
    texts=(SourceText(NET, NET_TEXT), SourceText(BLOCK, "WIDTH = 128\r\n", bom=True)),
    notes=("timm is not installed",),
)
NO_FIX = replace(
    REPORT,
    ending=RepairEnding.NO_FIX,
    diagnostics=(Diagnostic("AF900", "unanswered", FINDING, CHAIN),),
    plan=None,
    alternatives=(),
)
HEALTHY = replace(
    NO_FIX,
    ending=RepairEnding.HEALTHY,
    diagnostics=(),
    trace=Trace(Ending.PASSED, "", output=Tensor((64, 10), "float32"), sliced=True, placeholders=("timm", "wandb")),
)
NOT_RUN = replace(
    HEALTHY,
    ending=RepairEnding.NOT_RUN,
    message="cannot import net.py: No module named 'timm'",
    trace=Trace(Ending.IMPORT_FAILED, "No module named 'timm'"),
)
SUPPRESSED = replace(
    NO_FIX, ending=RepairEnding.SUPPRESSED, diagnostics=(replace(DIAGNOSTIC, suppressed=True, fixed_by=None),)
)
LIMIT = replace(NO_FIX, ending=RepairEnding.LIMIT, message="160 probes")
FIRST_TIME = replace(REPORT, plan=replace(PLAN, proof=replace(PROOF, parameters_before=None)), alternatives=())
# Names that take two columns a character, and more of everything than a section has room for.
WIDE = replace(
    REPORT,
    diagnostics=tuple(
        replace(
            DIAGNOSTIC,
            finding=replace(FINDING, message=f"`層{number}` " + "は128の特徴を取る " * 12, subject=f"層{number}"),
            chain=tuple(ChainLink(f"畳み込み{index}", f"({index}, 128)") for index in range(40)),
            fixed_by=fix,
        )
        for number, fix in enumerate((FIX, replace(FIX, title="幅を256にする " * 6)))
    ),
    plan=replace(
        planned(
            (FIX, replace(FIX, title="幅を256にする " * 6)),
            (NET, "# 幅\n" * 30 + NET_TEXT.replace("128", "256")),
            label=Applicability.UNSAFE,
        ),
        notes=("別の模型も使う " * 30,),
    ),
    texts=(SourceText(NET, NET_TEXT.replace("self.head(x)", "self.head(層の出力)  # " + "説明" * 60)),),
    notes=("注 " * 80,),
)
REPORTS = {
    "one fault": REPORT,
    "wide": WIDE,
    "wide, one fault": replace(WIDE, diagnostics=WIDE.diagnostics[:1]),
    "two files": TWO_FILES,
    "no fix": NO_FIX,
    "healthy": HEALTHY,
    "not run": NOT_RUN,
    "suppressed": SUPPRESSED,
    "limit": LIMIT,
    "not built before": FIRST_TIME,
}
every_report = pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS)


# --------------------------------------------------------------------------------------------------------------------
# Text
# --------------------------------------------------------------------------------------------------------------------

ONE_FAULT = """\
error[AF101]: `head` takes 128 features but receives 256
  --> models/my net.py:13:16
 8 | self.head = nn.Linear(128, 10)
   |                       --- 128, set here
13 | return self.head(x)
   |        ^^^^^^^^^^^^ x is (64, 256)
   = torch: mat1 and mat2
   = flow: input (1,3,32,32) -> conv (1,16,4,4) -> flatten (1,256) -x head
fix (safe): set `in_features` to 256
  - 128        + 256
  checked: forward -> (1, 10); batches of 2 and 3; samples independent;
           gradients; clean process
  verify: autofix verify PATCH -s 1,3,32,32
  1 other repair (--alternatives); --apply writes this one
"""

VERBOSE = """\
   = flow: input (1, 3, 32, 32) -> conv (1, 16, 4, 4) -> flatten (1, 256)
           -x head
fix (safe): set `in_features` to 256
  reason: the flattened input of `head` has 256 features
  - 128        + 256

  checked: forward -> (1, 10); batches of 2 and 3; samples independent;
           gradients; clean process
  not checked: other samples (no other sample was given)
  trace after: input (1, 3, 32, 32) -> conv (1, 16, 4, 4) -> flatten (1, 256)
               -> head (1, 10)
  parameters: 1,738 -> 3,018
  state dict: changed head.weight (10, 128) -> (10, 256)
  cost 10 is the sum of
     +10  a place in the source is edited

other repairs (--pick N takes one):
   2. use `nn.LazyLinear` (unsafe, cost 14)
      cost 14 is the sum of
         +10  a place in the source is edited
          +4  one caller further out (4 x +1)

verify: autofix verify PATCH -s 1,3,32,32
ran `Net` on 1,3,32,32 (given on the command line); training mode
1 other repair; --apply writes this one
"""

LAZY_PATCH = """\
   2. use `nn.LazyLinear` (unsafe, cost 14)
diff --git a/models/my net.py b/models/my net.py
"""


def traced(report: Report) -> Report:
    """Return the report with the run that failed, in which the operands can be seen."""
    finding = replace(FINDING, operation=6)
    return replace(report, trace=FAILING, diagnostics=(replace(DIAGNOSTIC, finding=finding),))


def test_text_explains_like_a_compiler() -> None:
    assert text.render(traced(REPORT), width=80) == ONE_FAULT


def test_verbose_adds_the_rest() -> None:
    shown = text.render(traced(REPORT), width=80, verbose=True)
    assert shown.endswith(VERBOSE)
    assert shown.startswith(ONE_FAULT.partition("   = flow")[0])


@pytest.mark.parametrize(
    "report, expected",
    [
        (TWO_FILES, "  --> models/my net.py:13:16\n 8 | self.head = nn.Linear(128, 10)\n"),
        (TWO_FILES, "  ::: models/block.py:1:9\n1 | WIDTH = 128\n  |         --- 128, set here\n"),
        (TWO_FILES, "fix (unsafe): set `in_features` to 256\n  - 128        + 256\n"),
        (TWO_FILES, "  unsafe: `WIDTH` is used by other models too\n"),
        (TWO_FILES, "  note: timm is not installed\n"),
        (TWO_FILES, "repairs for 2 faults; run with --apply --unsafe-fixes to write them\n"),
        (NO_FIX, "1 fault, no repair found: no rule in use has one that runs;"),
        (HEALTHY, "placeholders for timm, wandb\nnothing to repair: 0 operations, output (64, 10)\n"),
        (HEALTHY, "training mode; only the definitions of the file\nwere executed;"),
        (NOT_RUN, "tried `Net` on 1,3,32,32 "),
        (NOT_RUN, "error: cannot import net.py: No module named 'timm'\n"),
        (SUPPRESSED, "suppressed[AF101]: `head` takes 128 features but receives 256\n  --> models/my net.py:13:16\n"),
        (SUPPRESSED, "1 fault, suppressed by a comment\n"),
        (LIMIT, "1 fault, the search limit was reached\n"),
        (
            replace(REPORT, plan=replace(PLAN, applicability=Applicability.UNSAFE)),
            "an equally plausible repair exists\n",
        ),
        (replace(REPORT, plan=replace(PLAN, applicability=Applicability.DISPLAY_ONLY)), "so nothing writes it\n"),
    ],
)
def test_text_says(report: Report, expected: str) -> None:
    assert expected in text.render(report)


@pytest.mark.parametrize("plan", [PLAN, LAZY], ids=["plan", "alternative"])
def test_the_sum_that_is_printed_equals_the_cost(plan: Plan) -> None:
    document = json.loads(json_report.render(replace(REPORT, plan=plan)))["plan"]
    for part in (document, *document["steps"]):
        assert part["cost"] == sum(piece["weight"] * piece["count"] for piece in part["evidence"]) == plan.cost
    printed = text.render(replace(REPORT, plan=plan, alternatives=()), verbose=True)
    lines = re.findall(r"^ {5}\s*([+-]\d+)  ", printed, re.MULTILINE)
    assert sum(map(int, lines)) == plan.cost


def test_alternatives_are_shown_as_patches_on_request() -> None:
    shown = text.render(REPORT, alternatives=True)
    assert LAZY_PATCH in shown
    assert "\n+        self.head = nn.LazyLinear(10)\n" in shown
    assert "diff --git" not in text.render(REPORT)


def test_plans_of_one_title_are_told_apart_by_what_they_write() -> None:
    other = replace(LAZY, steps=tuple(replace(step, fix=replace(step.fix, title=FIX.title)) for step in LAZY.steps))
    shown = text.render(replace(REPORT, alternatives=(other,)), alternatives=True)
    assert "   2. set `in_features` to 256 (my net.py:8: `LazyLinear(10)`) (unsafe, cost 14)\n" in shown


def test_an_applied_plan_is_not_offered_again() -> None:
    assert text.render(REPORT, applied=True).endswith("  1 fault repaired; applied\n")


def test_the_others_keep_their_rank_when_one_is_picked() -> None:
    assert "   1. use `nn.LazyLinear`" in text.render(REPORT, picked=2, alternatives=True)


def test_a_failed_check_is_said() -> None:
    checks = (*CHECKS[:3], Check(CheckKind.INDEPENDENT, CheckOutcome.FAILED, "sample 1 reaches sample 2"))
    plan = replace(PLAN, applicability=Applicability.UNSAFE, proof=replace(PROOF, checks=checks))
    shown = text.render(replace(REPORT, plan=plan, alternatives=()))
    assert "  unsafe: failed: samples independent (sample 1 reaches sample 2)\n" in shown
    noted = text.render(replace(REPORT, plan=replace(plan, notes=("the maps may be meant",))))
    assert "  unsafe: the maps may be meant\n  failed: samples independent (sample 1 reaches sample 2)\n" in noted


def test_a_model_that_could_not_be_built_has_no_parameters_before() -> None:
    line = "  parameters: 3,018 after the repair; before it the model could not be built\n"
    assert line in text.render(FIRST_TIME, verbose=True)


def test_a_plan_outside_the_root_is_explained_without_a_patch() -> None:
    outside = Path("/elsewhere/net.py")
    plan = replace(LAZY, texts=((outside, "b"),))
    report = replace(REPORT, alternatives=(plan,), texts=(*REPORT.texts, SourceText(outside, "a")))
    assert "no patch: cannot patch /elsewhere/net.py" in text.render(report, alternatives=True)
    assert json.loads(json_report.render(report))["alternatives"][0]["patch"] is None


@every_report
@pytest.mark.parametrize("alternatives", [False, True])
def test_colour_changes_no_character(report: Report, alternatives: bool) -> None:
    plain = text.render(report, alternatives=alternatives)
    coloured = text.render(report, alternatives=alternatives, colour=True)
    assert ANSI.search(coloured)
    assert ANSI.sub("", coloured) == plain
    assert "\x1b" not in plain


@every_report
@pytest.mark.parametrize("width", [40, 80, 100])
def test_lines_fit_the_width(report: Report, width: int) -> None:
    lines = text.render(report, width=width).splitlines()
    assert [line for line in lines if terminal_text.columns(line) > width and " --> " not in line] == []


@every_report
@pytest.mark.parametrize("width, most", [(80, 16), (40, 24)])
def test_each_section_fits_a_terminal(report: Report, width: int, most: int) -> None:
    sections = text.render(report, width=width).removesuffix("\n").split("\n\n")
    assert max(section.count("\n") + 1 for section in sections) <= most
    assert len(sections) == (1 if len(report.diagnostics) < 2 else len(report.diagnostics) + 1)


@pytest.mark.parametrize(
    "folder, expected",
    [
        (ROOT, "models/my net.py:13:16"),
        (ROOT / "models", "my net.py:13:16"),
        (ROOT / "tests" / "deep", "../../models/my net.py:13:16"),
        (Path("/elsewhere"), "/project/models/my net.py:13:16"),
    ],
)
def test_places_are_seen_from_the_working_directory(folder: Path, expected: str) -> None:
    assert f"  --> {expected}\n" in text.render(REPORT, folder=folder)


def test_nothing_from_a_file_reaches_the_terminal_raw() -> None:
    evil = "\x1b[31m\u202e\r\x07\u2028"
    report = replace(
        REPORT,
        diagnostics=(
            replace(
                DIAGNOSTIC,
                finding=replace(FINDING, message=f"m{evil}"),
                chain=(ChainLink(f"l{evil}", f"s{evil}"), *CHAIN),
                fixed_by=replace(FIX, title=f"t{evil}", reason=f"r{evil}"),
            ),
        ),
        plan=replace(PLAN, notes=(evil,), proof=replace(PROOF, output=evil, chain_after=(evil,), state_added=(evil,))),
        alternatives=(replace(LAZY, texts=((NET, f"{evil}\n"),)),),
        texts=(SourceText(NET, NET_TEXT.replace("128", f"{evil}128")),),
        notes=(evil,),
        target=replace(TARGET, model=evil, samples=Samples(expression=evil, place=evil), path=ROOT / f"n{evil}.py"),
        trace=replace(TRACE, placeholders=(evil,)),
    )
    shown = text.render(report, alternatives=True)
    assert set("\x1b\u202e\r\x07\u2028").isdisjoint(shown)
    assert "\\x1b[31m\\u202e\\r\\x07\\u2028" in shown


@pytest.mark.parametrize(
    "source, start, end, expected",
    [
        ("f(128)", 2, 5, ["7 | f(128)", "  |   ^^^"]),
        ("\tf(128)", 3, 6, ["7 |     f(128)", "  |       ^^^"]),
        ("a\tf(128)", 4, 7, ["7 | a   f(128)", "  |       ^^^"]),
        ("f('漢字', 1)", 8, 9, ["7 | f('漢字', 1)", "  |           ^"]),
        ("f('e\u0301', 1)", 8, 9, ["7 | f('e\u0301', 1)", "  |        ^"]),
        ("f('\x1b', 1)", 7, 8, ["7 | f('\\x1b', 1)", "  |           ^"]),
        ("f()", 2, 2, ["7 | f()", "  |   ^"]),
        ("f()", 9, 12, ["7 | f()", "  |    ^"]),
        ("f(" + "x" * 60 + ", 128)", 64, 67, ["7 | ...xxxxxxxxxxxxxxx, 128)", "  |                     ^^^"]),
        ("f(128, " + "x" * 60 + ")", 2, 5, ["7 | f(128, xxxxxxxxxxxxxx...", "  |   ^^^"]),
    ],
    ids=["plain", "tab", "inner tab", "wide", "combining", "escape", "empty", "stale", "long left", "long right"],
)
def test_carets_stand_under_their_range(source: str, start: int, end: int, expected: list[str]) -> None:
    place = Range(Position(7, start), Position(7, end))
    lines = snippet("\n" * 6 + source + "\nnext\n", [Mark(place)], 28)
    assert ["".join(span.text for span in line) for line in lines] == expected


def test_a_range_over_lines_is_marked_to_the_end_of_its_first() -> None:
    lines = snippet("f(1,\n  2)\n", [Mark(Range(Position(1, 2), Position(2, 3)))], 80)
    assert "".join(span.text for span in lines[1]).endswith("|   ^^")


TWO_PLACES = """\
def f():
    width = 漢字(128)
    return g(width, 漢)
"""


@pytest.mark.parametrize(
    "width, expected",
    [
        (
            60,
            [
                "2 | width = 漢字(128)",
                "  |              --- 128, set here",
                "3 | return g(width, 漢)",
                "  |        ^^^^^^^^^^^^ width is (4, 100), 漢 is (4, 128)",
            ],
        ),
        (
            36,
            [
                "2 | width = 漢字(128)",
                "  |              --- 128, set here",
                "3 | return g(width, 漢)",
                "  |        ^^^^^^^^^^^^",
                "  |        width is (4, 100), 漢 is",
                "  |        (4, 128)",
            ],
        ),
    ],
    ids=["beside", "below"],
)
def test_two_places_share_their_margin_and_say_what_they_are(width: int, expected: list[str]) -> None:
    call = Mark(Range(Position(3, 11), Position(3, 22)), label="width is (4, 100), 漢 is (4, 128)")
    source = Mark(Range(Position(2, 15), Position(2, 18)), SOURCE, "128, set here")
    lines = ["".join(span.text for span in line) for line in snippet(TWO_PLACES, [call, source], width)]
    assert lines == expected
    assert [line for line in lines if terminal_text.columns(line) > width] == []


@pytest.mark.parametrize(
    "words, width, expected",
    [
        ("one two three", 16, ["one two three"]),
        ("漢字漢字 漢字漢字 a", 16, ["漢字漢字", "漢字漢字 a"]),
        ("given (1, 2, 3, 4, 5)", 18, ["given", "(1, 2, 3, 4, 5)"]),
        ("input (1, 2) -> conv (1, 2, 3)", 20, ["input (1, 2)", "-> conv (1, 2, 3)"]),
        ("unbreakable-as-it-is-long yes", 16, ["unbreakable-as-it-is-long", "yes"]),
        ("", 16, [""]),
    ],
)
def test_lines_break_at_words_and_arrows_by_their_columns(words: str, width: int, expected: list[str]) -> None:
    assert terminal_text.wrapped(words, width) == expected


@pytest.mark.parametrize(
    "items, lines, expected",
    [
        (["one", "two"], 1, ["one; two"]),
        (["gradients", "clean process", "more"], 1, ["gradients; ..."]),
        (["gradients", "clean process", "more"], 2, ["gradients; clean", "process; more"]),
        (["a very long first item that stays"], 1, ["a very long ..."]),
    ],
)
def test_whole_items_are_left_out(items: list[str], lines: int, expected: list[str]) -> None:
    assert terminal_text.limited_items(items, 16, lines) == expected


@pytest.mark.parametrize("number, expected", [(1, "a\x0cb"), (2, "c"), (3, "d"), (4, ""), (5, None), (0, None)])
def test_lines_are_those_of_the_tokenizer(number: int, expected: str | None) -> None:
    assert source_line("a\x0cb\r\nc\rd\n", number) == expected


def test_a_range_outside_the_text_shows_no_line() -> None:
    assert snippet("a\n", [Mark(Range(Position(9, 0), Position(9, 1)))], 80) == []


@pytest.mark.parametrize(
    "count, expected",
    [
        (2, "s0 -> s1"),
        (9, " -> ".join(f"s{number}" for number in range(9))),
        (22, "s0 -> s1 -> s2 -> s3 -> ... 14 more ... -> s18 -> s19 -> s20 -> s21"),
    ],
)
def test_a_long_chain_is_shortened_in_its_middle(count: int, expected: str) -> None:
    assert phrases.chain_text([f"s{number}" for number in range(count)]) == expected


@pytest.mark.parametrize(
    "width, lines, expected",
    [
        (80, 2, ["input (1,3,32,32) -> conv (1,16,4,4) -> flatten (1,256) -x head"]),
        (50, 2, ["input (1,3,32,32) -> conv (1,16,4,4)", "-> flatten (1,256) -x head"]),
        (50, 1, ["... -> conv (1,16,4,4) -> flatten (1,256) -x head"]),
        (28, 1, ["... -> flatten (1,256)", "-x head"]),
        (16, 1, ["...", "-> flat...1,256)", "-x head"]),
    ],
)
def test_a_flow_breaks_at_arrows_and_keeps_its_end(width: int, lines: int, expected: list[str]) -> None:
    diagnostic = replace(DIAGNOSTIC, chain=CHAIN[:3])
    assert flow(replace(REPORT, diagnostics=(diagnostic,)), diagnostic, width, lines) == expected


def test_a_flow_leaves_out_what_changes_no_shape() -> None:
    chain = (CHAIN[0], CHAIN[1], ChainLink("relu", CHAIN[1].shape), ChainLink("drop", CHAIN[1].shape), CHAIN[2])
    diagnostic = replace(DIAGNOSTIC, chain=chain)
    assert "relu" not in text.render(replace(REPORT, diagnostics=(diagnostic,)))
    assert "-> relu (1, 16, 4, 4)" in text.render(replace(REPORT, diagnostics=(diagnostic,)), verbose=True)


@pytest.mark.parametrize(
    "samples, expected",
    [
        (
            Samples((SampleInput((2, 3)), SampleInput((2,), "int64", 0, 9, "y"))),
            "2,3;y=int64:2@0..9 (given on the command line)",
        ),
        (
            Samples((SampleInput((2,)),), origin=SampleOrigin.USE, place="line 30"),
            "2 (from a use in the file, line 30)",
        ),
        (Samples((SampleInput((2,)),), origin=SampleOrigin.SOLVED), "2 (chosen to fit the layers)"),
        (Samples(expression="batch()", origin=SampleOrigin.SETTINGS), "batch() (from the settings)"),
        (Samples(origin=SampleOrigin.NONE), "no sample"),
    ],
)
def test_samples_say_where_they_come_from(samples: Samples, expected: str) -> None:
    assert phrases.samples_text(samples) == expected


@pytest.mark.parametrize(
    "value, expected",
    [
        (Tensor((2, 3), "float32"), "(2, 3)"),
        (Tensor((2,), "int64"), "int64 (2,)"),
        (Tensor((), "float32"), "()"),
        (Sequence("tuple", (Tensor((2,), "float32"), Sequence("list", (1, None)))), "((2,), [1, None])"),
        (Sequence("PackedSequence", (Tensor((2,), "float32"),)), "PackedSequence((2,))"),
        (Sequence("list", tuple(range(9))), "[0, 1, 2, 3, ... 5 more]"),
        (Attributes("dict", (("out", Tensor((2,), "float32")),)), "{out: (2,)}"),
        (Opaque("Config\x1b"), "Config\\x1b"),
        (None, "None"),
    ],
)
def test_values_read_as_shapes(value: Value, expected: str) -> None:
    assert phrases.value_text(value) == expected


def test_cutting_keeps_both_ends() -> None:
    assert terminal_text.cut_middle("layer1.block.conv.weight", 12) == "layer...ight"
    assert terminal_text.cut_middle("short", 12) == "short"
    assert terminal_text.columns(terminal_text.cut_middle("漢" * 20, 12)) <= 12


# --------------------------------------------------------------------------------------------------------------------
# JSON
# --------------------------------------------------------------------------------------------------------------------


@every_report
@pytest.mark.parametrize("timing", [False, True])
def test_json_follows_its_schema(report: Report, timing: bool) -> None:
    document = json.loads(json_report.render(report, timing=timing))
    jsonschema.Draft202012Validator.check_schema(REPORT_SCHEMA)
    jsonschema.Draft202012Validator(closed(REPORT_SCHEMA)).validate(document)
    assert ("spent" in document) is timing


def closed(schema: Any) -> Any:
    """Return the schema with no field left undescribed: readers may meet new fields, but ours must all
    be documented.
    """
    if isinstance(schema, list):
        return [closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    described = {key: closed(value) for key, value in schema.items()}
    return {**described, "additionalProperties": False} if described.get("type") == "object" else described


@pytest.mark.parametrize(
    "path, expected",
    [
        (("target", "path"), "models/my net.py"),
        (("target", "samples", "inputs", 0, "shape"), [1, 3, 32, 32]),
        (("target", "samples", "origin"), "given"),
        (("ending",), "repaired"),
        (("exit_code",), 1),
        (("diagnostics", 0, "range", "start"), {"line": 8, "column": 31}),
        (("diagnostics", 0, "chain", 1, "shape"), "(1, 16, 4, 4)"),
        (("diagnostics", 0, "mismatch"), "linear-in-features"),
        (("plan", "steps", 0, "edits", 0, "text"), "256"),
        (
            ("plan", "proof", "checks", 1),
            {"check": "also", "outcome": "not-asked", "detail": "no other sample was given"},
        ),
        (("plan", "proof", "parameters"), {"before": 1738, "after": 3018}),
        (("alternatives", 0, "applicability"), "unsafe"),
        (("trace", "ending"), "raised"),
    ],
)
def test_json_holds(path: tuple[str | int, ...], expected: object) -> None:
    value = json.loads(json_report.render(REPORT))
    for key in path:
        value = value[key]
    assert value == expected


def test_json_carries_the_patch() -> None:
    patch = json.loads(json_report.render(REPORT))["plan"]["patch"]
    assert patch.startswith("diff --git a/models/my net.py b/models/my net.py\n")
    assert "\n-        self.head = nn.Linear(128, 10)\n+        self.head = nn.Linear(256, 10)\n" in patch


@every_report
def test_seconds_do_not_change_the_documents(report: Report) -> None:
    plan = report.plan and replace(report.plan, proof=replace(report.plan.proof, seconds=9.0))
    later = replace(report, plan=plan, spent=Spent(4, 9.0), trace=replace(report.trace, seconds=9.0))
    assert json_report.render(later) == json_report.render(report)
    assert sarif_report.render(later) == sarif_report.render(report)
    assert text.render(later) == text.render(report)


@pytest.mark.parametrize(
    "report, expected", [(REPORT, 1), (NO_FIX, 1), (HEALTHY, 0), (NOT_RUN, 2), (SUPPRESSED, 0), (LIMIT, 1)]
)
def test_the_exit_code_follows_from_the_ending(report: Report, expected: int) -> None:
    assert json.loads(json_report.render(report))["exit_code"] == expected
    assert json.loads(json_report.render(report, exit_code=0))["exit_code"] == 0


# --------------------------------------------------------------------------------------------------------------------
# SARIF
# --------------------------------------------------------------------------------------------------------------------


def run_of(report: Report, documentation: dict[str, str] | None = None, version: str = "") -> dict[str, Any]:
    document = json.loads(sarif_report.render(report, documentation=documentation, version=version))
    jsonschema.Draft202012Validator(SARIF_SCHEMA).validate(document)
    return cast("dict[str, Any]", document["runs"][0])


@every_report
def test_sarif_follows_the_official_schema(report: Report) -> None:
    run = run_of(report, {"AF101": "AF101 layer-size: a layer is built for another width.\n\nWhy"}, "0.1.0")
    assert run["columnKind"] == "unicodeCodePoints"
    assert len(run["results"]) == len(report.diagnostics)
    assert "/project" not in json.dumps(run)


def test_sarif_places_are_relative_and_count_from_one() -> None:
    place = run_of(REPORT)["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "models/my%20net.py", "uriBaseId": "%SRCROOT%"}
    assert place["region"] == {"startLine": 8, "startColumn": 31, "endLine": 8, "endColumn": 34}


def test_the_shape_chain_is_a_code_flow() -> None:
    steps = run_of(REPORT)["results"][0]["codeFlows"][0]["threadFlows"][0]["locations"]
    assert [step["location"]["message"]["text"] for step in steps] == [
        "input (1, 3, 32, 32)",
        "conv (1, 16, 4, 4)",
        "flatten (1, 256)",
    ]
    assert [step["location"]["physicalLocation"].get("region", {}).get("startLine") for step in steps] == [
        None,
        11,
        12,
    ]


def test_fixes_are_whole_plans_the_best_first() -> None:
    fixes = run_of(REPORT)["results"][0]["fixes"]
    assert [fix["properties"]["applicability"] for fix in fixes] == ["safe", "unsafe"]
    assert fixes[0]["artifactChanges"][0]["replacements"] == [
        {
            "deletedRegion": {"startLine": 8, "startColumn": 31, "endLine": 8, "endColumn": 34},
            "insertedContent": {"text": "256"},
        }
    ]
    changed = [
        change["artifactLocation"]["uri"] for change in run_of(TWO_FILES)["results"][0]["fixes"][0]["artifactChanges"]
    ]
    assert changed == ["models/block.py", "models/my%20net.py"]


def test_what_is_not_verified_is_no_fix() -> None:
    report = replace(REPORT, plan=replace(PLAN, applicability=Applicability.DISPLAY_ONLY), alternatives=())
    assert "fixes" not in run_of(report)["results"][0]


def test_rules_carry_their_documentation() -> None:
    documented = {"AF101": "AF101 layer-size: a Linear layer is built for another width.\n\nWhy it fails\n"}
    rule = run_of(REPORT, documented)["tool"]["driver"]["rules"][0]
    assert rule["name"] == "LayerSize"
    assert rule["shortDescription"]["text"] == "A Linear layer is built for another width."
    assert rule["help"]["text"] == documented["AF101"].strip()
    assert "autofix explain AF101" in run_of(REPORT)["tool"]["driver"]["rules"][0]["help"]["text"]


def test_a_fingerprint_survives_moved_lines_and_other_sizes() -> None:
    moved = replace(FINDING, location=at(80, 3, 9), expected=(7,), message="`head` takes 7 features but receives 256")
    other = replace(FINDING, subject="tail")
    results_of_runs = [
        run_of(replace(REPORT, diagnostics=tuple(replace(DIAGNOSTIC, finding=finding) for finding in findings)))[
            "results"
        ]
        for findings in ([FINDING], [moved], [other], [FINDING, moved])
    ]
    keys = [[result["partialFingerprints"]["autofixFinding/v1"] for result in results] for results in results_of_runs]
    assert keys[0] == keys[1]
    assert len({keys[0][0], keys[2][0], keys[3][1]}) == 3


def test_a_suppressed_result_says_so() -> None:
    assert run_of(SUPPRESSED)["results"][0]["suppressions"] == [{"kind": "inSource"}]


def test_a_run_that_could_not_be_made_says_so() -> None:
    invocation = run_of(NOT_RUN)["invocations"][0]
    assert invocation["executionSuccessful"] is False
    assert invocation["toolExecutionNotifications"][-1]["message"]["text"] == NOT_RUN.message


@pytest.mark.parametrize(
    "before, after, fixes",
    [
        ("a = 1\nb = 2\n", "a = 10\nb = 20\n", [[(1, 4, 5, "10")], [(2, 4, 5, "20")]]),
        ("f(1, 2)\ng\n", "f(10, 20)\ng\n", [[(1, 2, 3, "10")], [(1, 6, 7, "20")]]),
        ("a\nc\n", "a\nb\nc\n", [[(1, 9, 9, "no such place")]]),
        ("a\r\nb\rc", "a\r\nB\rC\r", [[]]),
        ("", "a\n", [[]]),
        ("a\n", "a\nb", [[]]),
        ("a\nb\n", "b\n", [[]]),
    ],
    ids=["edits fit", "later edits stand elsewhere", "insertion", "newline styles", "empty", "at the end", "removed"],
)
def test_replacements_give_the_verified_text(
    before: str, after: str, fixes: list[list[tuple[int, int, int, str]]]
) -> None:
    step_fixes = tuple(
        replace(FIX, edits=tuple(Edit(NET, at(line, start, end).range, new) for line, start, end, new in edits))
        for edits in fixes
    )
    plan = planned(step_fixes, (NET, after))
    replaced = replacements(plan, (SourceText(NET, before),))
    assert apply_edits(before, replaced) == after
    if after.startswith("a = 10"):
        assert replaced == tuple(edit for fix in step_fixes for edit in fix.edits)


# --------------------------------------------------------------------------------------------------------------------
# The table of shapes
# --------------------------------------------------------------------------------------------------------------------


def operation(
    index: int,
    target: str,
    line: int,
    shape: tuple[int, ...],
    result: tuple[int, ...] | None,
    *,
    layer: str | None = None,
    path: Path = NET,
    kind: OperationKind = OperationKind.CALL_FUNCTION,
    phase: Phase = Phase.FORWARD,
    scope: str = "",
) -> Operation:
    return Operation(
        index=index,
        name=f"n{index}",
        kind=OperationKind.CALL_MODULE if layer else kind,
        target=target,
        arguments=(Tensor(shape, "float32"),),
        keywords=(),
        result=None if result is None else Tensor(result, "float32"),
        raised=result is None,
        frames=(Frame(path, "forward", at(line, 8, 20).range),),
        phase=phase,
        layer=layer,
        scope=scope,
    )


def layer(path: str | None, kind: str, *parameters: tuple[int, ...]) -> Layer:
    named = tuple((f"p{number}", shape) for number, shape in enumerate(parameters))
    return Layer(0, path, f"torch.nn.{kind}", (), named, (), is_leaf=True)


INPUT = replace(
    operation(0, "x", 10, (), (64, 3, 32, 32), kind=OperationKind.PLACEHOLDER), arguments=(), name="x", frames=()
)
OPERATIONS = (
    operation(0, "torch.zeros", 6, (), (4,), phase=Phase.CONSTRUCT),
    replace(INPUT, index=1),
    operation(2, "torch.nn.Conv2d", 11, (64, 3, 32, 32), (64, 16, 4, 4), layer="conv"),
    operation(3, "scale", 11, (), (1,), kind=OperationKind.GET_ATTR),
    operation(4, "torch.nn.functional.relu", 12, (64, 16, 4, 4), (64, 16, 4, 4)),
    operation(5, "Tensor.flatten", 12, (64, 16, 4, 4), (64, 256), kind=OperationKind.CALL_METHOD),
    operation(6, "torch.nn.Linear", 13, (64, 256), None, layer="head"),
)
LAYERS = (
    layer("", "Module"),
    layer("conv", "Conv2d", (16, 3, 3, 3), (16,)),
    layer("head", "Linear", (10, 128), (10,)),
    layer(None, "Linear", (99, 99)),
)
FAILING = Trace(
    Ending.RAISED, "", OPERATIONS, LAYERS, failure=Failure("RuntimeError", "mat1 and mat2", Stage.FORWARD, 6, ())
)
SHAPES_FINDING = replace(FINDING, operation=6)
PASSING = replace(
    FAILING,
    ending=Ending.PASSED,
    operations=(*OPERATIONS[:6], operation(6, "torch.nn.Linear", 13, (64, 256), (64, 10), layer="head")),
    output=Tensor((64, 10), "float32"),
    failure=None,
)


def table(trace: Trace, finding: Finding | None = None, **options: Any) -> str:
    return shape_table.render(trace, finding, ROOT, **options)


def test_the_failing_row_is_marked() -> None:
    assert table(FAILING, SHAPES_FINDING) == (
        "  line  layer  operator  shapes                                        params\n"
        "               input     (64, 3, 32, 32)\n"
        "    11  conv   Conv2d    (64, 3, 32, 32) -> (64, 16, 4, 4)                448\n"
        "    12         F.relu    (64, 16, 4, 4) -> (64, 16, 4, 4)\n"
        "    12         flatten   (64, 16, 4, 4) -> (64, 256)\n"
        ">   13  head   Linear    (64, 256) -> fails: expected 128, actual 256   1,290\n"
        "error: `head` takes 128 features but receives 256\n"
        "5 operations, 1,738 parameters, no output\n"
    )


@pytest.mark.parametrize(
    "trace, finding, expected",
    [
        (
            PASSING,
            None,
            "    13  head   Linear    (64, 256) -> (64, 10)               1,290\n5 operations, 1,738 parameters,",
        ),
        (PASSING, None, "output (64, 10)\n"),
        (FAILING, None, ">   13  head   Linear    (64, 256) -> fails"),
        (FAILING, None, "error: RuntimeError: mat1 and mat2\n"),
        (
            replace(FAILING, operations=OPERATIONS[:6]),
            FINDING,
            ">   13  head             fails: expected 128, actual 256\n",
        ),
        (
            Trace(Ending.NO_MODEL, "no model in net.py"),
            None,
            "error: no model in net.py\n0 operations, 0 parameters, no output\n",
        ),
        (Trace(Ending.TIMED_OUT, ""), None, "error: timed out\n"),
    ],
)
def test_the_table_says(trace: Trace, finding: Finding | None, expected: str) -> None:
    assert expected in table(trace, finding)


def test_several_files_are_named() -> None:
    trace = replace(
        PASSING, operations=(*OPERATIONS[:3], operation(3, "torch.cat", 4, (1,), (2,), path=BLOCK, scope="mix"))
    )
    shown = table(trace)
    assert "  models/my net.py:11  conv   Conv2d" in shown
    assert "   models/block.py:4  mix    torch.cat" in shown


def test_a_narrow_table_wraps_shapes_and_cuts_names() -> None:
    deep = "encoder.stage_three.blocks.11.attention.projection"
    wide = replace(
        operation(1, "torch.nn.MultiheadAttention", 1234, (32, 128, 768), (32, 128, 768), layer=deep),
        arguments=tuple(Tensor((32, 128, 768), "float32") for _ in range(3)),
    )
    layers = (layer(deep, "MultiheadAttention", (2304, 768)), layer(f"{deep}.out_proj", "Linear", (768, 768)))
    lines = table(Trace(Ending.PASSED, "", (INPUT, wide), layers), width=80).splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[2].split() == ["1234", "encoder...ection", "Multi...ntion", "(32,", "128,", "768),", "2,359,296"]
    assert lines[-2].split() == ["->", "(32,", "128,", "768)"]


def blocks(count: int, *, step: int = 1, failing: bool = False) -> Trace:
    """Return a run through as many equal blocks of a layer and a function, whose numbers are ``step`` apart."""
    operations, layers = [INPUT], []
    for number in range(0, count * step, step):
        path = f"body.{number}"
        operations += [
            operation(0, "torch.nn.Linear", 11, (2, 8), (2, 8), layer=f"{path}.fc"),
            operation(0, "torch.nn.functional.relu", 11, (2, 8), (2, 8), scope=path),
        ]
        layers += [layer(path, "Block"), layer(f"{path}.fc", "Linear", (8, 8))]
    operations.append(operation(0, "torch.nn.Linear", 12, (2, 8), None if failing else (2, 3), layer="head"))
    return Trace(Ending.PASSED, "", tuple(operations), (*layers, layer("head", "Linear", (3, 8))))


@pytest.mark.parametrize(
    "trace, options, expected",
    [
        (blocks(12), {}, ["", "body.0-11.fc", "body.0-11", "head"]),
        (blocks(12), {"whole": True}, 26),
        (blocks(12), {"depth": 2}, ["", "body.0-11", "head"]),
        (blocks(12), {"depth": 1}, ["", "body", "head"]),
        (blocks(12), {"depth": 3, "whole": True}, 26),
        (blocks(2), {}, ["", "body.0.fc", "body.0", "body.1.fc", "body.1", "head"]),
        (blocks(3, step=2), {}, 8),
        (blocks(3, failing=True), {"depth": 1}, ["", "body", "head"]),
    ],
)
def test_repeats_and_modules_are_one_row(trace: Trace, options: dict[str, Any], expected: list[str] | int) -> None:
    rows = [line[8:].split("  ")[0].strip() for line in table(trace, **options).splitlines()[1:-1]]
    assert rows == expected if isinstance(expected, list) else len(rows) == expected


def test_folded_rows_keep_the_parameters_of_all() -> None:
    shown = table(blocks(12), depth=2)
    assert "    11  body.0-11  Block     (2, 8) -> (2, 8)     768\n" in shown
    assert shown.splitlines()[-1].startswith("26 operations, 792 parameters")


def test_colour_changes_no_character_of_the_table() -> None:
    coloured = table(FAILING, SHAPES_FINDING, colour=True)
    assert ANSI.search(coloured)
    assert ANSI.sub("", coloured) == table(FAILING, SHAPES_FINDING)
