"""Style sheet and script, under names that carry a hash of their content.

A browser may keep such a file for ever: another content has another name.
"""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

_DIRECTORY: Final = Path(__file__).parent / "static"
_MEDIA_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_HASH_DIGITS: Final = 12  # 48 bits: names need to differ between releases, not resist an attacker


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticFile:
    """One file as it is served; ``cache_control`` is the header to send with it."""

    name: str
    content: bytes
    media_type: str
    cache_control: str = "public, max-age=31536000, immutable"


def static_directory() -> Path:
    """Where the files lie, under their plain names."""
    return _DIRECTORY


def static_url(name: str) -> str:
    """The address of a file, for instance ``/static/styles.3f2a….css`` for ``styles.css``.

    Raises:
        KeyError: there is no such file.
    """
    return f"/static/{_published_names()[name]}"


def static_file(published_name: str) -> StaticFile | None:
    """The file behind the last part of a ``static_url``, or None: answer 404.

    Only published names are known, so no path can lead out of the directory.
    """
    return _published_files().get(published_name)


@cache
def _published_names() -> dict[str, str]:
    return {
        path.name: f"{path.stem}.{_digest(path.read_bytes())}{path.suffix}"
        for path in sorted(_DIRECTORY.iterdir())
        if path.suffix in _MEDIA_TYPES
    }


@cache
def _published_files() -> dict[str, StaticFile]:
    return {
        published: StaticFile(
            name=published,
            content=(_DIRECTORY / name).read_bytes(),
            media_type=_MEDIA_TYPES[Path(name).suffix],
        )
        for name, published in _published_names().items()
    }


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:_HASH_DIGITS]
