"""Kafka's jars: only what is listed, only with the listed content."""

import fcntl
import hashlib
from pathlib import Path

import pytest
from jgo.maven import MavenContext

from maillage.servers import jars
from maillage.trouble import Trouble

COORDINATES, SHA256 = jars.listed()[0]


@pytest.fixture
def context(tmp_path: Path) -> MavenContext:
    """A cache of its own and no network."""
    return MavenContext(repo_cache=tmp_path, offline=True)


def place(context: MavenContext, content: bytes) -> Path:
    """Puts a file where the cache has the first jar."""
    path = context.create_dependency(COORDINATES).artifact.cached_path
    assert isinstance(path, Path)
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    return path


def test_jar_with_the_listed_content_is_used(context: MavenContext) -> None:
    path = place(context, b"a jar")
    listed = hashlib.sha256(b"a jar").hexdigest()
    assert jars.fetch_one(context, COORDINATES, listed) == path


def test_altered_jar_is_thrown_away_and_not_used(context: MavenContext) -> None:
    path = place(context, b"another jar")
    with pytest.raises(Trouble, match="besoin du réseau"):
        jars.fetch_one(context, COORDINATES, SHA256)
    assert not path.exists()


def test_list_is_whole_and_in_form() -> None:
    listed = jars.listed()
    assert jars.KAFKA in {coordinates for coordinates, _ in listed}
    assert jars.LOGGING in {coordinates for coordinates, _ in listed}
    assert len({coordinates for coordinates, _ in listed}) == len(listed)
    assert all(len(bytes.fromhex(sha256)) == 32 for _, sha256 in listed)


def test_only_one_start_at_a_time_fills_the_cache() -> None:
    """Two stacks that start on a new machine would throw away each other's half downloads."""
    cache = jars.default_cache()
    free = []

    def look(_done: int, _all: int) -> None:
        with (cache / ".lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            free.append(True)

    assert len(jars.fetch(cache, look)) == len(jars.listed())
    assert free == []
