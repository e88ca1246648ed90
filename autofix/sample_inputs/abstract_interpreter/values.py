"""Abstract values: tensors as shapes, layers as settings, instances as attributes.

Plain data; how they come about is for the other files of this folder.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from autofix.records.values import is_integer
from autofix.syntax.source import Source

INTEGERS = frozenset(("int8", "uint8", "int16", "int32", "int64"))


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


class Unknown:
    """What the text does not tell."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown()
# The class of objects that have only the attributes they were built with.
NAMESPACE: Final = ast.ClassDef("Namespace", [], [], [], [])


class ShapeMismatch(Exception):
    """An operator has no result for the sizes it is given."""


class Undetermined(Exception):
    """The text does not tell how the program goes on, or telling would take too long."""


# What interpreting a text of anybody can end in; RecursionError and Unicode errors are among these.
UNREADABLE = (
    *(ShapeMismatch, Undetermined, SyntaxError, ValueError, TypeError, LookupError, ArithmeticError),
    *(AttributeError, RecursionError, MemoryError),
)


@dataclass(frozen=True, slots=True)
class AbstractTensor:
    """A tensor; ``shape`` is None where it is not known.

    ``source`` is the input of ``forward`` that it is, in another form, while no layer was applied. Integer
    tensors that the program made have their bounds.
    """

    shape: tuple[int, ...] | None
    dtype: str = "float32"
    source: int | None = None
    low: int | None = None
    high: int | None = None


@dataclass(slots=True, eq=False)
class AbstractLayer:
    """One of torch's layers; ``parts`` are the entries of a Sequential."""

    kind: str
    settings: dict[str, Any]
    parts: list[Any] = field(default_factory=list)

    def size(self, name: str) -> int | None:
        value = self.settings.get(name)
        return value if is_integer(value) else None

    def flag(self, name: str) -> bool:
        return self.settings.get(name) is True


@dataclass(slots=True, eq=False)
class Instance:
    """An object of a class of the file; ``arguments`` are those of its constructor, by position or name."""

    class_: ast.ClassDef
    attributes: dict[str, Any] = field(default_factory=dict)
    arguments: dict[int | str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Data:
    """A set of samples, or of batches, as what one of them is."""

    sample: Any


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function of the file, bound to ``instance`` if it is a method; ``scope`` is where it was defined."""

    node: ast.FunctionDef | ast.Lambda
    scope: Scope
    instance: Instance | None = None


@dataclass(frozen=True, slots=True)
class Foreign:
    """A name of another module: ``torch.nn.Conv2d``."""

    name: str

    @property
    def bare(self) -> str:
        return self.name.rpartition(".")[2]


@dataclass(frozen=True, slots=True, eq=False)
class Method:
    """A method of something that is no instance of the file's classes, not called yet."""

    owner: Any
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Partial:
    """A function or a class with some of its arguments, as ``functools.partial`` gives it."""

    function: Any
    positional: list[Any]
    keywords: dict[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Parent:
    """What ``super()`` gives in a method of ``class_``."""

    instance: Instance
    class_: ast.ClassDef


@dataclass(frozen=True, slots=True, eq=False)
class ImportedModule:
    """Another file of the project, imported; ``run`` is the walk through it."""

    run: Interpretation


@dataclass(slots=True, eq=False)
class Modules:
    """The files of a project that one walk looks into; each has a walk of its own for the names it defines.

    ``find`` gives the file that an import in a file means: how many dots, and the dotted name; ``data`` what a data
    file says that a file names, UNKNOWN where it cannot be told; ``arguments`` the words with which the project calls a
    program. ``homes`` says of a class in which file it stands.
    """

    find: Callable[[Path, int, str], Source | None]
    data: Callable[[Path, str], Any]
    arguments: Callable[[Path], tuple[str, ...]] = lambda _: ()
    runs: dict[Path, Interpretation] = field(default_factory=dict)
    homes: dict[ast.ClassDef, Interpretation] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Interpretation:
    """One walk through a text.

    ``statements`` are those of the module that bind or change a name. ``needs`` collects the first layer that each
    input of ``forward`` meets, ``joined`` the inputs that are joined before any, ``layers_applied`` counts the layers,
    ``misfits`` those that are for another width, and ``batch_folds`` the views that moved the batch elsewhere.
    A walk that looks for constructions of a class has it as
    ``wanted``: what a statement does not tell is passed over, a look-up by a name may give the class, and ``at`` is
    where the walk stands.
    """

    source: Source
    steps: int
    evaluate: Callable[[ast.expr, Scope], Any]
    call: Callable[[Any, list[Any], dict[str, Any], Interpretation], Any]
    execute: Callable[[list[ast.stmt], Scope], bool]
    module: dict[str, Any] = field(default_factory=dict)
    statements: dict[str, list[ast.stmt]] = field(default_factory=dict)
    needs: dict[int, AbstractLayer] = field(default_factory=dict)
    joined: list[set[int]] = field(default_factory=list)
    layers_applied: int = 0
    misfits: int = 0
    batch_folds: int = 0
    depth: int = 0
    lenient: bool = False
    modules: Modules | None = None
    asked_class: ast.ClassDef | None = None
    at: tuple[Path, int] | None = None

    def home_of(self, class_: ast.ClassDef) -> Interpretation:
        """Return the walk through the file in which a class stands."""
        return self if self.modules is None else self.modules.homes.get(class_, self)


@dataclass(slots=True, eq=False)
class Scope:
    """The names of one function; ``outer`` is the scope it was defined in, None for the module's. ``of_module`` are
    those that it declares global.
    """

    run: Interpretation
    names: dict[str, Any] = field(default_factory=dict)
    outer: Scope | None = None
    instance: Instance | None = None
    class_: ast.ClassDef | None = None
    of_module: set[str] = field(default_factory=set)
