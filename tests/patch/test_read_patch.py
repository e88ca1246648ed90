"""Diffs that others wrote: as tools write them, as people paste them, and those that do not fit."""

from __future__ import annotations

import pytest

from autofix.patch import read_patch
from autofix.records.errors import UsageError

FILE = b"import torch\n\na = 1\nb = 2\nc = 3\n\nd = 4\n"
AFTER = FILE.replace(b"b = 2", b"b = 5")
HEAD = b"--- a/net.py\n+++ b/net.py\n"
BODY = b" a = 1\n-b = 2\n+b = 5\n c = 3\n"
PLAIN = HEAD + b"@@ -3,3 +3,3 @@\n" + BODY

READ = {
    "plain": PLAIN,
    "of git": b"diff --git a/net.py b/net.py\nindex 1..2 100644\n" + PLAIN,
    "with time stamps": b"--- net.py\t2026-01-01 10:00:00\n+++ net.py\t2026-01-01 10:00:01\n@@ -3,3 +3,3 @@\n" + BODY,
    "between other text": b"Here is the fix:\n```diff\n" + PLAIN + b"```\nIt works.\n",
    "as a mail": b"Subject: [PATCH] Fix\n---\n net.py | 2 +-\n\n" + PLAIN + b"-- \n2.39.2\n\n",
    "in colours": b"\x1b[1m--- a/net.py\x1b[m\n\x1b[1m+++ b/net.py\x1b[m\n\x1b[36m@@ -3,3 +3,3 @@\x1b[m\n"
    b" a = 1\x1b[m\n\x1b[31m-b = 2\x1b[m\n\x1b[32m+b = 5\x1b[m\n c = 3\x1b[m\n",
    "in UTF-16": PLAIN.decode().encode("utf-16"),
    "with other line ends": PLAIN.replace(b"\n", b"\r\n"),
    "a few lines off": PLAIN.replace(b"-3,3 +3,3", b"-1,3 +1,3"),
    "counted too high": PLAIN.replace(b"-3,3 +3,3", b"-3,9 +3,9"),
    "counted too low": PLAIN.replace(b"-3,3 +3,3", b"-3,1 +3,1"),
    "without numbers": PLAIN.replace(b"@@ -3,3 +3,3 @@", b"@@"),
    "without context": HEAD + b"@@ -4 +4 @@\n-b = 2\n+b = 5\n",
    "with blank lines stripped": HEAD + b"@@ -2,4 +2,4 @@\n\n a = 1\n-b = 2\n+b = 5\n c = 3\n",
    "with a blank line behind": PLAIN + b"\n\n",
}


@pytest.mark.parametrize("patch", READ.values(), ids=READ)
def test_read_and_applied(patch: bytes) -> None:
    (diff,) = read_patch.read(patch)
    assert diff.target in {"b/net.py", "net.py"}
    assert read_patch.applied(FILE, diff, "net.py") == AFTER


def test_line_ends_of_the_file_stay() -> None:
    (diff,) = read_patch.read(PLAIN)
    windows = FILE.replace(b"\n", b"\r\n")
    assert read_patch.applied(windows, diff, "net.py") == AFTER.replace(b"\n", b"\r\n")


def test_several_files_and_hunks() -> None:
    second = b"--- a/c.yaml\n+++ b/c.yaml\n@@ -1 +1 @@\n-n: 1\n+n: 2\n@@ -3 +3 @@\n-m: 1\n+m: 2\n"
    first, other = read_patch.read(PLAIN + second)
    assert read_patch.applied(FILE, first, "net.py") == AFTER
    assert read_patch.applied(b"n: 1\n\nm: 1\n", other, "c.yaml") == b"n: 2\n\nm: 2\n"


def test_a_removed_line_that_begins_with_dashes_is_no_header() -> None:
    (diff,) = read_patch.read(HEAD + b"@@ -1,2 +1 @@\n--- old\n a = 1\n")
    assert read_patch.applied(b"-- old\na = 1\n", diff, "net.py") == b"a = 1\n"


def test_a_quoted_name_is_read() -> None:
    (diff,) = read_patch.read(b'--- "a/n\\303\\251t\\"1.py"\n+++ "b/n\\303\\251t\\"1.py"\n@@ -3,3 +3,3 @@\n' + BODY)
    assert diff.target == 'b/n\N{LATIN SMALL LETTER E WITH ACUTE}t"1.py'


def test_a_file_without_a_last_line_end() -> None:
    (diff,) = read_patch.read(
        HEAD + b"@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n\\ No newline at end of file\n"
    )
    assert read_patch.applied(b"a", diff, "net.py") == b"b"


WRONG = {
    "no diff": (b"fix the size\n", "there is no unified diff in it"),
    "nothing": (b"", "there is no unified diff in it"),
    "binary": (b"diff --git a/x b/x\nGIT binary patch\nliteral 1\n", "has a binary file"),
}


@pytest.mark.parametrize("patch, message", WRONG.values(), ids=WRONG)
def test_what_is_no_patch_is_refused(patch: bytes, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        read_patch.read(patch)


MISFITS = {
    "another line": (FILE.replace(b"b = 2", b"b = 7"), PLAIN, "net.py:4: hunk 1 does not fit: the file has `b = 7`"),
    "a shorter file": (FILE[:20], PLAIN, "net.py:4: hunk 1 does not fit: the file ends where the patch has `b = 2`"),
    "applied already": (AFTER, PLAIN, "hunk 1 of net.py does not fit: the file has the lines after it already"),
    "unclear": (FILE + FILE, READ["without numbers"], "net.py: hunk 1 fits nowhere or in several places"),
}


@pytest.mark.parametrize("file, patch, message", MISFITS.values(), ids=MISFITS)
def test_a_hunk_that_does_not_fit_is_named(file: bytes, patch: bytes, message: str) -> None:
    (diff,) = read_patch.read(patch)
    with pytest.raises(UsageError) as caught:
        read_patch.applied(file, diff, "net.py")
    assert str(caught.value).startswith(message)
