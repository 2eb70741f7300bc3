"""The house rules that neither ruff nor import-linter can see, one small function each.

A rule takes one file and yields what is wrong with it. A line may step out of a rule with the
comment `# allowed: <why>`; the reason is part of the syntax.
"""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath

from tests.architecture.sources import SERVICES, Finding, Source

Rule = Callable[[Source], Iterator[Finding]]

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 60
REASON = re.compile(r"[^\W\d_]{2,}[\s\S]*[^\W\d_]{2,}")  # at least two words
ALLOWED = re.compile(r"#\s*allowed:\s*(?P<reason>.+)")
SUPPRESSION = re.compile(
    r"#\s*(?:noqa(?::\s*[A-Z]+[0-9]+(?:[,\s]+[A-Z]+[0-9]+)*)?|type:\s*ignore(?:\[[\w\-, ]+\])?)"
)
SQL_WORDS = re.compile(r"\s*(SELECT|INSERT\s+INTO|UPDATE|DELETE\s+FROM|WITH|CREATE|ALTER)\s+\S")
SQL_BUILDERS = {"text", "select", "insert", "update", "delete", "func", "bindparam", "union_all"}
FROM_THE_CLOCK = {
    *("datetime.now", "datetime.utcnow", "datetime.today", "date.today"),
    *("time.time", "time.time_ns"),
}
FROM_IDS = {
    *("uuid.uuid1", "uuid.uuid4", "uuid.uuid7"),
    *("uuid_utils.uuid1", "uuid_utils.uuid4", "uuid_utils.uuid7", "compat.uuid7"),
}
VAGUE_NAMES = {"utils.py", "helpers.py", "common.py", "misc.py"}

# What the five services talk about and the chassis must not know. Not here: `organisation`,
# the caller's identity, and `person`, whom the chassis waits for when it parks a key.
DOMAIN_NOUNS = frozenset(
    {
        "referral",
        "referrals",
        "voucher",
        "vouchers",
        "booklet",
        "booklets",
        "booking",
        "bookings",
        "attendance",
        "mediator",
        "mediators",
        "workshop",
        "workshops",
        "appointment",
        "settlement",
        "settlements",
        "funder",
        "funders",
        "commune",
        "communes",
        "epci",
        "beneficiary",
        "caf",
        "agreement",
        "redemption",
        "parcours",
        "lieu",
        "prescripteur",
        "waitlist",
        "seat",
        "seats",
        "visit",
        "visits",
    }
)
WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+")


def is_product(path: str) -> bool:
    return "/src/" in path


def files_are_short(source: Source) -> Iterator[Finding]:
    lines = source.text.count("\n")
    if lines > FILE_LINES_MAX:
        yield source.finding(1, f"{lines} lines; a file has at most {FILE_LINES_MAX}")


def functions_are_short(source: Source) -> Iterator[Finding]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES_MAX:
                yield source.finding(node, f"{node.name}() has {lines} lines, over 60")


def names_say_something(source: Source) -> Iterator[Finding]:
    if PurePosixPath(source.path).name in VAGUE_NAMES:
        yield source.finding(1, "a file is named after what it does")


def suppressions_have_reasons(source: Source) -> Iterator[Finding]:
    """After `noqa` or `type: ignore`, or on a comment line just above."""
    lines = source.text.splitlines()
    for line, comment in source.comments.items():
        match = SUPPRESSION.search(comment)
        if match is None:
            continue
        above = lines[line - 2].strip() if line > 1 else ""
        rest = SUPPRESSION.sub("", comment)
        if not REASON.search(rest) and not (above.startswith("#") and REASON.search(above)):
            yield source.finding(line, "a suppression says why")


def only_the_edge_commits(source: Source) -> Iterator[Finding]:
    if not is_product(source.path) or source.path == "chassis/src/chassis/database.py":
        return
    for node in ast.walk(source.tree):
        match node:
            case ast.Call(func=ast.Attribute(attr="commit" | "rollback" as name)):
                yield source.finding(node, f"{name}() below the edge")
            case _:
                pass


