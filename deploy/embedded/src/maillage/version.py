"""Which code a stack runs: a hash over every source file, so that a `git pull` is noticed."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

ROOMS = ("chassis", "contracts", "web", "pages", "territory", "services", "deploy/embedded")


def version(clone: Path) -> str:
    """The same for the same sources and locked requirements, whatever git says."""
    digest = hashlib.sha256()
    for path in sources(clone):
        digest.update(str(path.relative_to(clone)).encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def sources(clone: Path) -> Iterator[Path]:
    """Every file that a running stack is made of, in a fixed order."""
    yield from sorted(clone.glob("requirements/*.txt"))
    for room in ROOMS:
        for path in sorted((clone / room).rglob("*")):
            parts = path.relative_to(clone).parts
            if "src" in parts and "__pycache__" not in parts and path.is_file():
                yield path
