"""The sandbox that templates run in: which Jinja compiles, and how much a rendering may use up.

A template is hostile until proved otherwise. Only the constructs in `ALLOWED` compile, in Jinja's immutable sandbox with
strict undefined, without calls, macros, includes or assignments, and with our own filters. Whatever a rendering goes
over is taken from one budget of steps, so that the time and the memory it can use are bounded; texts, numbers and lists
or tables of them are all that it can touch.
"""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

import jinja2
from jinja2 import meta, nodes
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer

from medinstruct.document import Record
from medinstruct.errors import did_you_mean

MAX_CHARACTERS = 2_000_000
"""Of one rendered prompt."""
MAX_NODES, MAX_DEPTH = 8_192, 50
"""Parts of a template, and how deep they may lie in one another."""
MAX_STEPS = 1_000_000
"""Of one rendering: a step is a part of a loop's body, an item of a list, or `CHARACTERS_PER_STEP` of a text that is
gone over.
"""
CHARACTERS_PER_STEP = 16

ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.For, nodes.If, nodes.CondExpr,
    nodes.Filter, nodes.Test, nodes.Getattr, nodes.Getitem, nodes.Slice, nodes.Compare, nodes.Operand, nodes.And, nodes.Or,
    nodes.Not, nodes.Neg, nodes.Concat, nodes.Tuple, nodes.List, nodes.Add, nodes.Sub, nodes.Keyword,
)  # fmt: skip
TESTS = (
    "defined", "undefined", "none", "string", "number", "mapping", "sequence", "eq", "ne", "gt", "lt", "ge", "le", "in", "odd", "even",
)  # fmt: skip


class Refused(Exception):
    """What a template may not do, or cannot: what it is, the line of its body (0 if unknown), and what to do about it."""

    def __init__(self, what: str, line: int = 0, next: str = "") -> None:
        super().__init__(what)
        self.what, self.line, self.next = what, line, next


@dataclass(frozen=True)
class Compiled:
    """A body that may run."""

    fields: frozenset[str]
    """The names that it uses."""
    template: jinja2.Template

    def render(self, values: Mapping[str, Any]) -> str:
        """Return what the body says of these values.

        Raises:
            Refused: if a limit is passed, or the values are not what the body takes them for.
        """
        try:
            return _limited(self.template.root_render_func(_Values({**values, BUDGET: _Budget()})))
        except Exception:  # whatever a template raises is its own fault; Jinja's own, slower way tells the line
            return self._told({**values, BUDGET: _Budget()})

    def _told(self, values: Mapping[str, Any]) -> str:
        try:
            return _limited(self.template.generate(values))
        except Exception as error:
            line = next((n for frame, n in _frames(error) if frame.f_code.co_filename == "<template>"), 0)
            raise Refused(f"{error}", line) from error


class _Values(jinja2.runtime.Context):
    """Jinja's context without what only blocks, macros and assignments need: those do not compile."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.parent, self.vars = values, {}


def _limited(pieces: Iterable[str]) -> str:
    """The pieces as one text; the budget keeps to a million how many they are, and nothing is copied before it is known
    how long they are together.
    """
    out = list(pieces)
    if sum(map(len, out)) > MAX_CHARACTERS:
        raise SecurityError(f"more than {MAX_CHARACTERS:,} characters")
    return "".join(out)


def compile(body: str, known: frozenset[str]) -> Compiled:
    """Return a template's body, ready to run.

    Raises:
        Refused: if it is no Jinja, holds what is not in `ALLOWED`, or uses a name that is not `known`.
    """
    environment = _environment()
    try:
        tree = _None().visit(environment.parse(body))
        _check(tree)
        used = _used_fields(tree, known)
        return Compiled(used, environment.from_string(_Weighed().visit(tree)))
    except jinja2.TemplateSyntaxError as error:
        raise Refused(error.message or "syntax error", error.lineno) from error
    except (RecursionError, ValueError, SyntaxError) as error:  # brackets in brackets, numbers of thousands of digits
        raise Refused(f"cannot be compiled: {error}") from error


def _used_fields(tree: nodes.Template, known: frozenset[str]) -> frozenset[str]:
    used = meta.find_undeclared_variables(tree)
    for field in sorted(used - known):
        line = next((node.lineno for node in tree.find_all(nodes.Name) if node.name == field), 1)
        raise Refused(f"unknown field {field!r}", line, did_you_mean(field, known))
    return frozenset(used)


def _check(tree: nodes.Template) -> None:
    """Refuse constructs that are not in `ALLOWED`, names that begin with an underscore, loops three deep, and too
    much of anything.
    """
    stack: list[tuple[nodes.Node, int, int, int]] = [(tree, 1, 0, 0)]
    number = 0
    while stack:
        node, line, depth, loops = stack.pop()
        line, number = node.lineno or line, number + 1
        if fault := _fault(node, number, depth, loops := loops + isinstance(node, nodes.For)):
            what, hint = fault
            raise Refused(what, line, hint)
        stack.extend((child, line, depth + 1, loops) for child in node.iter_child_nodes())


def _fault(node: nodes.Node, number: int, depth: int, loops: int) -> tuple[str, str] | None:
    """What is wrong with a part of a template, and what to do about it."""
    if not isinstance(node, ALLOWED):
        return f"{type(node).__name__.lower()} is not allowed in a template", ""
    if number > MAX_NODES or depth > MAX_DEPTH:
        return f"a template has at most {MAX_NODES:,} parts, at most {MAX_DEPTH} in one another", ""
    if loops > 2 or (isinstance(node, nodes.For) and node.recursive):
        return "loops may be nested twice and not call themselves", ""
    named = getattr(node, "attr", None) or getattr(node, "name", None)
    if isinstance(named, str) and (named.startswith("_") or (named == "self" and isinstance(node, nodes.Name))):
        return f"{named!r} is not for templates", ""
    if isinstance(node, nodes.Filter) and node.name not in FILTERS:
        return f"no filter {node.name!r}", did_you_mean(node.name, FILTERS)
    if isinstance(node, nodes.Test) and node.name not in TESTS:
        return f"no test {node.name!r}", did_you_mean(node.name, TESTS)
    return None


# What a rendering may use up

BUDGET = "_budget"


class _Budget:
    """What is left of a rendering's steps."""

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = MAX_STEPS

    def take(self, steps: int) -> None:
        self.left -= steps
        if self.left < 0:
            raise SecurityError(f"goes over too much: more than {MAX_STEPS:,} steps")


