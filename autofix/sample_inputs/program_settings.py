"""Where programs get their settings from, told without running them: options of a command line with their defaults,
data files, records of fields, and what wraps a model without changing it.

It answers calls of a walk; a call that is none of these is left to the interpreter.
"""

from __future__ import annotations

import ast
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from autofix.sample_inputs import data_sets
from autofix.sample_inputs.abstract_interpreter.attributes import attribute
from autofix.sample_inputs.abstract_interpreter.values import (
    NAMESPACE,
    UNKNOWN,
    AbstractLayer,
    Foreign,
    Function,
    Instance,
    Interpretation,
    Method,
    words,
)
from autofix.syntax.source import dotted

NOT_SPECIAL: Final = object()
_TYPES: dict[str, Any] = {"int": int, "float": float, "str": str}
_READERS = words("load safe_load full_load unsafe_load CSafeLoader YAML")
_NAMESPACES = words(
    "Namespace SimpleNamespace EasyDict edict Munch AttrDict DotDict DotMap Box Bunch ConfigDict create"
)
_WRAPPERS = words("DataParallel DistributedDataParallel compile deepcopy prepare script convert_sync_batchnorm")
_FROM_CLASS = words("cli parse parse_args_into_dataclasses structured")


@dataclass(slots=True, eq=False)
class Parser:
    """A parser of a command line; ``values`` are what its options are when none is given, ``types`` what converts
    them, ``words`` a command line that the project shows, ``records`` the classes whose fields are the options.
    """

    values: dict[str, Any] = field(default_factory=dict)
    types: dict[str, Any] = field(default_factory=dict)
    words: tuple[str, ...] = ()
    records: tuple[ast.ClassDef, ...] = ()


@dataclass(frozen=True, slots=True)
class DataFile:
    """A file that the program names; ``base`` is the file that does."""

    name: str
    base: Path


@dataclass(frozen=True, slots=True)
class Written:
    """A value that is known as text alone, valid wherever torch is: ``torch.device('cpu')``."""

    text: str


def namespace(values: dict[str, Any]) -> Instance:
    """Return an object with these attributes, those of inner mappings too."""
    inner = {key: namespace(value) if _is_settings(value) else value for key, value in values.items()}
    return Instance(NAMESPACE, inner)


def _is_settings(value: Any) -> bool:
    return isinstance(value, dict) and bool(value) and all(isinstance(key, str) for key in value)


def special(function: Any, positional: list[Any], keywords: dict[str, Any], run: Interpretation) -> Any:
    """Return what a call gives that settings come from; NOT_SPECIAL for any other."""
    if isinstance(function, Method):
        return _of_method(function, positional, keywords, run)
    if isinstance(function, Function):
        options = _options_of_decorators(function, run)
        missing = {name: value for name, value in options.items() if name not in keywords}
        if not missing or positional:
            return NOT_SPECIAL
        return run.call(Function(_undecorated(function.node), function.scope), [], keywords | missing, run)
    if isinstance(function, ast.ClassDef) and any(getattr(base, "id", "") == "dict" for base in function.bases):
        # A mapping whose entries are its attributes as well.
        entries = positional[0] if positional else {}
        return namespace(entries | keywords) if isinstance(entries, dict) else UNKNOWN
    return _of_foreign(function, positional, keywords, run) if isinstance(function, Foreign) else NOT_SPECIAL


# -- command lines -----------------------------------------------------------------------------------------------------


def _of_method(method: Method, positional: list[Any], keywords: dict[str, Any], run: Interpretation) -> Any:
    owner, name = method.owner, method.name
    if isinstance(owner, Parser):
        return _of_parser(owner, name, positional, keywords, run)
    if isinstance(owner, DataFile) and name in {"read", "read_text", "open", "resolve", "absolute"}:
        return owner
    if isinstance(owner, Instance) and owner.class_ is NAMESPACE:
        if name in {"get", "getattr"} and positional:
            return owner.attributes.get(positional[0], positional[1] if len(positional) > 1 else None)
        if name in {"items", "keys", "values"}:
            return list(getattr(owner.attributes, name)())
        if name in {"update", "update_from_dict"} and positional and isinstance(positional[0], dict):
            owner.attributes.update(positional[0])
            return None
        return owner if name in {"copy", "parse"} else UNKNOWN
    return NOT_SPECIAL


