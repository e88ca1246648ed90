"""Fit the weights of the evidence to plans of which is known whether they are right, and say what they are worth.

    python benchmarks/weights.py FILE ... [--folds N] [--prior P] [--seed N]

Each FILE is what another bench wrote: ``answers.jsonl`` of ``evidence.py``, ``score.jsonl`` of ``wild.py``, or the file
of ``repair.py --json``. A fault counts where one of its plans is right and another is not. The model: the chance that
a plan is the right one falls with the exponential of its cost, so the weights that make what is right the likeliest
are those of a logistic regression within each fault. An edit stays 10, the unit; every other weight is drawn to the one
that is written in ``autofix/records/costs.py`` by a penalty of ``--prior`` times the square of the difference.

Projects (a repository, or a fixture) are dealt into folds; those of a fold are judged with weights fitted to all
others, so that no project is on both sides. What is judged is whether the plan with the least cost is right. It
prints that for the weights as written, as fitted, and all equal, and then the weights fitted to everything.
"""

from __future__ import annotations

import argparse
import collections
import json
import random
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from fault_cases import FAULTS

from autofix.records.costs import LEAST, Evidence
from autofix.records.plan import Plan

WRITTEN = {evidence.name.lower(): float(evidence.weight) for evidence in Evidence}
NAMES = tuple(WRITTEN)
UNIT = "edit"
STEPS = 300
_REPOSITORY = re.compile(r"github\.com/([\w.-]+/[\w.-]+)")


@dataclass(frozen=True, slots=True)
class Fault:
    """The plans for one fault, by rank, and which of them are right."""

    project: str
    plans: tuple[Mapping[str, int], ...]
    right: tuple[bool, ...]


def evidence_of(plan: Plan) -> dict[str, int]:
    """Return how often each piece of evidence counts for a plan, by its name."""
    return {evidence.name.lower(): count for evidence, count in plan.evidence}


def faults(path: Path) -> Iterator[Fault]:
    """Yield the faults of a file for which a plan is right and another is not."""
    text = path.read_text("utf-8")
    records = json.loads(text) if text.lstrip().startswith("[") else map(json.loads, text.splitlines())
    for record in records:
        right = tuple(map(bool, record.get("right") or ()))
        if True in right and False in right and record.get("rival", "autofix") == "autofix":
            plans = record["evidence"][: len(right)]
            yield Fault(_project(record), tuple(map(_named, plans)), right)


def _named(plan: Mapping[str, int]) -> dict[str, int]:
    """Return how often each piece counts by our names: a JSON report writes them with hyphens."""
    return {name.replace("-", "_"): count for name, count in plan.items()}


def _project(record: Mapping[str, Any]) -> str:
    if "row" in record:
        return str(record["row"]["repository"])
    if "subject" in record:
        return f"fixture {record['subject']}"
    source = str(json.loads((FAULTS / record["case"] / "case.json").read_text("utf-8"))["source"])
    repository = _REPOSITORY.search(source)
    return repository[1] if repository else str(record["case"])


def cost(weights: Mapping[str, float], plan: Mapping[str, int]) -> float:
    """Return what a plan costs with these weights, as ``costs.total`` does."""
    return max(float(LEAST), sum(weights[name] * count for name, count in plan.items()))


def is_first_right(weights: Mapping[str, float], fault: Fault) -> bool:
    """Return whether the cheapest plan is right; of equal ones the one with the higher rank counts."""
    costs = [cost(weights, plan) for plan in fault.plans]
    return fault.right[costs.index(min(costs))]


def fitted(cases: Sequence[Fault], prior: float) -> dict[str, float]:
    """Return the weights that make what is right the likeliest, each project counting alike."""
    # In double precision: in single one the search along a line leaves the numbers on some processors.
    written = torch.tensor([WRITTEN[name] for name in NAMES], dtype=torch.float64)
    counts = [
        torch.tensor([[plan.get(name, 0) for name in NAMES] for plan in case.plans], dtype=torch.float64)
        for case in cases
    ]
    right = [torch.tensor(case.right) for case in cases]
    of_project = collections.Counter(case.project for case in cases)
    shares = torch.tensor([1 / of_project[case.project] for case in cases], dtype=torch.float64)
    change = torch.zeros(len(NAMES), dtype=torch.float64, requires_grad=True)
    scale = torch.zeros(
        (), dtype=torch.float64, requires_grad=True
    )  # The logarithm of how much a tenth of an edit tells.
    free = torch.tensor([float(name != UNIT) for name in NAMES], dtype=torch.float64)
    optimizer = torch.optim.LBFGS([change, scale], max_iter=STEPS, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        weights = written + change * free
        terms = []
        for plans, of_plan in zip(counts, right, strict=True):
            scores = -(plans @ weights).clamp(min=LEAST) * scale.exp() / Evidence.EDIT.weight
            terms.append(torch.logsumexp(scores, 0) - torch.logsumexp(scores[of_plan], 0))
        value = (torch.stack(terms) * shares).sum() + prior * change.square().sum()
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimizer.step(loss)  # type: ignore[no-untyped-call]
    return dict(zip(NAMES, (written + change * free).tolist(), strict=True))


def held_out(cases: Sequence[Fault], folds: int, prior: float, seed: int) -> dict[str, int]:
    """Return for how many faults the first plan is right: with weights as written, fitted to others, and all equal."""
    projects = sorted({case.project for case in cases})
    random.Random(seed).shuffle(projects)
    fold_of = {project: number % folds for number, project in enumerate(projects)}
    equal = dict.fromkeys(NAMES, WRITTEN[UNIT])
    counts: collections.Counter[str] = collections.Counter()
    for fold in range(folds):
        weights = fitted([case for case in cases if fold_of[case.project] != fold], prior)
        for case in cases:
            if fold_of[case.project] == fold:
                counts["written"] += is_first_right(WRITTEN, case)
                counts["fitted"] += is_first_right(weights, case)
                counts["equal"] += is_first_right(equal, case)
    return dict(counts)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--folds", type=int, default=10)
    parser.add_argument("--prior", type=float, nargs="+", default=[0.003, 0.01, 0.03, 0.1])
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    cases = [fault for path in options.files for fault in faults(path)]
    projects = {case.project for case in cases}
    if len(projects) < options.folds:
        raise SystemExit(f"{len(projects)} projects are too few for {options.folds} folds")
    print(f"{len(cases)} faults of {len(projects)} projects with plans that are right and plans that are not")
    for prior in options.prior:
        figures = held_out(cases, options.folds, prior, options.seed)
        print(
            f"prior {prior}: first plan right with weights fitted to other projects {figures['fitted']}, as written "
            f"{figures['written']}, all equal {figures['equal']}"
        )
    by_prior = [fitted(cases, prior) for prior in options.prior]
    print("evidence".ljust(24), "written", *(f"{prior:>8}" for prior in options.prior), "  faults whose plans differ")
    for name in NAMES:
        differ = sum(len({plan.get(name, 0) for plan in case.plans}) > 1 for case in cases)
        columns = "".join(f" {weights[name]:8.1f}" for weights in by_prior)
        print(f"{name:24} {WRITTEN[name]:7.0f}{columns} {differ:8}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
