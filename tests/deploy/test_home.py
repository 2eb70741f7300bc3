"""The home of a stack: what it remembers, what it keeps private, what it refuses in a sentence."""

import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from maillage import home as homes
from maillage import running
from maillage.home import Home, State
from maillage.narration import Narration
from maillage.servers.processes import LOOPBACK
from maillage.trouble import Trouble
from maillage.up import up


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MAILLAGE_HOME", "MAILLAGE_PORT_BASE", "MAILLAGE_DEPARTMENT"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def taken_base() -> Iterator[int]:
    """Ten ports, one of which somebody else holds."""
    base = homes.free_base(Path("elsewhere"))
    with socket.socket() as other:
        other.bind((LOOPBACK, base + homes.OFFSETS["reporting"]))
        other.listen()
        yield base


def test_first_choices_are_the_same_each_time(home: Home) -> None:
    first = homes.prepare(home)
    assert first.department == "23"
    assert homes.prepare(home) == first
    home.remember(first)
    assert homes.prepare(home) == first == home.state()


def test_refused_ports_are_not_remembered(
    home: Home, taken_base: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAILLAGE_PORT_BASE", str(taken_base))
    with pytest.raises(Trouble, match="déjà pris"):
        up(home, Narration())
    assert home.state() is None
    kept = home.remember(State(port_base=homes.free_base(home.path), department="19"))
    with pytest.raises(Trouble, match="déjà pris"):
        up(home, Narration())
    assert home.state() == kept


def test_full_disk_is_told_before_anything_is_written(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.path.mkdir()
    homes.check_disk(home)
    monkeypatch.setattr(homes, "FREE_DISK_BYTES", 2**62)
    with pytest.raises(Trouble, match=r"presque plein : \d+ Mo libres.*MAILLAGE_HOME"):
        up(home, Narration())
    assert home.state() is None


def test_ports_of_two_checkouts_differ(tmp_path: Path) -> None:
    bases = {homes.prepare(Home(tmp_path / name)).port_base for name in ("a", "b", "c")}
    assert len(bases) == 3


def test_taken_ports_are_passed_over(home: Home) -> None:
    wished = homes.free_base(home.path)
    with socket.socket() as other:
        other.bind((LOOPBACK, wished + 3))
        other.listen()
        assert homes.free_base(home.path) != wished


def test_taken_port_is_named_with_who_holds_it(home: Home) -> None:
    state = homes.prepare(home)
    with socket.socket() as other:
        other.bind((LOOPBACK, state.port("reporting")))
        other.listen()
        with pytest.raises(Trouble, match=f"{state.port('reporting')}.*reporting.*déjà pris par"):
            running.check_ports(state)
    running.check_ports(state)


def test_another_department_needs_another_start(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAILLAGE_DEPARTMENT", "19")
    assert home.remember(homes.prepare(home)).department == "19"
    monkeypatch.setenv("MAILLAGE_DEPARTMENT", "3")
    with pytest.raises(Trouble, match="la Corrèze"):
        homes.prepare(home)
    assert homes.prepare(home, forget=True).department == "03"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MAILLAGE_DEPARTMENT", "75"),
        ("MAILLAGE_DEPARTMENT", "Creuse"),
        ("MAILLAGE_PORT_BASE", "80"),
        ("MAILLAGE_PORT_BASE", "65535"),
        ("MAILLAGE_PORT_BASE", "vingt"),
    ],
)
def test_wrong_setting_is_named(
    home: Home, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(Trouble, match=value):
        homes.prepare(home)


def test_port_base_asked_for_is_kept(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    home.remember(homes.prepare(home))
    monkeypatch.setenv("MAILLAGE_PORT_BASE", "24680")
    assert home.remember(homes.prepare(home)).port_base == 24680
    monkeypatch.delenv("MAILLAGE_PORT_BASE")
    assert homes.prepare(home).port_base == 24680


def test_secrets_are_private_and_stay(home: Home) -> None:
    home.path.mkdir()
    secret = home.secrets().password("kafka:caf")
    assert home.secrets().password("kafka:caf") == secret
    assert home.secrets().password("kafka:tela") != secret
    mode = stat.S_IMODE((home.path / "secrets.json").stat().st_mode)
    assert mode == 0o600


@pytest.mark.parametrize("content", ["", "{", "[]", '{"ports": 1}'])
def test_damaged_state_is_told_and_not_overwritten(home: Home, content: str) -> None:
    home.path.mkdir()
    (home.path / "state.json").write_text(content)
    with pytest.raises(Trouble, match="illisible"):
        homes.prepare(home)
    assert (home.path / "state.json").read_text() == content


def test_only_one_command_changes_a_stack_at_a_time(home: Home) -> None:
    with home.alone(), pytest.raises(Trouble, match="Une autre commande"), home.alone():
        pass
    with home.alone():
        pass


def test_wiping_keeps_ports_and_department(home: Home) -> None:
    state = home.remember(homes.prepare(home))
    home.secrets().password("kafka:caf")
    for path in (home.data, home.logs, home.run):
        path.mkdir()
        (path / "something").write_text("x")
    home.wipe()
    assert home.state() == state
    assert sorted(path.name for path in home.path.iterdir()) == ["state.json"]


def test_every_port_of_a_stack_is_its_own() -> None:
    state = State(port_base=20000, department="23")
    ports = [state.port(name) for name in homes.OFFSETS]
    assert len(set(ports)) == len(ports)
    assert all(20000 < port < 20000 + homes.PORTS_PER_STACK for port in ports)
