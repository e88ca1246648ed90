"""Edits, patches and their reading back: every patch must pass git, GNU patch and our own check."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autofix.patch.edits_to_text import BOM, apply_edits, encode, line_starts, position_at
from autofix.patch.unified_diff import FileChange, blob_id, unified, verify
from autofix.patch.unified_diff import changes as plan_changes
from autofix.records.errors import InternalError, UsageError
from autofix.records.locations import Edit, Position, Range, SourceText
from autofix.records.plan import Applicability, Plan, Proof

NET = Path("/project/net.py")
QUICK = settings(deadline=None, derandomize=True, max_examples=60)
THOROUGH = settings(QUICK, max_examples=400)


def edit(start: tuple[int, int], end: tuple[int, int], text: str) -> Edit:
    return Edit(NET, Range(Position(*start), Position(*end)), text)


# --------------------------------------------------------------------------------------------------------------------
# Edits
# --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text, edits, expected",
    [
        ("a = 1\nb = 2\n", [edit((2, 4), (2, 5), "3")], "a = 1\nb = 3\n"),
        ("a = 1\r\nb = 2\rc = 3", [edit((2, 4), (2, 5), "4"), edit((3, 4), (3, 5), "5")], "a = 1\r\nb = 4\rc = 5"),
        ("é\N{GRINNING FACE}1", [edit((1, 2), (1, 3), "2")], "é\N{GRINNING FACE}2"),
        ("x\x0cy\u2028z\nw", [edit((1, 4), (1, 5), "Z"), edit((2, 0), (2, 1), "W")], "x\x0cy\u2028Z\nW"),
        ("ab", [edit((1, 1), (1, 2), "B"), edit((1, 0), (1, 1), "A")], "AB"),
        ("ab", [edit((1, 1), (1, 1), "-"), edit((1, 1), (1, 2), "B")], "a-B"),
        ("a\nb\nc\n", [edit((1, 1), (3, 0), "")], "ac\n"),
        ("a\n", [edit((2, 0), (2, 0), "b\n")], "a\nb\n"),
        ("", [edit((1, 0), (1, 0), "a")], "a"),
        ("a", [edit((1, 0), (1, 1), "b"), edit((1, 0), (1, 1), "b")], "b"),
        ("a", [], "a"),
    ],
    ids=[
        "one",
        "newline styles",
        "code points",
        "not line ends",
        "any order",
        "insert before replace",
        "over lines",
        "at the end",
        "empty text",
        "equal edits are one",
        "none",
    ],
)
def test_edits_are_applied(text: str, edits: list[Edit], expected: str) -> None:
    assert apply_edits(text, edits) == expected


@pytest.mark.parametrize(
    "edits, message",
    [
        ([edit((1, 0), (1, 2), "x"), edit((1, 1), (1, 3), "y")], "overlap"),
        ([edit((1, 1), (1, 1), "x"), edit((1, 1), (1, 1), "y")], "overlap"),
        ([edit((3, 0), (3, 0), "x")], "no line 3"),
        ([edit((0, 0), (0, 0), "x")], "no line 0"),
        ([edit((1, 5), (1, 5), "x")], "no column 5"),
        ([edit((1, 2), (1, 1), "x")], "ends before"),
    ],
)
def test_edits_that_cannot_be_applied_are_refused(edits: list[Edit], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        apply_edits("abc\nd", edits)


@given(st.text(alphabet="ab\r\n\t\x0c\u2028", max_size=30))
def test_positions_and_offsets_agree(text: str) -> None:
    starts = line_starts(text)
    for offset in range(len(text) + 1):
        place = position_at(starts, offset)
        inserted = apply_edits(text, [Edit(NET, Range(place, place), "X")])
        assert inserted == text[:offset] + "X" + text[offset:]


@pytest.mark.parametrize(
    "source, expected",
    [
        (SourceText(NET, ""), "é\r\n".encode()),
        (SourceText(NET, "", "utf-8", bom=True), BOM + "é\r\n".encode()),
        (SourceText(NET, "", "utf-8-sig", bom=True), BOM + "é\r\n".encode()),
        (SourceText(NET, "", "iso-8859-1"), b"\xe9\r\n"),
    ],
)
def test_bytes_keep_the_encoding(source: SourceText, expected: bytes) -> None:
    assert encode(source, "é\r\n") == expected


def test_a_character_the_encoding_lacks_is_named() -> None:
    with pytest.raises(UsageError, match=r"net.py: its encoding iso-8859-1 has no '\\u20ac'"):
        encode(SourceText(NET, "", "iso-8859-1"), "€")


# --------------------------------------------------------------------------------------------------------------------
# Plans to file changes
# --------------------------------------------------------------------------------------------------------------------


def plan(*texts: tuple[Path, str]) -> Plan:
    proof = Proof((), (), "", None, 0, (), (), (), (), 0.0)
    return Plan(steps=(), evidence=(), applicability=Applicability.SAFE, texts=texts, proof=proof)


def test_a_plan_changes_only_the_files_whose_text_differs() -> None:
    block, same = Path("/project/part/block.py"), Path("/project/same.py")
    texts = (SourceText(block, "a", bom=True), SourceText(NET, "é", "latin-1"), SourceText(same, "c"))
    file_changes = plan_changes(plan((block, "b"), (NET, "è"), (same, "c")), texts, Path("/project"))
    assert file_changes == (
        FileChange(PurePosixPath("net.py"), b"\xe9", b"\xe8"),
        FileChange(PurePosixPath("part/block.py"), BOM + b"a", BOM + b"b"),
    )


@pytest.mark.parametrize("path", [Path("/other/net.py"), Path("/project/../other/net.py")])
def test_a_file_outside_the_root_is_refused_by_name(path: Path) -> None:
    with pytest.raises(UsageError, match=f"cannot patch {path}: it lies outside the project root /project"):
        plan_changes(plan((path, "b")), (SourceText(path, "a"),), Path("/project"))


def test_a_text_that_was_not_analysed_is_our_fault() -> None:
    with pytest.raises(InternalError, match=r"net\.py"):
        plan_changes(plan((NET, "b")), (), Path("/project"))


# --------------------------------------------------------------------------------------------------------------------
# The text of a patch
# --------------------------------------------------------------------------------------------------------------------

GOLDEN = """\
diff --git a/net.py b/net.py
index %s..%s 100644
--- a/net.py
+++ b/net.py
@@ -2,7 +2,7 @@ class Net:
     a = 1
     b = 2
     c = 3
