"""Python source as statements, by Python's own parser.

What may go without breaking the syntax: any statement but the first of its block, and any block with its
header. So a header and the first statement of its block are one span; so is a `try` from its first line to
the first statement of its first handler, since neither parses without the other.
"""

import ast
import warnings
from collections.abc import Iterable, Sequence

from headroom_cli.compressors._roles import Role, Span

_Task = tuple[ast.stmt, int, tuple[ast.stmt, ...]]


def parse_spans(text: str) -> list[Span] | None:
    """The statements of a text in order, without the lines between them, or None if it does not parse."""
    if text.count("\r") != text.count("\r\n"):
        return None  # the parser's lines are not ours
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            module = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    spans: list[Span] = []
    tasks: list[_Task] = [(statement, -1, ()) for statement in reversed(module.body)]
    while tasks:
        statement, need, followers = tasks.pop()
        chain = _open(statement)
        here = _add(spans, statement, chain[-1], need)
        later: list[_Task] = []
        for compound in reversed(chain[:-1]):
            later.extend(_rest(compound, here))
        later.extend((follower, here, ()) for follower in followers)
        tasks.extend(reversed(later))
    return spans


def _open(statement: ast.stmt) -> list[ast.stmt]:
    """A statement, the one its block cannot lose, the one that one cannot lose, and so on."""
    chain = [statement]
    while (inner := _anchor(chain[-1])) is not None:
        chain.append(inner)
    return chain


def _anchor(statement: ast.stmt) -> ast.stmt | None:
    match statement:
        case ast.Try() | ast.TryStar():
            return statement.handlers[0].body[0] if statement.handlers else statement.finalbody[0]
        case ast.Match():
            return statement.cases[0].body[0]
        case (
            ast.FunctionDef()
            | ast.AsyncFunctionDef()
            | ast.ClassDef()
            | ast.If()
            | ast.For()
            | ast.AsyncFor()
            | ast.While()
            | ast.With()
            | ast.AsyncWith()
        ):
            return statement.body[0]
    return None


def _rest(compound: ast.stmt, here: int) -> Iterable[_Task]:
    """What follows the anchor of a compound statement, in order. Clauses have leaders of their own."""
    followers: Sequence[ast.stmt]
    clauses: list[list[ast.stmt]] = []
    match compound:
        case ast.Try() | ast.TryStar():
            if compound.handlers:
                followers = compound.handlers[0].body[1:]
                clauses = [handler.body for handler in compound.handlers[1:]]
                clauses += [compound.orelse, compound.finalbody]
            else:
                followers = compound.finalbody[1:]
        case ast.Match():
            followers = compound.cases[0].body[1:]
            clauses = [case.body for case in compound.cases[1:]]
        case ast.If() | ast.For() | ast.AsyncFor() | ast.While():
            followers = compound.body[1:]
            clauses = [compound.orelse]
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() | ast.With() | ast.AsyncWith():
            followers = compound.body[1:]
        case _:
            followers = ()
    for follower in followers:
        yield follower, here, ()
    for clause in clauses:
        if clause:
            yield clause[0], here, tuple(clause[1:])


def _add(spans: list[Span], statement: ast.stmt, anchor: ast.stmt, need: int) -> int:
    """Add the lines from a statement's start to its anchor's end; the position of their span."""
    first = statement.lineno - 1
    for decorator in getattr(statement, "decorator_list", ()):
        first = min(first, decorator.lineno - 1)
    last = (anchor.end_lineno or anchor.lineno) - 1
    if spans and first <= spans[-1].last:
        # Several statements on one line.
        spans[-1] = spans[-1]._replace(last=max(last, spans[-1].last))
    else:
        spans.append(Span(first, last, need, _role(statement, anchor, need)))
    return len(spans) - 1


def _role(statement: ast.stmt, anchor: ast.stmt, need: int) -> Role:
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return Role.DEFINITION
        case ast.Import() | ast.ImportFrom():
            return Role.IMPORT
        case ast.Expr(value=ast.Constant(value=str())):
            return Role.DOCUMENT
        case ast.Assign() | ast.AnnAssign() if need < 0:
            return Role.CONSTANT
    return Role.OUTCOME if isinstance(anchor, ast.Return | ast.Raise | ast.Assert) else Role.BODY
