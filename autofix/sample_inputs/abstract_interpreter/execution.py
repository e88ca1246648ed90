"""Walk through the functions of a file abstractly: build its classes, call its methods, apply layers to shapes.

Nothing of the user's is run; a walk has a number of steps and ends as Undetermined when they are used up.
"""

from __future__ import annotations

import ast
from typing import Any

from autofix.sample_inputs.abstract_interpreter import layers, untold
from autofix.sample_inputs.abstract_interpreter.arithmetic import items_of, truth
from autofix.sample_inputs.abstract_interpreter.attributes import inherited
from autofix.sample_inputs.abstract_interpreter.expressions import assign, augment, evaluate
from autofix.sample_inputs.abstract_interpreter.external_calls import call_foreign, call_method
from autofix.sample_inputs.abstract_interpreter.parameters import bind_parameters
from autofix.sample_inputs.abstract_interpreter.values import (
    UNKNOWN,
    UNREADABLE,
    AbstractLayer,
    AbstractTensor,
    Foreign,
    Function,
    Instance,
    Interpretation,
    Method,
    Modules,
    Partial,
    Scope,
    ShapeMismatch,
    Undetermined,
)
from autofix.syntax.source import Source

MAX_DEPTH = 60
MAX_ROUNDS = 2000


def start(source: Source, steps: int, modules: Modules | None = None) -> Interpretation:
    """Start a walk through a file; with ``modules`` it looks into the files of the project that are imported."""
    run = Interpretation(source, steps, evaluate, call, _execute_alone, modules=modules)
    if modules is not None:
        modules.runs[source.path] = run
    return run


def value(node: ast.expr, run: Interpretation, names: dict[str, Any] | None = None) -> Any:
    """Return the value of an expression at the level of the module; UNKNOWN where the text does not tell."""
    try:
        return evaluate(node, Scope(run, names if names is not None else {}))
    except UNREADABLE:
        return UNKNOWN


def bind(target: ast.expr, result: Any, run: Interpretation, names: dict[str, Any]) -> None:
    """Give a target at the level of the module its value; names that it does not tell are UNKNOWN."""
    try:
        assign(target, result, Scope(run, names))
    except UNREADABLE:
        names.update({node.id: UNKNOWN for node in ast.walk(target) if isinstance(node, ast.Name)})


def call(function: Any, positional: list[Any], keywords: dict[str, Any], run: Interpretation) -> Any:
    """Return what a call gives.

    Raises ShapeMismatch where the call would raise, Undetermined where the text does not tell how it goes on.
    """
    run.steps -= 1  # A Sequential of Sequentials that share their parts is short to build, and not to apply.
    if run.steps < 0:
        raise Undetermined
    match function:
        case Function():
            return _run_function(function, positional, keywords, run)
        case ast.ClassDef():
            return _constructed(function, positional, keywords, run)
        case AbstractLayer():
            return layers.apply(function, [*positional, *keywords.values()], run)
        case Instance():
            return _applied(function, positional, keywords, run)
        case Partial(function=inner, positional=before, keywords=known):
            return call(inner, [*before, *positional], known | keywords, run)
        case Method():
            return call_method(function, positional, keywords, run)
        case Foreign():
            return call_foreign(function, positional, keywords, run)
    return AbstractTensor(None) if any(isinstance(argument, AbstractTensor) for argument in positional) else UNKNOWN


def forward_of(instance: Instance, run: Interpretation) -> Any:
    """Return the forward of a model; UNKNOWN if the class has none of its own."""
    forward = inherited(instance, instance.class_, "forward", run)
    return forward if isinstance(forward, Function) else UNKNOWN


def _applied(instance: Instance, positional: list[Any], keywords: dict[str, Any], run: Interpretation) -> Any:
    forward = inherited(instance, instance.class_, "forward", run)
    if not isinstance(forward, Function):
        sequential = _extends(instance.class_, "Sequential", run)
        return layers.apply(layers.of_sequential(instance), positional, run) if sequential else UNKNOWN
    return call(forward, positional, keywords, run)


def _extends(class_: ast.ClassDef, kind: str, run: Interpretation) -> bool:
    bases = [evaluate(base, Scope(run.home_of(class_))) for base in class_.bases]
    return any(isinstance(base, Foreign) and base.bare == kind for base in bases)


def _constructed(
    class_: ast.ClassDef, positional: list[Any], keywords: dict[str, Any], run: Interpretation
) -> Instance:
    arguments: dict[int | str, Any] = dict(enumerate(positional))
    instance = Instance(class_, {}, arguments | dict(keywords.items()))
    constructor = inherited(instance, class_, "__init__", run)
    if isinstance(constructor, Function):
        call(constructor, positional, keywords, run)
        return instance
    fields = [
        node.target.id for node in class_.body if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    ]
    instance.attributes.update(dict(zip(fields, positional, strict=False)) | keywords)
    return instance


class _Returned(Exception):
    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value


class _Broken(Exception):
    pass


class _Continued(Exception):
    pass