PRINTED = (str, int, float, jinja2.Undefined)
WEIGHING_ONE = (int, float, Record, jinja2.Undefined)
LISTS = (list, tuple)
LOOPED_OVER = (list, tuple, dict)
"""Sorts of values, made once: `int | float` is made anew wherever it stands."""


def _weight(value: Any) -> int:
    """The steps that it takes to go over a value once; in large mixtures this is felt.

    Raises:
        SecurityError: if it is neither a text, a number nor a list or table of them.
    """
    if isinstance(value, str):
        return 1 + len(value) // CHARACTERS_PER_STEP
    if isinstance(value, LISTS):
        steps = 1
        for item in value:
            steps += 1 + len(item) // CHARACTERS_PER_STEP if type(item) is str else _weight(item)
        return steps
    if isinstance(value, dict):
        return _weight(list(value)) + _weight(list(value.values()))
    if isinstance(value, WEIGHING_ONE):
        return 1
    raise SecurityError(f"a {type(value).__name__} is no text, number, list or table")


class _None(NodeTransformer):
    """Makes `none` a name, as formats that have a word for nothing call it so: Jinja takes it for Python's."""

    def visit_Const(self, node: nodes.Const) -> nodes.Expr:
        return nodes.Name("none", "load", lineno=node.lineno) if node.value is None else node


class _Weighed(NodeTransformer):
    """Rewrites a checked template so that all that goes over a value weighs it first."""

    def visit_For(self, node: nodes.For) -> nodes.For:
        body = sum(1 for _ in node.find_all(nodes.Node))
        self.generic_visit(node)
        node.iter = _filtered(node.iter, "_each", nodes.Const(body))
        return node

    def visit_Output(self, node: nodes.Output) -> nodes.Output:
        """A condition without `else` prints nothing where it does not hold; so nothing undefined is made to be printed."""
        self.generic_visit(node)
        for child in node.nodes:
            if isinstance(child, nodes.CondExpr) and child.expr2 is None:
                child.expr2 = nodes.Const("", lineno=child.lineno)
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Filter:
        self.generic_visit(node)
        return _filtered(nodes.List(node.nodes, lineno=node.lineno), "_together")

    def visit_Compare(self, node: nodes.Compare) -> nodes.Compare:
        self.generic_visit(node)
        node.expr = _filtered(node.expr, "_weighed")
        for operand in node.ops:
            operand.expr = _filtered(operand.expr, "_weighed")
        return node

    def visit_Test(self, node: nodes.Test) -> nodes.Test:
        self.generic_visit(node)
        node.node = _filtered(node.node, "_weighed")
        node.args = [_filtered(argument, "_weighed") for argument in node.args]
        return node

    def visit_Getitem(self, node: nodes.Getitem) -> nodes.Getitem:
        self.generic_visit(node)
        if isinstance(node.arg, nodes.Slice):
            node.node = _filtered(node.node, "_weighed")
        return node


def _filtered(node: nodes.Node, name: str, *arguments: nodes.Expr) -> nodes.Filter:
    return nodes.Filter(cast(nodes.Expr, node), name, list(arguments), [], None, None, lineno=node.lineno)


