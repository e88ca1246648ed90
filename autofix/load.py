"""``net.py`` and what the user said of it -> Target and SourceText: root, module name, model expression, samples.

It reads files and looks at trees; nothing is run.
"""

from __future__ import annotations

import ast
import codecs
import io
import os
import tokenize
from collections.abc import Iterator, Sequence
from pathlib import Path

from autofix import programs, sampling
from autofix.errors import UsageError
from autofix.records import SampleOrigin, Samples, SourceText, Target
from autofix.source import Source, dotted

_MARKS = ("pyproject.toml", "setup.py", ".git")
_BASES = frozenset(("Module", "Sequential", "ModuleList", "LightningModule", "PreTrainedModel"))
MAX_BYTES = 64 * 1024 * 1024
MAX_TESTS = 40
parse_sample = sampling.parse_samples
parse_also = sampling.parse_also


def read(path: Path) -> SourceText:
    """The text of a Python file with its encoding and BOM; line ends stay as they are.

    Raises UsageError for a file that is missing, cannot be read or is not Python text.
    """
    try:
        if path.is_dir():
            raise UsageError(f"{path} is a folder; name a Python file")
        if path.exists() and not path.is_file():
            raise UsageError(f"{path} is not a regular file; name a Python file")
        if path.stat().st_size > MAX_BYTES:
            raise UsageError(f"{path} is larger than {MAX_BYTES >> 20} MiB; that is no source file")
        return decode(path, path.read_bytes())
    except FileNotFoundError:
        raise UsageError(f"{path} does not exist; check the name") from None
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror or error}") from error


def decode(path: Path, data: bytes) -> SourceText:
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        bom = data.startswith(codecs.BOM_UTF8)
        encoding = "utf-8" if encoding == "utf-8-sig" else encoding
        text = data.removeprefix(codecs.BOM_UTF8).decode(encoding) if bom else data.decode(encoding)
    except (SyntaxError, UnicodeDecodeError, LookupError) as error:
        raise UsageError(f"{path} is not Python text: {error}") from error
    if "\0" in text:
        raise UsageError(f"{path} is not Python text: it contains null bytes")
    return SourceText(path, text, encoding, bom)


def target(
    path: Path,
    *,
    model: str | None = None,
    samples: Samples | None = None,
    also: tuple[Samples, ...] = (),
    evaluation_mode: bool = False,
    text: str | None = None,
    arguments: tuple[str, ...] = (),
    settled: Samples | None = None,
) -> Target:
    """What to run: the file in its project, the model expression, the samples.

    Without a model and a sample, a file that does something when it is run is the program to run, with ``arguments``.
    A sample is what was given, else what a comment of the file declares, else what the settings say (``settled``),
    else what the file's code tells.
    Raises UsageError if the file is not Python, or the model or a sample is neither given nor plain from the file.
    """
    path = Path(os.path.abspath(path))
    source = Source(path, read(path).text if text is None else text)
    _check_syntax(source)
    root = project_root(path)
    module, package_parent = module_name(path)
    paths = tuple(dict.fromkeys((package_parent, root, path.parent)))
    if arguments and (model or samples):
        raise UsageError("arguments after -- go to a program, but a model or a sample was given; leave one out")
    known = samples or sampling.from_comment(source) or settled
    if arguments or (model is None and known is None and programs.is_program(source)):
        return Target(
            path, root, module, paths, "", Samples(origin=SampleOrigin.NONE), script=True, arguments=arguments
        )
    expression = _model(source, model)
    found = known or _inferred(source, expression, root)
    if found is None:
        raise UsageError(
            f"no sample input for `{expression}` in {path.name}; pass one, for example --sample-shape 64,3,32,32"
        )
    return Target(path, root, module, paths, expression, found, also, evaluation_mode)


def configured(sample_shape: tuple[str, ...]) -> Samples | None:
    """The sample of the settings, for ``target``."""
    return sampling.parse_samples(sample_shape, SampleOrigin.SETTINGS) if sample_shape else None


def _inferred(source: Source, expression: str, root: Path) -> Samples | None:
    # Most runs name their sample, and the start should not pay for what they do not need.
    from autofix import inference

    return inference.infer(source, expression, _tests(source, root))