def _run_function(function: Function, positional: list[Any], keywords: dict[str, Any], run: Interpretation) -> Any:
    if run.depth >= MAX_DEPTH:
        raise Undetermined
    arguments = [function.instance, *positional] if function.instance is not None else positional
    outer = function.scope
    scope = Scope(run, {}, outer, function.instance or outer.instance, outer.class_)
    bind_parameters(function.node.args, arguments, keywords, scope)
    run.depth += 1
    try:
        if isinstance(function.node, ast.Lambda):
            return evaluate(function.node.body, scope)
        execute(function.node.body, scope)
    except _Returned as returned:
        return UNKNOWN if untold.yields(function.node) else returned.value
    finally:
        run.depth -= 1
    return UNKNOWN if untold.yields(function.node) else None


# -- statements --------------------------------------------------------------------------------------------------------


def _execute_alone(statements: list[ast.stmt], scope: Scope) -> bool:
    """Execute statements of the module; return whether the text tells what they do."""
    try:
        execute(statements, scope)
    except (*UNREADABLE, _Returned, _Broken, _Continued):
        return False
    return True


def execute(statements: list[ast.stmt], scope: Scope) -> None:
    for statement in statements:
        if scope.run.asked_class is None:
            _execute(statement, scope)
        else:
            _execute_leniently(statement, scope)


def _execute_leniently(statement: ast.stmt, scope: Scope) -> None:
    """Execute a statement of a walk that looks for constructions; what it does not tell is passed over."""
    if scope.run.steps < 0:
        raise Undetermined
    outermost = scope
    while outermost.outer is not None:
        outermost = outermost.outer
    before, scope.run.at = scope.run.at, (outermost.run.source.path, statement.lineno)
    try:
        _execute(statement, scope)
    except UNREADABLE:
        if isinstance(statement, ast.Return):
            raise _Returned(UNKNOWN) from None
        if isinstance(statement, (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.While)):
            untold.open_names(statement, scope)
    finally:
        scope.run.at = before


def _execute(statement: ast.stmt, scope: Scope) -> None:
    match statement:
        case ast.Assign(targets=targets, value=value):
            result = evaluate(value, scope)
            for target in targets:
                assign(target, result, scope)
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            assign(target, evaluate(value, scope), scope)
        case ast.AugAssign(target=target, op=op, value=value):
            augment(target, op, evaluate(value, scope), scope)
        case ast.Expr(value=value):
            untold.evaluate_alone(value, scope)
        case ast.Return(value=value):
            raise _Returned(evaluate(value, scope))
        case ast.If():
            _if(statement, scope)
        case ast.For():
            _for(statement, scope)
        case ast.While():
            _while(statement, scope)
        case ast.With(items=items, body=body):
            for item in items if scope.run.asked_class is not None else ():
                opened = evaluate(item.context_expr, scope)
                if item.optional_vars is not None:
                    assign(item.optional_vars, opened, scope)
            execute(body, scope)
        case ast.Try(body=body):
            execute(body, scope)
        case ast.Global(names=names):
            scope.of_module |= set(names)
        case ast.FunctionDef(name=name):
            scope.names[name] = Function(statement, scope)
        case ast.Assert(test=test):
            if truth(evaluate(test, scope)) is False:
                raise ShapeMismatch("an assertion does not hold")
        case ast.Raise():
            raise ShapeMismatch("the program raises")
        case ast.Break():
            raise _Broken
        case ast.Continue():
            raise _Continued


def _if(statement: ast.If, scope: Scope) -> None:
    known = truth(evaluate(statement.test, scope))
    if known is not None:
        execute(statement.body if known else statement.orelse, scope)
        other = statement.orelse if known else statement.body
        if scope.run.asked_class is not None and untold.names_of(other, scope.run.asked_class.name):
            execute(other, scope)  # A choice by name is as good for the other name.
    elif not scope.run.lenient:
        raise Undetermined
    else:
        # Which layer an input meets first is the same on both ways as a rule, so both are walked.
        for branch in (statement.body, statement.orelse):
            try:
                execute(branch, scope)
            except (ShapeMismatch, _Returned):
                continue


def _for(statement: ast.For, scope: Scope) -> None:
    items = items_of(evaluate(statement.iter, scope))
    if items is None and not scope.run.lenient:
        if untold.only_looks_at_parts(statement):
            return
        raise Undetermined
    for item in [UNKNOWN] if items is None else items:
        assign(statement.target, item, scope)
        try:
            execute(statement.body, scope)
        except _Continued:
            continue
        except _Broken:
            break
    else:
        execute(statement.orelse, scope)
    if items is None and scope.run.asked_class is not None:
        untold.lengthen(statement, scope)


def _while(statement: ast.While, scope: Scope) -> None:
    for _ in range(MAX_ROUNDS):
        known = truth(evaluate(statement.test, scope))
        if known is None:
            raise Undetermined
        if not known:
            return
        try:
            execute(statement.body, scope)
        except _Continued:
            continue
        except _Broken:
            return
    raise Undetermined
