"""What no kept file may hold: a registry's host, a machine's path, a lock that names them."""

import re

import pytest

from tests.architecture.sources import ROOT, kept_files

# Written in two halves, so that this file does not trip over itself.
HOSTS = [
    f"{name}.{suffix}"
    for name, suffix in (
        *(("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("npmjs", "com")),
        *(("yarnpkg", "com"), ("repo1.maven", "org"), ("repo.maven.apache", "org")),
        *(("docker", "io"), ("ghcr", "io"), ("quay", "io"), ("gcr", "io"), ("crates", "io")),
        *(("proxy.golang", "org"), ("rubygems", "org"), ("anaconda", "org")),
    )
]
REGISTRY = re.compile("|".join(re.escape(host) for host in HOSTS), re.IGNORECASE)
MACHINE_PATH = re.compile(r"(?<![\w.\-/:}])/(?:work|root|home|Users|mnt)/[\w.\-]+")


def breaches(text: str) -> list[str]:
    """The registry hosts and machine paths that stand in a text."""
    return [match.group() for rule in (REGISTRY, MACHINE_PATH) for match in rule.finditer(text)]


def test_no_kept_file_names_a_registry_or_a_machine() -> None:
    found = []
    for path in kept_files():
        text = (ROOT / path).read_bytes().decode("utf-8", errors="replace")
        found += [f"{path}: {breach}" for breach in breaches(text)]

    assert not found, "\n".join(found)


def test_no_lock_with_addresses_is_kept() -> None:
    names = {path.rsplit("/", 1)[-1] for path in kept_files()}

    assert not names & {"uv.lock", "poetry.lock", "Pipfile.lock"}


def test_versions_are_locked_by_hash() -> None:
    for name in ("services", "embedded", "dev", "build"):
        lines = (ROOT / f"requirements/{name}.txt").read_text(encoding="utf-8").splitlines()
        pins = [line for line in lines if "==" in line]

        assert pins
        assert all(pin.endswith("\\") for pin in pins), f"{name}: a pin without a hash"


@pytest.mark.parametrize(
    "text",
    [
        f"see {HOSTS[0]}/simple",
        f"RUN pip install -i https://files.{HOSTS[1]}/x",
        "sys.path.insert(0, '" + "/ho" + "me/someone/maillage')",
        "cd " + "/wo" + "rk/main",
        '"' + "/ro" + 'ot/.cache"',
    ],
)
def test_a_breach_is_seen(text: str) -> None:
    assert breaches(text)


@pytest.mark.parametrize(
    "text",
    ["COPY chassis /app/chassis", "see https://example.org/home/page", "docs/home/x", "GET /work"],
)
def test_what_is_in_order_passes(text: str) -> None:
    assert not breaches(text)


def test_a_copy_without_git_is_walked(monkeypatch: pytest.MonkeyPatch) -> None:
    with_git = set(kept_files())
    kept_files.cache_clear()
    monkeypatch.setenv("PATH", "")

    walked = set(kept_files())
    kept_files.cache_clear()

    assert with_git <= walked
    assert not [path for path in walked if path.startswith((".venv/", ".git/"))]
