"""The files that the architecture tests read, and how a rule reports what it found."""

import ast
import functools
import io
import subprocess
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from typing_extensions import override

ROOT = Path(__file__).parents[2]
SERVICES = ("referrals", "vouchers", "scheduling", "reporting", "partners")
PACKAGES = {
    "maillage": "deploy/embedded/src/maillage",
    "chassis": "chassis/src/chassis",
    "contracts": "contracts/src/contracts",
    "territory": "territory/src/territory",
    "pages": "pages/src/pages",
    **{name: f"services/{name}/src/{name}" for name in SERVICES},
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One place where the house is not in order."""

    path: str
    line: int
    what: str

    @override
    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what}"


@dataclass(frozen=True)
class Source:
    """One Python file: its path from the root, its text, its tree, its comments by line."""

    path: str
    text: str

    @functools.cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, filename=self.path)

    @functools.cached_property
    def comments(self) -> dict[int, str]:
        tokens = tokenize.generate_tokens(io.StringIO(self.text).readline)
        return {token.start[0]: token.string for token in tokens if token.type == tokenize.COMMENT}

    def finding(self, at: int | ast.AST, what: str) -> Finding:
        line = at if isinstance(at, int) else int(getattr(at, "lineno", 1))
        return Finding(self.path, line, what)


def kept_files() -> list[str]:
    """Every file that git keeps or would keep, as a path from the root.

    `safe.directory` because a checkout may belong to another user than the one who runs the tests.
    """
    listed = subprocess.run(
        [
            *("git", "-c", "safe.directory=*"),
            *("ls-files", "-z", "--cached", "--others", "--exclude-standard"),
        ],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return sorted({path for path in listed.split("\0") if path and (ROOT / path).is_file()})


def python_sources() -> Iterator[Source]:
    for path in kept_files():
        if path.endswith(".py"):
            yield Source(path, (ROOT / path).read_text(encoding="utf-8"))
