"""One parsed file: text, tree, ranges, and the questions rules ask about places in it.

It answers from the text alone; what the values were when the program ran is for ``evaluate``.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TypeVar

from autofix.records.locations import Edit, Location, Position, Range
from autofix.syntax.precedence import needs_parentheses
from autofix.system.gc_pause import uncollected

Node = TypeVar("Node", bound=ast.AST)
Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
# A text with a last line break has an empty last line, as one without it has a last line.
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z|(?<=[\r\n])\Z")


def split_lines(text: str) -> list[str]:
    """Return the lines as Python's tokenizer counts them, ends kept: only LF, CRLF and a lone CR end a line."""
    return _LINE.findall(text) or [""]


@lru_cache(maxsize=8)
def source_of(path: Path, text: str) -> Source:
    """Return one object for one text, since several stages ask the same of it and parsing a long file takes a while."""
    return Source(path, text)


@lru_cache(maxsize=64)
def below(node: ast.AST) -> tuple[ast.AST, ...]:
    """Return a node and everything in it as ``ast.walk`` gives them: walked once, asked for often."""
    return tuple(ast.walk(node))


@dataclass(frozen=True)
class Source:
    """A project file as analysed. ``tree`` raises SyntaxError for a text that is not Python."""

    path: Path
    text: str

    @cached_property
    def lines(self) -> list[str]:
        return split_lines(self.text)

    @cached_property
    def tree(self) -> ast.Module:
        with uncollected():
            return ast.parse(self.text)

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """Every node as ``ast.walk`` gives them: walked once, asked for often."""
        return [self.tree, *self.parents]

    @cached_property
    def calls(self) -> list[ast.Call]:
        return [node for node in self.nodes if isinstance(node, ast.Call)]

    @cached_property
    def parents(self) -> dict[ast.AST, ast.AST]:
        parent_of: dict[ast.AST, ast.AST] = {}
        level: list[ast.AST] = [self.tree]
        with uncollected():
            while level:
                below = [(child, node) for node in level for child in ast.iter_child_nodes(node)]
                parent_of.update(below)
                level = [child for child, _ in below]
        return parent_of

    @cached_property
    def _by_range(self) -> dict[tuple[int, int, int, int], list[ast.AST]]:
        nodes_at: dict[tuple[int, int, int, int], list[ast.AST]] = {}
        with uncollected():
            for node in self.nodes:
                if isinstance(node, (ast.expr, ast.stmt)):
                    end = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
                    nodes_at.setdefault((node.lineno, node.col_offset, *end), []).append(node)
                    name = node.func if isinstance(node, ast.Call) else node
                    if isinstance(name, ast.Attribute) and name.end_lineno != node.lineno:
                        # A run tells where the name behind the last dot begins, if that stands on another line.
                        nodes_at.setdefault((*_behind_dot(name), *end), []).append(node)
        return nodes_at

    # -- text --------------------------------------------------------------------------------------------------------

    def line(self, number: int) -> str:
        """Return the text of a line, counted from 1, without its end; empty past the end."""
        return self.lines[number - 1].rstrip("\r\n") if 0 < number <= len(self.lines) else ""

    def segment(self, place: Range) -> str:
        start, end = place.start, place.end
        if start.line == end.line:
            return self.lines[start.line - 1][start.column : end.column] if start.line <= len(self.lines) else ""
        middle = self.lines[start.line : end.line - 1]
        return "".join([self.lines[start.line - 1][start.column :], *middle, self.lines[end.line - 1][: end.column]])

    def range_of(self, node: ast.AST) -> Range:
        """Return the range of an expression or statement in code points (``ast`` counts UTF-8 bytes)."""
        assert isinstance(node, (ast.expr, ast.stmt, ast.keyword, ast.arg, ast.alias, ast.excepthandler))
        end_line = node.end_lineno or node.lineno
        return Range(
            self._position(node.lineno, node.col_offset),
            self._position(end_line, node.end_col_offset or node.col_offset),
        )

    def _position(self, line: int, byte_column: int) -> Position:
        text = self.lines[line - 1] if line <= len(self.lines) else ""
        if text.isascii():
            return Position(line, byte_column)
        return Position(line, len(text.encode("utf-8", "surrogatepass")[:byte_column].decode("utf-8", "replace")))

    def _byte_column(self, position: Position) -> int:
        text = self.lines[position.line - 1] if position.line <= len(self.lines) else ""
        return position.column if text.isascii() else len(text[: position.column].encode("utf-8", "surrogatepass"))

    def text_of(self, node: ast.AST) -> str:
        return self.segment(self.range_of(node))

    def location(self, node: ast.AST) -> Location:
        return Location(self.path, self.range_of(node))

    def indent_of(self, line: int) -> str:
        text = self.line(line)
        return text[: len(text) - len(text.lstrip())]

    @cached_property
    def newline(self) -> str:
        """The line end of the file's first line."""
        first = self.lines[0] if self.lines else ""
        return "\r\n" if first.endswith("\r\n") else "\r" if first.endswith("\r") else "\n"

    # -- nodes -------------------------------------------------------------------------------------------------------

    def nodes_at(self, place: Range) -> list[ast.AST]:
        """Return the nodes whose range is exactly ``place``, outermost first."""
        start, end = place.start, place.end
        return self._by_range.get((start.line, self._byte_column(start), end.line, self._byte_column(end)), [])

    def node_at(self, place: Range, kind: type[Node]) -> Node | None:
        return next((node for node in self.nodes_at(place) if isinstance(node, kind)), None)

    def call_at(self, place: Range) -> ast.Call | None:
        return self.node_at(place, ast.Call)

    def ancestors(self, node: ast.AST) -> Iterator[ast.AST]:
        current = self.parents.get(node)
        while current is not None:
            yield current
            current = self.parents.get(current)

    def function_of(self, node: ast.AST) -> Function | None:
        """Return the function whose body (or header) holds ``node``."""
        return next(
            (a for a in self.ancestors(node) if isinstance(a, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))),
            None,
        )

    def class_of(self, node: ast.AST) -> ast.ClassDef | None:
        return next((a for a in self.ancestors(node) if isinstance(a, ast.ClassDef)), None)

    def statement_of(self, node: ast.AST) -> ast.stmt:
        if isinstance(node, ast.stmt):
            return node
        return next(a for a in self.ancestors(node) if isinstance(a, ast.stmt))

    def function_at(self, place: Range, name: str) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
        """Return the innermost function called ``name`` (a qualified name's last part) around ``place``."""
        bare = name.rpartition(".")[2]
        best: ast.FunctionDef | ast.AsyncFunctionDef | None = None
        for node in self.functions:
            if node.name != bare:
                continue
            spans = node.lineno <= place.start.line and place.end.line <= (node.end_lineno or node.lineno)
            if spans and (best is None or node.lineno >= best.lineno):
                best = node
        return best

    @cached_property
    def functions(self) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
        return [n for n in self.nodes if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef))]

    @cached_property
    def classes(self) -> dict[str, ast.ClassDef]:
        return {n.name: n for n in self.nodes if isinstance(n, ast.ClassDef)}

    # -- edits -------------------------------------------------------------------------------------------------------

    def replace(self, node: ast.expr, text: str) -> Edit:
        """Replace an expression; parentheses are added where the new text would bind differently.

        In a chain of calls over several lines only what follows the last dot is replaced, if the rest stays.
        """
        name = node.func if isinstance(node, ast.Call) else node
        if isinstance(name, ast.Attribute) and name.end_lineno != name.value.end_lineno:
            kept = f"{self.text_of(name.value)}."
            if text.startswith(kept):
                start = self._position(*_behind_dot(name))
                return Edit(self.path, Range(start, self.range_of(node).end), text[len(kept) :])
        is_bound = needs_parentheses(node, self.parents.get(node), text)
        return Edit(self.path, self.range_of(node), f"({text})" if is_bound else text)

    def insert_before(self, statement: ast.stmt, line: str) -> Edit:
        """Return an edit that inserts a new line before ``statement``, with its indentation."""
        start = Position(statement.lineno, 0)
        return Edit(self.path, Range(start, start), f"{self.indent_of(statement.lineno)}{line}{self.newline}")

    def insert_after(self, statement: ast.stmt, line: str) -> Edit:
        last = statement.end_lineno or statement.lineno
        text = self.lines[last - 1]
        indent = self.indent_of(statement.lineno)
        if text.endswith(("\n", "\r")):
            place = Position(last + 1, 0)
            return Edit(self.path, Range(place, place), f"{indent}{line}{self.newline}")
        place = Position(last, len(text))
        return Edit(self.path, Range(place, place), f"{self.newline}{indent}{line}")

    def delete_statement(self, statement: ast.stmt) -> Edit:
        """Remove the whole lines of ``statement``."""
        last = statement.end_lineno or statement.lineno
        is_closed = last < len(self.lines) or self.lines[-1].endswith(("\n", "\r"))
        end = Position(last + 1, 0) if is_closed else Position(last, len(self.lines[-1]))
        return Edit(self.path, Range(Position(statement.lineno, 0), end), "")

    def stands_alone(self, statement: ast.stmt) -> bool:
        """Return whether nothing else stands on the statement's lines, so that whole lines may be
        inserted or removed.
        """
        first, last = self.line(statement.lineno), self.line(statement.end_lineno or statement.lineno)
        end = self.range_of(statement).end
        rest = last[end.column :].strip()
        return not first[: self.range_of(statement).start.column].strip() and (not rest or rest.startswith("#"))


def _behind_dot(node: ast.Attribute) -> tuple[int, int]:
    """Return the line and the byte column at which the name behind the last dot begins."""
    return node.end_lineno or node.lineno, (node.end_col_offset or node.col_offset) - len(node.attr.encode())


def argument(call: ast.Call, position: int, name: str) -> ast.expr | None:
    """Return the expression passed for a parameter, by keyword or position; None when it is not written out."""
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    before = call.args[: position + 1]
    if position < 0 or len(before) <= position or any(isinstance(arg, ast.Starred) for arg in before):
        return None
    return before[position]


def dotted(node: ast.AST) -> str:
    """Return the text of a name or attribute chain, such as ``nn.functional.relu``; empty for anything else."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):  # A chain may be longer than functions can call themselves.
        names.append(node.attr)
        node = node.value
    return ".".join((node.id, *reversed(names))) if isinstance(node, ast.Name) else ""
