"""The documents that a report is printed as: each is the file of this folder with its name, and its ``document``.

It renders none of them; what a person reads is in ``text.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module

from autofix.records.report import Report


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """What a document may tell beside the report: how the command ends, and of the tool.

    ``timing``: whether to add what differs from run to run. ``documentation`` gives the text of each rule by code.
    """

    exit_code: int
    timing: bool
    version: str
    documentation: Callable[[], Mapping[str, str]]


def rendered(name: str, report: Report, facts: DocumentFacts) -> str:
    """Return the document, ended by LF."""
    text: str = import_module(f"autofix.report.{name}").document(report, facts)
    return text
