"""Every format that can be asked for has a file that makes it."""

from __future__ import annotations

from importlib import import_module

import pytest

from autofix.frontends.cli.options import REPORT_SUFFIXES, BatchFormat, Format


@pytest.mark.parametrize("name", sorted(member.value for member in {*Format} - {Format.TEXT}))
def test_document_of_a_report(name: str) -> None:
    assert callable(import_module(f"autofix.report.{name}").document)


@pytest.mark.parametrize("name", sorted(member.value for member in {*BatchFormat} | {*REPORT_SUFFIXES.values()}))
def test_report_of_a_batch(name: str) -> None:
    assert callable(import_module(f"autofix.batch.reports.{name}").render)
