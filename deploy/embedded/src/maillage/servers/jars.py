"""The jars of Apache Kafka, by Maven coordinates, each checked against its committed hash.

`kafka-jars.txt` beside this module lists every jar Kafka needs with its SHA-256, so the dependency
tree is walked once, by whoever updates Kafka (`python -m maillage.servers.jars`), and a start only
fetches what is missing from the cache: without a network after the first time.
"""

import fcntl
import hashlib
import os
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from jgo.maven import Artifact, MavenContext
from jgo.parse import Endpoint

from maillage.trouble import Trouble

KAFKA = "org.apache.kafka:kafka_2.13:4.3.1"
# Kafka logs through slf4j 1.7; this writes it to standard error and needs no file of settings.
LOGGING = "org.slf4j:slf4j-simple:1.7.36"
LIST = Path(__file__).with_name("kafka-jars.txt")
PARALLEL = 8
Progress = Callable[[int, int], None]


def default_cache() -> Path:
    """The user's cache, shared by all checkouts of this user (XDG_CACHE_HOME is respected)."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "maillage" / "maven"


def listed() -> list[tuple[str, str]]:
    """(coordinates, SHA-256) of each jar."""
    lines = LIST.read_text().splitlines()
    return [(line.split()[0], line.split()[1]) for line in lines if line and line[0] != "#"]


def fetch(cache: Path, progress: Progress | None = None) -> list[Path]:
    """Every jar, on this machine and verified.

    Raises Trouble without network, or when what came is not what was expected.
    """
    cache.mkdir(parents=True, exist_ok=True)
    context = MavenContext(repo_cache=cache, timeout=60)
    wanted = listed()
    done = 0
    paths = []
    with (cache / ".lock").open("w") as turn, ThreadPoolExecutor(PARALLEL) as pool:
        # One at a time: another start would take a jar that still arrives for a broken one.
        fcntl.flock(turn, fcntl.LOCK_EX)
        for path in pool.map(lambda item: fetch_one(context, *item), wanted):
            paths.append(path)
            done += 1
            if progress:
                progress(done, len(wanted))
    return paths


def fetch_one(context: MavenContext, coordinates: str, sha256: str) -> Path:
    """One jar, from the cache when what lies there is what is listed. Raises Trouble."""
    artifact = context.create_dependency(coordinates).artifact
    cached = artifact.cached_path
    if cached is not None and cached.exists() and _hash(cached) == sha256:
        return cached
    if cached is not None:
        cached.unlink(missing_ok=True)  # half a download, or another file under this name
    try:
        path = Path(artifact.resolve())
    except Exception as error:
        raise Trouble(
            f"Impossible de télécharger {artifact.filename} (une pièce d’Apache Kafka) : "
            "le premier démarrage a besoin du réseau. Vérifiez la connexion, puis relancez."
        ) from error
    if _hash(path) != sha256:
        path.unlink(missing_ok=True)
        raise Trouble(
            f"Le fichier {artifact.filename} reçu n’est pas celui attendu (empreinte différente) : "
            "il a été supprimé. Relancez ; si cela se répète, le réseau altère ce qu’il transporte."
        )
    return path


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def lock(cache: Path) -> str:
    """The text of `kafka-jars.txt` for KAFKA and LOGGING, as resolved now."""
    context = MavenContext(repo_cache=cache, timeout=60)
    lines = []
    for artifact in _tree(context, [KAFKA, LOGGING]):
        group, name, version = artifact.groupId, artifact.artifactId, artifact.version
        lines.append(f"{group}:{name}:{version} {_hash(Path(artifact.resolve()))}\n")
    head = "# Made by `python -m maillage.servers.jars`: coordinates and SHA-256 of each jar.\n"
    return head + "".join(dict.fromkeys(lines))


def _tree(context: MavenContext, endpoints: Iterable[str]) -> list[Artifact]:
    found: list[Artifact] = []
    for endpoint in endpoints:
        coordinate = replace(Endpoint.parse(endpoint).coordinates[0], scope="compile")
        inputs, others = context.resolver.resolve([context.create_dependency(coordinate)])
        needed = [*inputs, *(one for one in others if one.scope in ("compile", "runtime"))]
        found.extend(one.artifact for one in needed)
    return found


if __name__ == "__main__":
    LIST.write_text(lock(Path(sys.argv[1]) if len(sys.argv) > 1 else default_cache()))