def _tests(source: Source, root: Path) -> Iterator[Source]:
    """Test files of the project that name the module of ``source``."""
    folders = dict.fromkeys((root, root / "tests", root / "test", source.path.parent))
    paths = [path for folder in folders for path in sorted(folder.glob("test_*.py"))]
    for path in dict.fromkeys(paths[:MAX_TESTS]):
        try:
            text = read(path).text
        except UsageError:
            continue
        if path != source.path and source.path.stem in text:
            yield Source(path, text)


def _check_syntax(source: Source) -> None:
    try:
        _ = source.tree
    except SyntaxError as error:
        raise UsageError(
            f"{source.path.name}:{error.lineno or 1}:{error.offset or 1}: {error.msg}; correct the syntax first"
        ) from error
    except (RecursionError, MemoryError, ValueError) as error:
        raise UsageError(f"{source.path.name} cannot be parsed: {error or type(error).__name__}") from error


def project_root(path: Path) -> Path:
    """Nearest ancestor with a project mark; else the working directory if the file is under it; else the file's
    folder.
    """
    for folder in path.parents:
        if any((folder / mark).exists() for mark in _MARKS):
            return folder
    here = Path.cwd()
    return here if here in path.parents else path.parent


def module_name(path: Path) -> tuple[str, Path]:
    """The dotted name a file is imported as, and the folder above its outermost package."""
    parts = [] if path.stem == "__init__" else [path.stem]
    folder = path.parent
    while (folder / "__init__.py").is_file() and folder.name.isidentifier():
        parts.insert(0, folder.name)
        folder = folder.parent
    name = ".".join(parts)
    import_safe = all(part.isidentifier() for part in parts)
    if len(parts) == 1 and (not import_safe or _is_taken(name)):
        return "autofix_target", folder
    return name if import_safe else "autofix_target", folder


def _is_taken(name: str) -> bool:
    """A file called like a module that torch or the probe needs must not stand in its place."""
    import sys

    return name in sys.stdlib_module_names or name in {"torch", "numpy"}


# -- the model expression ----------------------------------------------------------------------------------------------


def _model(source: Source, given: str | None) -> str:
    if given is not None:
        return _given(source, given.strip())
    roots = list(_root_classes(source))
    if not roots:
        roots_or_variables = list(_model_variables(source))
        if len(roots_or_variables) == 1:
            return roots_or_variables[0]
        if not roots_or_variables:
            raise UsageError(f"no nn.Module found in {source.path.name}; name a model with --model EXPR")
        raise UsageError(_several(source, roots_or_variables))
    if len(roots) > 1:
        raise UsageError(_several(source, [class_.name for class_ in roots]))
    return _constructed(source, roots[0])


def _several(source: Source, names: Sequence[str]) -> str:
    choices = ", ".join(f"--model {name}" for name in names)
    return f"{source.path.name} has {len(names)} models; choose one: {choices}"


def _given(source: Source, expression: str) -> str:
    if not expression:
        raise UsageError("the model expression is empty; pass --model with a class, a variable or an expression")
    try:
        tree = ast.parse(expression, mode="eval").body
    except (SyntaxError, ValueError) as error:
        raise UsageError(f"cannot read the model expression {expression!r}: {error}") from error
    class_ = source.classes.get(expression) if isinstance(tree, ast.Name) else None
    return _constructed(source, class_) if class_ is not None else expression


def _root_classes(source: Source) -> Iterator[ast.ClassDef]:
    """Model classes that no other uses as a part or a base."""
    models = {name: class_ for name, class_ in source.classes.items() if _is_model(source, class_, set())}
    for name, class_ in models.items():
        if isinstance(source.parents.get(class_), ast.Module) and not _is_part(source, name, class_):
            yield class_


def _is_model(source: Source, class_: ast.ClassDef, seen: set[str]) -> bool:
    if class_.name in seen:
        return False
    seen.add(class_.name)
    for base in class_.bases:
        name = dotted(base).rpartition(".")[2]
        if name in _BASES or (name in source.classes and _is_model(source, source.classes[name], seen)):
            return True
        if name not in source.classes and _has_forward(class_):
            return True
    return False


def _has_forward(class_: ast.ClassDef) -> bool:
    return any(isinstance(node, ast.FunctionDef) and node.name == "forward" for node in class_.body)


