"""docker-compose.yml is what Compose's schema allows and what our code asks for."""

import importlib
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from chassis.settings import ENV_PREFIX, ServiceSettings
from maillage.servers.kafka import Kafka
from tests.architecture.sources import SERVICES
from tests.compose.composition import (
    FILE,
    ROOT,
    VARIABLE,
    Missing,
    fresh_environment,
    interpolated,
    raw,
    read,
)

OUR_PACKAGES = {
    "maillage-contracts": "contracts",
    "maillage-pages": "pages",
    "maillage-territory": "territory",
    "maillage-chassis": "chassis",
    "maillage-web": "web",
}
# Where the compose broker may differ from the embedded one: its addresses, and a second listener.
ADDRESSES = {"listeners", "advertised.listeners", "listener.security.protocol.map", "log.dirs"}


@pytest.fixture(scope="module")
def environment() -> dict[str, str]:
    return fresh_environment()


@pytest.fixture(scope="module")
def composition(environment: dict[str, str]) -> dict[str, Any]:
    return read(environment)


def settings_class(service: str) -> type[ServiceSettings]:
    found: type[ServiceSettings] = importlib.import_module(f"{service}.settings").Settings
    return found


def settings_from(
    variables: dict[str, Any], service: str, monkeypatch: pytest.MonkeyPatch
) -> ServiceSettings:
    """The service's settings, read from these variables and no other."""
    for name, value in variables.items():
        monkeypatch.setenv(name, str(value))
    return settings_class(service)()


def copied(dockerfile: str) -> list[str]:
    """What a Dockerfile takes from its context, build stages' results apart."""
    found = []
    for line in dockerfile.splitlines():
        if line.startswith("COPY ") and "--from=" not in line:
            found += line.split()[1:-1]
    return found


def properties(text: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in text.splitlines() if line)