def _of_parser(parser: Parser, name: str, positional: list[Any], keywords: dict[str, Any], run: Interpretation) -> Any:
    if name == "add_arguments" and positional:  # As simple-parsing adds the fields of a record under one name.
        record = run.call(positional[0], [], {}, run) if isinstance(positional[0], ast.ClassDef) else positional[0]
        parser.values[keywords.get("dest", positional[1] if len(positional) > 1 else "")] = record
        return None
    if name == "parse_args_into_dataclasses":
        return tuple(run.call(class_, [], {}, run) for class_ in parser.records)
    if name in {"add_argument", "add"}:
        _add_argument(parser, positional, keywords)
        return UNKNOWN
    if name in {"parse_args", "parse"}:
        return namespace(_completed(parser))
    if name == "parse_known_args":
        return (namespace(_completed(parser)), [])
    if name == "set_defaults":
        parser.values.update(keywords)
        return None
    if name == "get_default" and positional:
        return parser.values.get(positional[0], UNKNOWN)
    return (
        parser
        if name in {"add_argument_group", "add_mutually_exclusive_group", "add_subparsers", "add_parser"}
        else UNKNOWN
    )


def _add_argument(parser: Parser, flags: list[Any], keywords: dict[str, Any]) -> None:
    known = [flag for flag in flags if isinstance(flag, str)]
    long = next((flag for flag in known if flag.startswith("--")), known[0] if known else "")
    name = keywords.get("dest") or long.lstrip("-").replace("-", "_")
    if isinstance(name, str) and name:
        parser.values[name] = _default(keywords)
        parser.types[name] = keywords.get("type")


def _completed(parser: Parser) -> dict[str, Any]:
    """Return what the options are; those that would be nothing are what a command of the README says."""
    values = dict(parser.values)
    for flag, text in pairwise(parser.words):
        name = flag.lstrip("-").replace("-", "_")
        if flag.startswith("-") and not text.startswith("-") and values.get(name, 0) in (None, "", UNKNOWN):
            values[name] = _converted(text, parser.types.get(name))
    return values


def _default(keywords: dict[str, Any]) -> Any:
    """Return what an option is when nobody gives it; of one that must be given, its first choice."""
    action, kind = keywords.get("action"), keywords.get("type")
    if "default" not in keywords:
        if action in {"store_true", "store_false"}:
            return action == "store_false"
        choices = keywords.get("choices")
        if isinstance(choices, (list, tuple)) and choices:
            return choices[0]
        return UNKNOWN if keywords.get("required") is True else None
    value = keywords["default"]
    if isinstance(value, str):
        return _converted(value, kind)
    if isinstance(kind, Foreign) and kind.name == "float" and type(value) is int:
        return value  # The parser converts texts only.
    return value


def _converted(text: str, kind: Any) -> Any:
    convert = _TYPES.get(kind.name) if isinstance(kind, Foreign) else None
    with suppress(ValueError):
        return text if convert is None else convert(text)
    return text


def _options_of_decorators(function: Function, run: Interpretation) -> dict[str, Any]:
    """Return the values of ``@click.option`` and ``@click.argument`` of a command."""
    values: dict[str, Any] = {}
    for decorator in getattr(function.node, "decorator_list", ()):
        if not isinstance(decorator, ast.Call) or dotted(decorator.func).rpartition(".")[2] not in {
            "option",
            "argument",
        }:
            continue
        flags = [
            node.value for node in decorator.args if isinstance(node, ast.Constant) and isinstance(node.value, str)
        ]
        names = [flag for flag in flags if not flag.startswith("-")]
        long = next((flag for flag in flags if flag.startswith("--")), flags[0] if flags else "")
        name = (names[0] if names else long).lstrip("-").partition("/")[0].replace("-", "_").lower()
        keywords = {
            keyword.arg: run.evaluate(keyword.value, function.scope) for keyword in decorator.keywords if keyword.arg
        }
        if keywords.get("is_flag") is True:
            keywords.setdefault("default", False)
        values[name] = _default(keywords)
    return values