def _is_part(source: Source, name: str, class_: ast.ClassDef) -> bool:
    for node in ast.walk(source.tree):
        if not (isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)):
            continue
        owner = source.class_of(node)
        if owner is class_:
            continue
        if owner is not None or not _is_construction(source, node):
            return owner is not None or _is_stored(source, node)
        function = source.function_of(node)
        if function is not None and not _is_returned(source, node):
            return any(
                isinstance(a, ast.Call) and dotted(a.func).endswith(("Sequential", "ModuleList"))
                for a in source.ancestors(node)
            ) or _feeds_list(source, node)
    return False


def _is_construction(source: Source, node: ast.Name) -> bool:
    parent = source.parents.get(node)
    return isinstance(parent, ast.Call) and parent.func is node


def _is_stored(source: Source, node: ast.Name) -> bool:
    """The class itself, not an instance, is passed on: a building block for somebody else."""
    return isinstance(source.parents.get(node), (ast.Call, ast.keyword, ast.Dict, ast.List, ast.Tuple, ast.ClassDef))


def _is_returned(source: Source, node: ast.AST) -> bool:
    statement = source.statement_of(node)
    return isinstance(statement, ast.Return) and isinstance(statement.value, ast.Call) and statement.value.func is node


def _feeds_list(source: Source, node: ast.AST) -> bool:
    statement = source.statement_of(node)
    return isinstance(statement, ast.AugAssign) or any(
        isinstance(a, ast.Call) and isinstance(a.func, ast.Attribute) and a.func.attr in {"append", "extend"}
        for a in source.ancestors(node)
    )


def _model_variables(source: Source) -> Iterator[str]:
    """Module-level variables that hold a container of layers and are no part of another."""
    names = [
        dotted(node.targets[0])
        for node in source.tree.body
        if isinstance(node, ast.Assign)
        and len(node.targets) == 1
        and isinstance(node.value, ast.Call)
        and dotted(node.value.func).rpartition(".")[2] in {"Sequential", "Transformer", "TransformerEncoder"}
    ]
    for name in names:
        uses = [
            n for n in ast.walk(source.tree) if isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, ast.Load)
        ]
        if not any(
            dotted(a.func).endswith("Sequential")
            for use in uses
            for a in source.ancestors(use)
            if isinstance(a, ast.Call)
        ):
            yield name


def _constructed(source: Source, class_: ast.ClassDef) -> str:
    """``Net()``, or a call of the file where the constructor needs arguments."""
    missing = _required(source, class_)
    if not missing:
        return f"{class_.name}()"
    module_names = _module_names(source)
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and dotted(node.func) == class_.name and source.class_of(node) is not class_:
            used = {n.id for child in (*node.args, *node.keywords) for n in ast.walk(child) if isinstance(n, ast.Name)}
            if used <= module_names:
                return " ".join(source.text_of(node).split())
    words = ", ".join(f"{name}=..." for name in missing)
    raise UsageError(f'`{class_.name}` needs {_listed(missing)}; pass them with --model "{class_.name}({words})"')


def _listed(names: Sequence[str]) -> str:
    quoted = [f"`{name}`" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"


def _required(source: Source, class_: ast.ClassDef) -> list[str]:
    """Constructor parameters without defaults."""
    for name in _line(source, class_, set()):
        for node in source.classes[name].body:
            if isinstance(node, ast.FunctionDef) and node.name == "__init__":
                return _required_parameters(node)
    return []


def _line(source: Source, class_: ast.ClassDef, seen: set[str]) -> Iterator[str]:
    if class_.name in seen:
        return
    seen.add(class_.name)
    yield class_.name
    for base in class_.bases:
        name = dotted(base).rpartition(".")[2]
        if name in source.classes:
            yield from _line(source, source.classes[name], seen)


def _required_parameters(function: ast.FunctionDef) -> list[str]:
    arguments = function.args
    positional = [a.arg for a in (*arguments.posonlyargs, *arguments.args)][1:]
    required = positional[: max(0, len(positional) - len(arguments.defaults))]
    keyword_only = [
        a.arg for a, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if default is None
    ]
    return [*required, *keyword_only]


def _module_names(source: Source) -> set[str]:
    import builtins

    names = set(dir(builtins))
    for node in source.tree.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names.update((alias.asname or alias.name).partition(".")[0] for alias in node.names)
        else:
            names.update(n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store))
    return names
