"""The files that the architecture tests read, and how a rule reports what it found."""

import ast
import fnmatch
import functools
import io
import os
import subprocess
import tokenize
from dataclasses import dataclass
from pathlib import Path

from typing_extensions import override

ROOT = Path(__file__).parents[2]
SERVICES = ("referrals", "vouchers", "scheduling", "reporting", "partners")
PACKAGES = {
    "maillage": "deploy/embedded/src/maillage",
    "chassis": "chassis/src/chassis",
    "web": "web/src/web",
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


@functools.cache
def kept_files() -> list[str]:
    """Every file that git keeps or would keep, as a path from the root.

    Without git, or in a copy that is no clone, everything but what .gitignore names.
    """
    try:
        found = _listed_by_git()
    except (FileNotFoundError, subprocess.CalledProcessError):
        found = _found_by_walking()
    return sorted({path for path in found if path and (ROOT / path).is_file()})


def _listed_by_git() -> list[str]:
    # `safe.directory` because a checkout may belong to another user than the one who tests.
    return subprocess.run(
        [
            *("git", "-c", "safe.directory=*"),
            *("ls-files", "-z", "--cached", "--others", "--exclude-standard"),
        ],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split("\0")


def _found_by_walking() -> list[str]:
    ignored = [line.rstrip("/") for line in (ROOT / ".gitignore").read_text("utf-8").splitlines()]
    found = []
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [name for name in folders if name != ".git" and not _any(name, ignored)]
        kept = [Path(folder, name) for name in files if not _any(name, ignored)]
        found += [path.relative_to(ROOT).as_posix() for path in kept]
    return found


def _any(name: str, patterns: list[str]) -> bool:
    return any(fnmatch.fnmatch(name, pattern) for pattern in patterns)


@functools.cache
def python_sources() -> tuple[Source, ...]:
    """Every kept Python file, read and parsed once."""
    return tuple(
        Source(path, (ROOT / path).read_text(encoding="utf-8"))
        for path in kept_files()
        if path.endswith(".py")
    )
