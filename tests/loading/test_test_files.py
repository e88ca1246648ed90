"""Which files named like tests pytest can run, and which of them are programs."""

from __future__ import annotations

from pathlib import Path

import pytest

from autofix.loading import test_files
from autofix.syntax.source import Source

MAIN = '\nif __name__ == "__main__":\n    test(1, 2)\n'


@pytest.mark.parametrize(
    "text, is_tests",
    [
        ("def test(model, loader): pass\n", True),
        ("def test(model, loader): pass\n" + MAIN, False),
        ("@torch.no_grad()\ndef test(model, loader): pass\n" + MAIN, False),
        ("def test_net(): pass\n" + MAIN, True),
        ("def test_net(tmp_path, size=3): pass\n" + MAIN, True),
        ("@pytest.mark.parametrize('n', [1])\ndef test_net(n): pass\n" + MAIN, True),
        ("@pytest.fixture\ndef net(): pass\ndef test_net(net): pass\n" + MAIN, True),
        ("class TestNet:\n    def test(self): pass\n" + MAIN, True),
        ("def main(): pass\n" + MAIN, False),
    ],
)
def test_a_file_whose_tests_nobody_can_call_is_a_program(tmp_path: Path, text: str, is_tests: bool) -> None:
    assert test_files.holds_tests(Source(tmp_path / "test_cls.py", text)) is is_tests


def test_fixtures_may_stand_in_another_file(tmp_path: Path) -> None:
    source = Source(tmp_path / "unit" / "test_cls.py", "def test(net): pass\n" + MAIN)
    source.path.parent.mkdir()
    (tmp_path / "conftest.py").write_text("", "utf-8")
    assert test_files.holds_tests(source)
