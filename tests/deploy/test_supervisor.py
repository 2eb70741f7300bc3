"""The supervisor: it keeps alive, it forwards what is printed, and it ends in order."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from maillage import programmes, running, supervisor
from maillage.home import Home
from maillage.programmes import Programme
from maillage.supervisor import Log
from tests.timing import wait_until

PATIENCE_S = 20
eventually = partial(wait_until, within_s=PATIENCE_S)
ENVIRONMENT = dict(os.environ)  # noqa: TID251 - a child must find its libraries
# Says when it begins and when it is asked to end, in a file that shows the order.
TELLER = """
import os, signal, sys, time
def note(what):
    with open(sys.argv[1], "a") as file:
        file.write(f"{what} {sys.argv[2]}\\n")
def end(*_):
    time.sleep(0.2)
    note("ended")
    sys.exit()
signal.signal(signal.SIGTERM, end)
note("began")
print("bonjour", sys.argv[2], flush=True)
while True:
    signal.pause()
"""


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    home = Home(tmp_path / "home")
    yield home
    running.end(home)


@pytest.fixture
def teller(home: Home) -> Callable[..., Programme]:
    def make(name: str, *, server: bool = False) -> Programme:
        argv = [sys.executable, "-c", TELLER, str(home.path / "order"), name]
        return Programme(name=name, argv=argv, environment=ENVIRONMENT, grace_s=5, server=server)

    return make


def order(home: Home) -> list[str]:
    path = home.path / "order"
    return path.read_text().splitlines() if path.exists() else []


def test_killed_process_is_started_again(home: Home, teller: Callable[..., Programme]) -> None:
    home.path.mkdir()
    running.launch(home, [teller("one")])
    eventually(lambda: order(home) == ["began one"])
    first = running.processes(home)["one"]
    process = first.identity.process()
    assert process is not None
    process.kill()
    eventually(lambda: order(home) == ["began one", "began one"])
    eventually(lambda: "one" in running.processes(home))
    again = running.processes(home)["one"]
    assert again.identity != first.identity
    assert again.starts == 2
    assert "bonjour one" in (home.logs / "one.log").read_text()


def test_services_end_before_the_servers_they_use(
    home: Home, teller: Callable[..., Programme]
) -> None:
    home.path.mkdir()
    server = teller("kafka", server=True)
    running.launch(home, [server])
    eventually(lambda: order(home) == ["began kafka"])
    running.extend(home, [server, teller("referrals")])
    eventually(lambda: "began referrals" in order(home))
    assert running.end(home)
    assert order(home)[2:] == ["ended referrals", "ended kafka"]
    assert not running.alive(home)
    assert list(home.run.iterdir()) == []


def test_what_does_not_end_in_its_time_is_killed(home: Home) -> None:
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); signal.pause()"
    home.path.mkdir()
    argv = [sys.executable, "-c", deaf]
    running.launch(home, [Programme(name="deaf", argv=argv, environment=ENVIRONMENT, grace_s=0.5)])
    eventually(lambda: "deaf" in running.processes(home))
    identity = running.processes(home)["deaf"].identity
    running.end(home)
    assert identity.process() is None


def test_what_cannot_start_is_tried_again_and_told(home: Home) -> None:
    home.path.mkdir()
    running.launch(
        home, [Programme(name="absent", argv=["/nowhere/absent"], environment=ENVIRONMENT)]
    )
    log = home.logs / "absent.log"
    eventually(lambda: log.exists() and log.read_text().count("ne peut pas démarrer") >= 2)


def test_orphans_of_a_killed_supervisor_are_ended(
    home: Home, teller: Callable[..., Programme]
) -> None:
    home.path.mkdir()
    programme = teller("orphan")
    marked = {**programme.environment, programmes.MARK: str(home.path)}
    running.launch(home, [Programme(name="orphan", argv=programme.argv, environment=marked)])
    # Only once it has spoken: with nobody left to listen, its first word would be its last.
    eventually((home.logs / "orphan.log").exists)
    orphan = running.processes(home)["orphan"].identity
    boss = running.supervised(home)
    process = boss.process() if boss else None
    assert process is not None
    process.kill()
    process.wait(5)
    assert orphan.process() is not None
    assert running.end(home)
    assert orphan.process() is None


def test_number_taken_by_another_process_is_nobody(home: Home) -> None:
    stranger = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
    try:
        home.run.mkdir(parents=True)
        note = f'{{"pid": {stranger.pid}, "created": 12345.0}}'
        (home.run / running.SUPERVISOR).write_text(note)
        (home.run / supervisor.PIDS).write_text(f'{{"kafka": {note[:-1]}, "starts": 1}}}}')
        assert not running.alive(home)
        assert running.processes(home) == {}
        assert not running.end(home)
        assert stranger.poll() is None
    finally:
        stranger.send_signal(signal.SIGKILL)
        stranger.wait()


def test_log_turns_over_at_its_size_between_two_lines(tmp_path: Path) -> None:
    log = Log(tmp_path / "service.log")
    line = b"x" * 999_999 + b"\n"
    for _ in range(6):
        log.write(line)
    log.write(b"the next file\n")
    assert log.path.read_bytes() == b"the next file\n"
    assert (tmp_path / "service.log.1").stat().st_size == 6_000_000
    for _ in range(40):
        log.write(line)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "service.log",
        "service.log.1",
        "service.log.2",
        "service.log.3",
    ]