def time_and_identity_are_given(source: Source) -> Iterator[Finding]:
    if not is_product(source.path) or source.path.endswith(("chassis/clock.py", "chassis/ids.py")):
        return
    for node in ast.walk(source.tree):
        for name in _names_used(node):
            if name in FROM_THE_CLOCK:
                yield source.finding(node, f"{name}: ask the Clock")
            elif name in FROM_IDS:
                yield source.finding(node, f"{name}: chassis.ids mints identifiers")


def _names_used(node: ast.AST) -> Iterator[str]:
    """`owner.name` of an attribute or of a name imported from a module, shortest form."""
    match node:
        case ast.Attribute(value=ast.Name(id=owner) | ast.Attribute(attr=owner), attr=name):
            yield f"{owner}.{name}"
        case ast.ImportFrom(module=str(module), names=names):
            for alias in names:
                yield f"{module.split('.')[0]}.{alias.name}"
        case _:
            pass


def sql_lives_in_storage(source: Source) -> Iterator[Finding]:
    parts = PurePosixPath(source.path).parts
    if parts[0] != "services" or not is_product(source.path):
        return
    if "storage" in parts or "migrations" in parts:
        return
    for node in ast.walk(source.tree):
        what = _sql_in(node)
        if what is not None:
            yield source.finding(node, f"{what} belongs in storage/")


def _sql_in(node: ast.AST) -> str | None:
    match node:
        case ast.ImportFrom(module=str(module), names=names) if module.startswith("sqlalchemy"):
            return next((alias.name for alias in names if alias.name in SQL_BUILDERS), None)
        case ast.Import(names=names):
            return next((a.name for a in names if a.name in {"sqlalchemy", "asyncpg"}), None)
        case ast.Attribute(attr="execute" | "scalar" | "scalars" | "exec_driver_sql" as name):
            return f".{name}"
        case ast.Constant(value=str(text)) if SQL_WORDS.match(text):
            return "SQL"
        case _:
            return None


def words(text: str) -> Iterator[str]:
    for match in WORD.finditer(text):
        yield match.group().lower()


def chassis_knows_no_domain_noun(source: Source) -> Iterator[Finding]:
    """Names, strings, docstrings and comments alike: an example is a hint of what it is for."""
    if not source.path.startswith(("chassis/", "web/")):
        return
    for number, line in enumerate(source.text.splitlines(), start=1):
        for noun in sorted(DOMAIN_NOUNS.intersection(words(line))):
            yield source.finding(number, f"the chassis knows no {noun}")


def imports_are_of_my_own_service(source: Source) -> Iterator[Finding]:
    """A service's tests drive that service; only e2e and friends see several."""
    parts = PurePosixPath(source.path).parts
    if parts[0] != "tests" or len(parts) < 2 or parts[1] not in SERVICES:
        return
    others = set(SERVICES) - {parts[1]}
    for node in ast.walk(source.tree):
        modules: list[str] = []
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            modules = [node.module]
        for module in modules:
            if module.split(".")[0] in others:
                yield source.finding(node, f"{parts[1]}'s tests import {module}")


RULES: tuple[Rule, ...] = (
    files_are_short,
    functions_are_short,
    names_say_something,
    suppressions_have_reasons,
    only_the_edge_commits,
    time_and_identity_are_given,
    sql_lives_in_storage,
    chassis_knows_no_domain_noun,
    imports_are_of_my_own_service,
)


def findings(rule: Rule, source: Source) -> list[Finding]:
    """What the rule found, less the lines that step out of it and say why."""
    return [found for found in rule(source) if not _is_allowed(source, found.line)]


def _is_allowed(source: Source, line: int) -> bool:
    match = ALLOWED.search(source.comments.get(line, ""))
    return match is not None and REASON.search(match["reason"]) is not None