def _join(values: list[Any], between: str = "") -> str:
    if len(between) * len(values) > MAX_CHARACTERS:
        raise SecurityError(f"joins to more than {MAX_CHARACTERS:,} characters")
    return between.join([value if type(value) is str else _printed(value) for value in values])


def _printed(value: Any) -> str:
    if isinstance(value, PRINTED):
        return str(value)
    raise SecurityError(f"a {type(value).__name__} is no text; `join` makes one of a list")


def _default(value: Any, instead: Any = "") -> Any:
    return instead if isinstance(value, jinja2.Undefined) else value


def _map(values: list[Any], filter: str = "", *, attribute: str | int = "") -> list[Any]:
    if filter and filter not in FILTERS:
        raise SecurityError(f"no filter {filter!r}")
    return [FILTERS[filter](value) if filter else _environment().getitem(value, attribute) for value in values]


FILTERS: dict[str, Callable[..., Any]] = {
    "join": _join,
    "lower": str.lower,
    "upper": str.upper,
    "capitalize": str.capitalize,
    "title": str.title,
    "trim": str.strip,
    "length": len,
    "first": lambda values: values[0],
    "last": lambda values: values[-1],
    "list": list,
    "sort": sorted,
    "unique": lambda values: list(dict.fromkeys(values)),
    "default": _default,
    "tojson": lambda value: json.dumps(value, ensure_ascii=False),
    "map": _map,
    "items": lambda table: list(table.items()),
    "round": lambda number, digits=0: round(number, max(0, min(digits, 15))),
    "int": int,
}
"""None of these makes much more than what goes in; what goes in and what comes out is weighed."""
OF_LISTS = {"join", "list", "sort", "unique", "map"}
"""A text is not a list of its letters."""


def _weighing(name: str, filter: Callable[..., Any]) -> Callable[..., Any]:
    @jinja2.pass_context
    def weighing(context: jinja2.runtime.Context, value: Any, *arguments: Any, **named: Any) -> Any:
        budget: _Budget = context.parent[BUDGET]
        for given in (value, *arguments, *named.values()):
            budget.take(_weight(given))
        if isinstance(value, str) and name in OF_LISTS:
            raise SecurityError(f"`{name}` is of a list, not of the letters of a text")
        made = filter(value, *arguments, **named)
        budget.take(_weight(made))
        return made

    return weighing


@jinja2.pass_context
def _weighed(context: jinja2.runtime.Context, value: Any) -> Any:
    context.parent[BUDGET].take(_weight(value))
    return value


@jinja2.pass_context
def _each(context: jinja2.runtime.Context, values: Any, body: int) -> Any:
    """What a loop runs over, paid for: `body` steps for each."""
    budget: _Budget = context.parent[BUDGET]
    budget.take(_weight(values))
    if not isinstance(values, LOOPED_OVER):
        raise SecurityError("a loop runs over a list, not over the letters of a text")
    budget.take(len(values) * body)
    return values


@jinja2.pass_context
def _output(context: jinja2.runtime.Context, value: Any) -> str:
    text = value if type(value) is str else _printed(value)
    budget: _Budget = context.parent[BUDGET]
    budget.take(1 + len(text) // CHARACTERS_PER_STEP)
    return text


OF_LOOPS = {"first", "last", "index", "index0"}


class _Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's, in which plus and minus are for numbers alone."""

    intercepted_binops = frozenset({"+", "-"})

    def getattr(self, obj: Any, attribute: str) -> Any:
        """What Jinja finds safe in a loop it is not asked again for every turn."""
        if type(obj) is jinja2.runtime.LoopContext and attribute in OF_LOOPS:
            return getattr(obj, attribute)
        return super().getattr(obj, attribute)

    def call_binop(self, context: jinja2.runtime.Context, operator: str, left: Any, right: Any) -> Any:
        if not (isinstance(left, int | float) and isinstance(right, int | float)):
            raise SecurityError(f"`{operator}` is for numbers; `~` puts texts together")
        return super().call_binop(context, operator, left, right)


@cache
def _environment() -> _Sandbox:
    environment = _Sandbox(
        undefined=jinja2.StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True, cache_size=0,
        optimized=False, finalize=_output,
    )  # fmt: skip
    ours = {**FILTERS, "_together": _join}
    environment.globals.clear()
    environment.filters = {name: _weighing(name, filter) for name, filter in ours.items()}
    environment.filters |= {"_each": _each, "_weighed": _weighed}
    environment.tests = {name: environment.tests[name] for name in TESTS}
    return environment


def _frames(error: BaseException) -> list[tuple[Any, int]]:
    """The frames of an error with their lines, the innermost first."""
    return list(traceback.walk_tb(error.__traceback__))[::-1]