def _undecorated(node: ast.FunctionDef | ast.Lambda) -> ast.FunctionDef | ast.Lambda:
    if isinstance(node, ast.Lambda):
        return node
    bare = ast.FunctionDef(node.name, node.args, node.body, [])
    return ast.copy_location(bare, node)


# -- names of other packages -------------------------------------------------------------------------------------------


def _of_foreign(function: Foreign, positional: list[Any], keywords: dict[str, Any], run: Interpretation) -> Any:
    name, first = function.bare, positional[0] if positional else UNKNOWN
    top = function.name.partition(".")[0]
    if name in {"ArgumentParser", "ConfigArgumentParser", "ArgParser"}:
        return Parser(words=() if run.modules is None else run.modules.arguments(run.source.path))
    if name == "HfArgumentParser":
        classes = first if isinstance(first, (list, tuple)) else [first]
        return Parser(records=tuple(class_ for class_ in classes if isinstance(class_, ast.ClassDef)))
    if function.name in {"open", "io.open", "codecs.open"} or name in {"Path", "read_text"}:
        return _file(first, run)
    if name == "loads" and isinstance(first, DataFile):
        return _read(first, run)
    if name in _READERS and isinstance(first, (DataFile, str)) and top not in {"torch", "pickle", "np", "numpy"}:
        data = _read(first if isinstance(first, DataFile) else _file(first, run), run)
        return namespace(data) if top in {"omegaconf", "OmegaConf"} and _is_settings(data) else data
    if name in _NAMESPACES and not any(value is UNKNOWN for value in positional):
        values = dict(first) if isinstance(first, dict) else first.attributes if isinstance(first, Instance) else {}
        return namespace(values | keywords)
    if function.name == "vars" and isinstance(first, Instance):
        return first.attributes
    if name in {"asdict", "to_container"} and isinstance(first, Instance):
        return fields(first, run)
    if name in _FROM_CLASS and isinstance(first, ast.ClassDef):
        return run.call(first, [], {}, run)
    if function.name in {"dataclasses.field", "field", "pydantic.Field", "Field", "attr.ib", "attrs.field"}:
        factory = keywords.get("default_factory", keywords.get("factory"))
        return run.call(factory, [], {}, run) if factory is not None else keywords.get("default", first)
    data = data_sets.of_call(function, positional, keywords, run)
    return _of_torch(function, positional, keywords) if data is data_sets.NO_DATA else data


def _of_torch(function: Foreign, positional: list[Any], keywords: dict[str, Any]) -> Any:
    name, first = function.bare, positional[0] if positional else UNKNOWN
    if function.name in {"torch.cuda.is_available", "torch.cuda.device_count"}:
        return False if name == "is_available" else 0
    if function.name in {"torch.device", "torch.cuda.current_device"}:
        return Written("torch.device('cpu')")
    if name == "prepare" and len(positional) > 1:  # As accelerate wraps what a program trains with.
        return tuple(positional)
    if name in _WRAPPERS:
        wrapped = first if first is not UNKNOWN else keywords.get("module", UNKNOWN)
        return wrapped if isinstance(wrapped, (Instance, AbstractLayer)) else NOT_SPECIAL
    if function.name in {"os.path.join", "osp.join", "path.join"} and all(isinstance(part, str) for part in positional):
        return str(Path(*positional))
    return NOT_SPECIAL


def fields(instance: Instance, run: Interpretation) -> dict[str, Any]:
    """Return what the fields of a record hold, those of its class that were not given included."""
    own = [
        node.target.id
        for node in instance.class_.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    ]
    return {name: attribute(instance, name, run) for name in own} | instance.attributes


def _file(value: Any, run: Interpretation) -> Any:
    if isinstance(value, DataFile):
        return value
    return DataFile(value, run.source.path) if isinstance(value, str) else UNKNOWN


def _read(file: Any, run: Interpretation) -> Any:
    if not isinstance(file, DataFile) or run.modules is None:
        return UNKNOWN
    return run.modules.data(file.base, file.name)