def test_the_compose_schema_allows_the_file() -> None:
    tool = Path(sys.executable).with_name("check-jsonschema")
    done = subprocess.run(
        [tool, "--builtin-schema", "vendor.compose-spec", FILE],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_every_service_is_there_with_an_image_of_its_own(composition: dict[str, Any]) -> None:
    for service in SERVICES:
        built = composition["services"][service]["build"]

        assert built["dockerfile"] == f"services/{service}/Dockerfile"
        assert composition["services"][service]["image"] == f"maillage-{service}"


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("job", ["", "-migrate"])
def test_the_variables_set_are_the_variables_read(
    composition: dict[str, Any], service: str, job: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    variables = composition["services"][service + job]["environment"]
    fields = settings_class(service).model_fields

    unknown = {name for name in variables if name.removeprefix(ENV_PREFIX).lower() not in fields}
    settings = settings_from(variables, service, monkeypatch)

    assert not unknown
    assert settings.kafka.username == service
    assert (settings.migration_database_url is None) == (job == "")


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_never_holds_its_owners_password(
    composition: dict[str, Any], environment: dict[str, str], service: str
) -> None:
    owner = environment[f"{service.upper()}_OWNER_PASSWORD"]

    assert owner not in str(composition["services"][service])
    assert owner in str(composition["services"][f"{service}-migrate"])


def test_no_secret_has_a_default(environment: dict[str, str]) -> None:
    secrets = {name for name in environment if name not in {"KAFKA_DOORS", "DEMONSTRATION"}}
    used = {match["name"]: match["kind"] for match in VARIABLE.finditer(FILE.read_text("utf-8"))}

    assert {name for name in secrets if used.get(name, ":?") != ":?"} == set()
    assert {name for name in used if name and name not in environment} == set()
    for name in secrets & set(used):
        with pytest.raises(Missing):
            interpolated(raw(), {**environment, name: ""})


@pytest.mark.parametrize("service", [*SERVICES, "prepare"])
def test_what_an_image_is_built_from_exists(composition: dict[str, Any], service: str) -> None:
    built = composition["services"][service]["build"]
    context = ROOT / built["context"]
    dockerfile = context / built["dockerfile"]

    assert dockerfile.is_file()
    sources = copied(dockerfile.read_text(encoding="utf-8"))
    assert sources
    for source in sources:
        assert (context / source).exists(), f"{dockerfile} copies {source}"


@pytest.mark.parametrize("service", SERVICES)
def test_an_image_holds_our_packages_that_the_service_needs(service: str) -> None:
    sources = copied((ROOT / f"services/{service}/Dockerfile").read_text(encoding="utf-8"))
    needed: set[str] = set()
    todo = [f"services/{service}"]
    while todo:
        needed.add(path := todo.pop())
        project = tomllib.loads((ROOT / path / "pyproject.toml").read_text(encoding="utf-8"))
        todo += [
            OUR_PACKAGES[name]
            for name in project["project"]["dependencies"]
            if name in OUR_PACKAGES and OUR_PACKAGES[name] not in needed
        ]

    assert needed == {source for source in sources if not source.startswith("requirements/")}


@pytest.mark.parametrize(
    ("packages", "lock"),
    [
        ([*OUR_PACKAGES.values(), *(f"services/{service}" for service in SERVICES)], "services"),
        (["contracts", "deploy/embedded"], "embedded"),
    ],
)
def test_an_image_installs_every_third_party_dependency(packages: list[str], lock: str) -> None:
    pins = (ROOT / f"requirements/{lock}.txt").read_text(encoding="utf-8")
    locked = {line.partition("==")[0] for line in pins.splitlines() if "==" in line}
    wanted: set[str] = set()
    for package in packages:
        project = tomllib.loads((ROOT / package / "pyproject.toml").read_text(encoding="utf-8"))
        wanted |= {re.split(r"[^a-z0-9-]", each)[0] for each in project["project"]["dependencies"]}

    assert {each for each in wanted if not each.startswith("maillage-")} - locked == set()


@pytest.mark.parametrize("service", SERVICES)
def test_ports_and_addresses_agree(composition: dict[str, Any], service: str) -> None:
    defined = composition["services"][service]
    (published,) = defined["ports"]
    host, outer, inner = published.split(":")
    dockerfile = (ROOT / f"services/{service}/Dockerfile").read_text(encoding="utf-8")

    assert host == "127.0.0.1"
    assert defined["environment"]["MAILLAGE_PUBLIC_URL"] == f"http://{host}:{outer}"
    assert defined["environment"]["MAILLAGE_PORT"] == inner
    assert f"EXPOSE {inner}\n" in dockerfile
    for other in SERVICES:
        address = composition["services"][other]["environment"].get(
            f"MAILLAGE_{service.upper()}_URL"
        )
        assert address in {None, f"http://{host}:{outer}"}


def test_everybody_takes_tokens_of_the_same_issuer(composition: dict[str, Any]) -> None:
    partners = composition["services"]["partners"]["environment"]

    for service in SERVICES:
        variables = composition["services"][service]["environment"]
        assert variables["MAILLAGE_ISSUER"] == partners["MAILLAGE_PUBLIC_URL"]
        assert variables["MAILLAGE_JWKS_URL"].startswith(
            f"http://partners:{partners['MAILLAGE_PORT']}/"
        )


def test_nothing_listens_beyond_this_machine(composition: dict[str, Any]) -> None:
    published = [port for one in composition["services"].values() for port in one.get("ports", [])]

    assert len(published) == len(SERVICES) + 2
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_the_broker_is_set_as_the_embedded_one(
    composition: dict[str, Any], environment: dict[str, str]
) -> None:
    embedded = Kafka(
        directory=Path("/var/lib/kafka"),
        port=9092,
        controller_port=9093,
        password=environment["KAFKA_ADMIN_PASSWORD"],
        broker_password=environment["KAFKA_BROKER_PASSWORD"],
    )
    ours = properties(composition["configs"]["kafka"]["content"])
    theirs = properties(embedded.properties())
    outside = {name: value for name, value in ours.items() if ".name.outside." in name}

    same = {n: v for n, v in ours.items() if n not in ADDRESSES and n not in outside}
    assert same == {n: v for n, v in theirs.items() if n not in ADDRESSES}
    for name, value in outside.items():
        assert ours[name.replace(".outside.", ".client.")] == value
    protocols = ours["listener.security.protocol.map"].split(",")
    assert all(protocol.endswith(":SASL_PLAINTEXT") for protocol in protocols)


def test_every_image_runs_as_an_ordinary_user_and_tells_its_health() -> None:
    for service in SERVICES:
        text = (ROOT / f"services/{service}/Dockerfile").read_text(encoding="utf-8")

        assert re.search(r"^USER maillage$", text, re.MULTILINE)
        assert "HEALTHCHECK" in text
        assert f'CMD ["python", "-m", "{service}", "serve"]' in text
        assert text.count("--require-hashes") == text.count("-r requirements/")