-    d = 4
+    d = 5
     e = 5
     f = 6
     g = 7
@@ -11,4 +11,5 @@ class Net:
     j = 0
     k = 1
     l = 2
-    m = 3
\\ No newline at end of file
+    m = 4
+    n = 5
\\ No newline at end of file
"""


def test_a_patch_reads_like_git() -> None:
    lines = [f"    {name} = {number % 10}" for number, name in enumerate("abcdefghijklm", 1)]
    before = "\n".join(["class Net:", *lines]).encode()
    after = before.replace(b"d = 4", b"d = 5").replace(b"m = 3", b"m = 4\n    n = 5")
    expected = GOLDEN % (blob_id(before)[:12], blob_id(after)[:12])
    assert unified((FileChange(PurePosixPath("net.py"), before, after, 0o100644),)) == expected.encode()


@pytest.mark.parametrize(
    "name, header",
    [
        ("net.py", b"--- a/net.py\n+++ b/net.py\n"),
        ("my net.py", b"--- a/my net.py\t\n+++ b/my net.py\t\n"),
        ("nét.py", b'--- "a/n\\303\\251t.py"\n+++ "b/n\\303\\251t.py"\n'),
        ('n"e\\t\t.py', b'--- "a/n\\"e\\\\t\\t.py"\n+++ "b/n\\"e\\\\t\\t.py"\n'),
        ("é \x01.py", b'--- "a/\\303\\251 \\001.py"\t\n+++ "b/\\303\\251 \\001.py"\t\n'),
    ],
)
def test_names_are_written_as_git_writes_them(name: str, header: bytes) -> None:
    assert header in unified((FileChange(PurePosixPath(name), b"a\n", b"b\n"),))


def test_nothing_changed_is_an_empty_patch() -> None:
    same = (FileChange(PurePosixPath("net.py"), b"a\n", b"a\n"),)
    assert unified(same) == b""
    verify(b"", same)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda patch: patch.replace(b"+b = 3", b"+b = 4"),
        lambda patch: patch.replace(b" a = 1", b" a = 7"),
        lambda patch: patch.replace(b"b/net.py", b"b/other.py"),
        lambda patch: patch.replace(b"-1,2 +1,2", b"-1,9 +1,9"),
        lambda patch: patch.replace(b"-1,2 +1,2", b"-2,2 +2,2"),
        lambda _: b"",
        lambda patch: patch + patch,
    ],
    ids=["other text", "other context", "other name", "wrong count", "wrong place", "empty", "twice"],
)
def test_a_spoiled_patch_is_noticed(spoil: Callable[[bytes], bytes]) -> None:
    changes = (FileChange(PurePosixPath("net.py"), b"a = 1\nb = 2\n", b"a = 1\nb = 3\n"),)
    verify(unified(changes), changes)
    with pytest.raises(InternalError, match="please report this"):
        verify(spoil(unified(changes)), changes)


def test_a_moved_line_is_removed_and_added() -> None:
    """Lines that occur once are anchors, except those whose order changed."""
    patch = unified((FileChange(PurePosixPath("net.py"), b"m\na\nb\nc\n", b"a\nb\nc\nm\n"),))
    assert patch.endswith(b"@@ -1,4 +1,4 @@\n-m\n a\n b\n c\n+m\n")


def test_many_equal_lines_do_not_slow_a_patch_down() -> None:
    """SequenceMatcher alone would compare each of 20,000 lines with every other: minutes instead of a moment."""
    lines = [b"    x = self.step(x)\n"] * 20_000
    changed = [b"first\n", *lines[1:-1], b"last\n"]
    patch = unified((FileChange(PurePosixPath("net.py"), b"".join(lines), b"".join(changed)),))
    assert patch.count(b"\n@@") == 2
    assert patch.count(b"\n+first\n") == patch.count(b"\n+last\n") == 1


# --------------------------------------------------------------------------------------------------------------------
# Real tools
# --------------------------------------------------------------------------------------------------------------------

LINE = st.one_of(
    st.sampled_from([b"x = 1", b"", b"\tself.a = 2", b"-- a", b"++ b", b"\\ c", b"diff --git a/x b/x", b"@@ -1 +1 @@"]),
    st.text(alphabet="a \t\x0c\u2028\x85é\\-+", max_size=8).map(str.encode),
    st.binary(max_size=4).map(lambda data: data.replace(b"\n", b" ").replace(b"\0", b" ")),
)
CONTENT = st.builds(
    lambda lines, ends, bom, final: (BOM if bom else b"") + b"".join(map(bytes.__add__, lines, ends)) + final,
    st.lists(LINE, max_size=16),
    st.lists(st.sampled_from([b"\n", b"\r\n", b"\n", b"\r"]), min_size=16, max_size=16),
    st.booleans(),
    st.sampled_from([b"", b"end"]),
)


@st.composite
def byte_pairs(draw: st.DrawFn) -> tuple[bytes, bytes]:
    """Draw bytes before and after a few changed, added or removed lines (or of two unrelated texts)."""
    before = draw(CONTENT)
    lines = before.split(b"\n")
    for _ in range(draw(st.integers(1, 3))):
        index = draw(st.integers(0, len(lines) - 1)) if lines else 0
        lines[index : index + draw(st.integers(0, 2))] = draw(st.lists(LINE, max_size=2))
    after = draw(st.one_of(st.just(b"\n".join(lines)), CONTENT))
    # Git takes a file that becomes empty for a deleted one, and a plan never empties a file.
    return (before, after) if after else (before, b"x = 1\n")


@THOROUGH
@given(byte_pairs(), st.integers(0, 4))
def test_every_patch_reads_back(pair: tuple[bytes, bytes], context: int) -> None:
    changes = (FileChange(PurePosixPath("net.py"), *pair),)
    verify(unified(changes, context), changes)


NAMES = (
    "net.py",
    "my model/the net.py",
    "modèle/ré seau.py",
    'q"uo\\te.py',
    "lab b/net.py",
    "-dash.py",
    "tab\there.py",
)


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("workshop")
    run(folder, "git", "init", "-q")
    return folder


def run(folder: Path, *command: str, stdin: bytes = b"") -> None:
    environment = {"PATH": "/usr/bin:/bin:/usr/local/bin", "HOME": str(folder), "LC_ALL": "C", "TZ": "UTC"}
    done = subprocess.run(command, cwd=folder, input=stdin, capture_output=True, env=environment, check=False)
    assert done.returncode == 0, (command, done.stdout, done.stderr, stdin)


def put(folder: Path, changes: tuple[FileChange, ...], *, after: bool) -> None:
    for change in changes:
        path = folder / change.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(change.after if after else change.before)


def check(folder: Path, changes: tuple[FileChange, ...], *, after: bool) -> None:
    for change in changes:
        assert (folder / change.path).read_bytes() == (change.after if after else change.before)


def through_git(folder: Path, changes: tuple[FileChange, ...]) -> None:
    patch = unified(changes)
    put(folder, changes, after=False)
    run(folder, "git", "apply", "--check", "--whitespace=nowarn", "-", stdin=patch)
    run(folder, "git", "apply", "--whitespace=nowarn", "-", stdin=patch)
    check(folder, changes, after=True)
    run(folder, "git", "apply", "-R", "--whitespace=nowarn", "-", stdin=patch)
    check(folder, changes, after=False)


def through_patch(folder: Path, changes: tuple[FileChange, ...]) -> None:
    put(folder, changes, after=False)
    run(folder, "patch", "-p1", "--force", stdin=unified(changes))
    check(folder, changes, after=True)


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
@QUICK
@given(pairs=st.lists(byte_pairs().filter(lambda pair: pair[0] != pair[1]), min_size=3, max_size=7))
def test_git_applies_and_reverts_every_patch(workshop: Path, pairs: list[tuple[bytes, bytes]]) -> None:
    through_git(
        workshop, tuple(FileChange(PurePosixPath(name), *pair) for name, pair in zip(NAMES, pairs, strict=False))
    )


@pytest.mark.skipif(shutil.which("patch") is None, reason="patch is not installed")
@QUICK
@given(pairs=st.lists(byte_pairs().filter(lambda pair: pair[0] != pair[1]), min_size=3, max_size=7))
def test_patch_applies_every_patch(workshop: Path, pairs: list[tuple[bytes, bytes]]) -> None:
    through_patch(
        workshop, tuple(FileChange(PurePosixPath(name), *pair) for name, pair in zip(NAMES, pairs, strict=False))
    )


PLAIN = b"import torch\n\nclass Net:\n    width = 400\n\n    def forward(self, x):\n        return x\n"
SITUATIONS = {
    "lf": PLAIN,
    "crlf": PLAIN.replace(b"\n", b"\r\n"),
    "cr": PLAIN.replace(b"\n", b"\r"),
    "mixed": PLAIN.replace(b"torch\n", b"torch\r\n").replace(b"Net:\n", b"Net:\r"),
    "no final newline": PLAIN[:-1],
    "changed line without a newline": PLAIN[: PLAIN.index(b"400") + 3],
    "form feed": PLAIN.replace(b"\n\n", b"\n\x0c\n").replace(b"width", b"w\x0cwidth"),
    "line separator": PLAIN.replace(b"return x", "return x  # \u2028 \u0085".encode()),
    "bom": BOM + PLAIN,
    "latin-1": b"# coding: latin-1\n# \xe9\n" + PLAIN,
    "tabs": PLAIN.replace(b"    ", b"\t"),
    "long line": PLAIN.replace(b"400", b"400  # " + b"x" * 20_000),
    "one line": b"width = 400",
    "whitespace at line ends": PLAIN.replace(b"\n", b"  \t\n"),
}


@pytest.mark.skipif(shutil.which("git") is None or shutil.which("patch") is None, reason="needs git and patch")
@pytest.mark.parametrize("content", SITUATIONS.values(), ids=SITUATIONS)
@pytest.mark.parametrize("name", [NAMES[0], NAMES[2]], ids=["plain name", "odd name"])
def test_ordinary_files_pass_git_and_patch(workshop: Path, content: bytes, name: str) -> None:
    changes = (FileChange(PurePosixPath(name), content, content.replace(b"400", b"2304")),)
    verify(unified(changes), changes)
    through_git(workshop, changes)
    through_patch(workshop, changes)


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_an_executable_file_needs_no_mode(workshop: Path) -> None:
    changes = (FileChange(PurePosixPath("tool.py"), b"a = 1\n", b"a = 2\n"),)
    put(workshop, changes, after=False)
    (workshop / "tool.py").chmod(0o755)
    through_git(workshop, changes)
    assert (workshop / "tool.py").stat().st_mode & 0o111
