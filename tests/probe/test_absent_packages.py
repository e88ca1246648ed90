"""Which package an import failed for, and whether it is absent or does not load: told by where the error was raised."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from autofix.probe.contain import absent_packages

LIBRARY = "/env/lib/site-packages/"


def _raised(*frames: tuple[str, str], error: str) -> BaseException:
    """Return an error that was raised through files, the outermost first; each has a name of its code."""
    inner: Callable[[], None] = partial(exec, error, {})
    for path, function in reversed(frames):
        text = "inner()" if function == "<module>" else f"def {function}():\n    inner()\n{function}()"
        inner = partial(exec, compile(text, path, "exec"), {"inner": inner})
    try:
        inner()
    except BaseException as caught:
        return caught
    raise AssertionError


@pytest.mark.parametrize(
    "frames, error, package, reason",
    [
        ((), "raise ModuleNotFoundError('no', name='nobody')", "nobody", "No module named 'nobody'"),
        (
            (f"{LIBRARY}nobody/__init__.py",),
            "raise ModuleNotFoundError('no', name='needed.part')",
            "needed",
            "No module named 'needed.part', which nobody needs",
        ),
        (
            (f"{LIBRARY}nobody/__init__.py",),
            "raise ImportError('libx.so: cannot open')",
            "nobody",
            "nobody is installed and does not load: libx.so: cannot open",
        ),
        (
            (f"{LIBRARY}nobody/__init__.py", f"{LIBRARY}inner/ops.py", f"{LIBRARY}torch/library.py"),
            "raise RuntimeError('operator inner::nms does not exist')",
            "inner",
            "inner, which nobody needs, is installed and does not load: operator inner::nms does not exist",
        ),
    ],
)
def test_the_package_behind_a_failed_import(frames: tuple[str, ...], error: str, package: str, reason: str) -> None:
    raised = _raised(*((path, "<module>") for path in frames), error=error)
    assert absent_packages.package("nobody", "", raised) == package
    assert absent_packages.reason("nobody", raised) == reason


@pytest.mark.parametrize(
    "frames, package",
    [
        ((("/own/net.py", "<module>"), ("/own/made_pb2.py", "<module>"), (f"{LIBRARY}google/d.py", "new")), "google"),
        ((("/own/net.py", "<module>"), ("/own/made.py", "build"), (f"{LIBRARY}google/d.py", "new")), None),
        ((("/own/net.py", "<module>"), ("/own/made.py", "<module>"), (f"{LIBRARY}torch/nn.py", "new")), None),
        ((("/own/net.py", "<module>"), ("/own/made.py", "<module>")), None),
    ],
    ids=["generated code", "a function of the project", "torch", "the code itself"],
)
def test_a_module_for_another_release(frames: tuple[tuple[str, str], ...], package: str | None) -> None:
    raised = _raised(*frames, error="raise TypeError('Descriptors cannot be created directly')")
    outdated = absent_packages.outdated(raised, lambda path: path.startswith("/own/"))
    assert (outdated and outdated[0]) == package
    if outdated is not None:
        assert outdated[1].endswith(
            "made_pb2.py:1 is for another google: TypeError: Descriptors cannot be created directly"
        )
