"""The coded answers that stand in the code: problems, refusals, dead letters."""

import ast
from collections.abc import Iterator

from tests.architecture.sources import Source, python_sources

# In a call of one of these, the code is the argument at this place.
PLACES = {
    "Problem": 1,
    "Refused": 0,
    "Poison": 0,
    "Undecodable": 0,
    "Unreadable": 0,
    "TokenRefused": 0,
    "_unauthorised": 0,
}
NAMED = {"Reason", "Withheld"}  # their `code=` is one of ours
# The roots of two trees of refusals; only their branches are ever given.
ROOTS = {"refused", "submission-refused"}
# By which a constant says that it is a code.
CONSTANTS = ("_REFUSED", "_CODE", "_REASON")


def codes_in_code() -> dict[str, str]:
    """Each code, with one place where it stands."""
    found: dict[str, str] = {}
    for source in python_sources():
        if "/src/" in source.path and not source.path.startswith(("deploy/", "contracts/")):
            for line, code in codes_of(source):
                found.setdefault(code, f"{source.path}:{line}")
    return found


def codes_of(source: Source) -> Iterator[tuple[int, str]]:
    for node in ast.walk(source.tree):
        for code in _codes(node):
            value = code.value if isinstance(code, ast.Constant) else None
            if code is not None and isinstance(value, str) and value not in {"", *ROOTS}:
                yield code.lineno, value


def _codes(node: ast.AST) -> Iterator[ast.expr | None]:
    match node:
        case ast.Call(func=ast.Name(id=name), args=args) if len(args) > PLACES.get(name, 99):
            yield args[PLACES[name]]
        case ast.Call(func=ast.Name(id=name), keywords=keywords) if name in NAMED:
            yield from (each.value for each in keywords if each.arg == "code")
        case ast.ClassDef(body=body):
            yield from _class_codes(body)
        case ast.Assign(targets=[ast.Name(id="CODES")], value=ast.Dict(values=values)):
            yield from values
        case (
            ast.Assign(targets=[ast.Name(id=name)], value=value)
            | ast.AnnAssign(target=ast.Name(id=name), value=value)
        ) if name.endswith(CONSTANTS):
            yield value
        case _:
            pass


def _class_codes(body: list[ast.stmt]) -> Iterator[ast.expr | None]:
    for statement in body:
        match statement:
            case ast.Assign(targets=[ast.Name(id="code")], value=value):
                yield value
            case ast.AnnAssign(target=ast.Name(id="code"), value=value):
                yield value
            case _:
                pass
