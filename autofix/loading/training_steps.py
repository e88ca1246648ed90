"""How a model that a trainer steps is run without it: its step on the first batches of the data module beside it, or of
its own loader.

It reads trees; nothing is run. Both have to be built without arguments, and there has to be one of each in the file.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autofix.syntax.name_bindings import constructor_of
from autofix.syntax.source import Source

STEP, LOADER = "training_step", "train_dataloader"
_DRIVER = """\
model = {model}()
data = {data}
data.prepare_data() if hasattr(data, "prepare_data") else None
data.setup("fit") if hasattr(data, "setup") else None
for index, batch in zip(range(2), data.train_dataloader()):
    model.training_step(batch, index)
"""


def driver(source: Source) -> str:
    """Return statements that step the model of the file on batches of its data module; empty where it has not both."""
    if STEP not in source.text or LOADER not in source.text:
        return ""
    models, modules = list(_with(source, STEP)), list(_with(source, LOADER))
    if len(models) != 1 or len(modules) != 1 or not all(map(_is_open, models + modules)):
        return ""
    data = "model" if models == modules else f"{modules[0].name}()"
    return _DRIVER.format(model=models[0].name, data=data)


def _with(source: Source, method: str) -> Iterator[ast.ClassDef]:
    for statement in source.tree.body:
        if isinstance(statement, ast.ClassDef) and any(
            isinstance(node, ast.FunctionDef) and node.name == method for node in statement.body
        ):
            yield statement


def _is_open(class_: ast.ClassDef) -> bool:
    """Return whether the class can be built without arguments."""
    own = constructor_of(class_)
    if own is None:
        return True
    arguments = own.args
    return len(arguments.args) - 1 <= len(arguments.defaults) and None not in arguments.kw_defaults
