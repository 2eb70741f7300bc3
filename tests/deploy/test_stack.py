"""The whole stack by its command line: what is promised of `up`, `down` and the rest."""

import contextlib
import json
import re
import signal
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Any

import httpx
import pytest
from confluent_kafka.admin import AdminClient

from chassis.clock import SystemClock
from contracts.journeys import FREE, JOURNEYS, WITH_VOUCHER, Journey
from maillage import running
from maillage.founding import entering, titles
from maillage.founding.data import founding
from maillage.home import Home, free_base
from maillage.servers.processes import LOOPBACK
from tests.deploy.conftest import CommandLine
from tests.timing import wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600), pytest.mark.xdist_group("deploy-stack")]

SERVICES = {"partners", "referrals", "vouchers", "scheduling", "reporting"}
PATIENCE_S = 60
eventually = partial(wait_until, within_s=PATIENCE_S)
AWAY_S = 2


def organisations(line: CommandLine) -> dict[str, str]:
    """Ids of the organisations by slug."""
    answer = httpx.get(
        f"{line.state.url('partners')}/v1/organisations",
        headers={"Authorization": f"Bearer {line.good('token', 'departement').strip()}"},
        trust_env=False,
    )
    return {one["slug"]: one["id"] for one in answer.raise_for_status().json()["items"]}


def offered(line: CommandLine) -> list[list[dict[str, Any]]]:
    """Places, programmes and orders, in an order of their own."""
    headers = {"Authorization": f"Bearer {line.good('token', 'departement').strip()}"}
    places, programmes, orders = (
        httpx.get(line.state.url(service) + path, headers=headers, trust_env=False)
        .raise_for_status()
        .json()
        for service, path in (
            ("scheduling", "/v1/places"),
            ("vouchers", "/v1/programmes"),
            ("vouchers", "/v1/orders"),
        )
    )
    return [sorted(each, key=str) for each in (places["items"], programmes, orders)]


def accepted(client: httpx.Client, path: str) -> bool:
    state: str = client.get(path).json()["state"]
    return state == "accepted"


def test_up_on_a_running_stack_says_so_and_shows_one_click_links(stack: CommandLine) -> None:
    said = stack.good("up")
    if "Le code a changé" in said:  # somebody edits while the tests run
        said = stack.good("up")
    assert "déjà en route" in said
    assert "Prêt." in said
    links = re.findall(r"http\S+/sign-in/as/\S+", said)
    assert len(links) >= 4
    for link in links:
        with httpx.Client(follow_redirects=True, trust_env=False) as browser:
            page = browser.get(link)
        assert page.status_code == 200, link
        assert "/sign-in" not in page.url.path
        assert page.headers["content-type"].startswith("text/html")


def test_status_for_programs(stack: CommandLine) -> None:
    report = json.loads(stack.good("status", "--json"))
    assert report["services"].keys() == SERVICES
    for one in report["services"].values():
        assert one["ready"] is True
        assert httpx.get(f"{one['url']}/healthz", trust_env=False).is_success
    assert report["home"] == report["services"]["partners"]["url"]
    assert report["kafka"]["bootstrap"].startswith("127.0.0.1:")
    assert report["postgres"]["port"] == stack.state.port("postgres")


def test_example_is_accepted_and_never_the_same(stack: CommandLine) -> None:
    token = stack.good("token", "caf").strip()
    first, second = (json.loads(stack.good("example", "referral.sent")) for _ in range(2))
    assert first["id"] != second["id"]
    base = stack.state.url("partners")
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=base, headers=headers, trust_env=False) as client:
        for event in (first, second):
            answer = client.post(
                "/v1/events",
                json=event,
                headers={"Content-Type": "application/cloudevents+json"},
            )
            assert answer.status_code == 202, answer.text
            eventually(partial(accepted, client, answer.json()["status_url"]))


@pytest.mark.parametrize("name", ["caf", "mission-locale", "auditeur"])
def test_kafka_config_lets_in(stack: CommandLine, name: str) -> None:
    config = json.loads(stack.good("kafka-config", name))
    admin = AdminClient(
        {
            "bootstrap.servers": config["bootstrap"],
            "security.protocol": config["security_protocol"],
            "sasl.mechanism": config["mechanism"],
            "sasl.username": config["username"],
            "sasl.password": config["password"],
        }
    )
    seen = set(admin.list_topics(timeout=20).topics)
    own = {config["in_topic"], config["out_topic"]} - {None}
    assert own <= seen
    assert ("maillage.referrals.v1" in seen) is (name == "auditeur")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("token", "personne"), "caf, mission-locale"),
        (("kafka-config", "tela"), "caf, mission-locale, auditeur"),
        (("example", "voucher.sold"), "referral.sent"),
        (("kill", "rien"), "partners"),
        (("kill", "kafka", "--immediate"), "mode de PostgreSQL"),
        (("logs", "rien"), "kafka"),
    ],
)
def test_unknown_name_is_answered_with_the_known_ones(
    stack: CommandLine, arguments: tuple[str, ...], expected: str
) -> None:
    assert expected in stack.refused(*arguments)


def test_history_has_nothing_to_close(stack: CommandLine) -> None:
    assert "rien à clore" in stack.good("history", "close")


@pytest.mark.parametrize("how", ["scheduling", "kafka", "postgres", "postgres --immediate"])
def test_killed_process_is_back_by_itself(stack: CommandLine, how: str) -> None:
    name, *option = how.split()
    before = running.processes(stack.home)[name]
    stack.good("kill", name, *option)

    def back() -> bool:
        now = running.processes(stack.home).get(name)
        return now is not None and now.identity != before.identity

    eventually(back)
    eventually(lambda: stack.run("status", "--json").returncode == 0)
    assert stack.good("logs", name, "-n", "5")


def told(said: str, *journeys: Journey) -> None:
    """Every journey was told to its end, and nothing but these."""
    assert said.count("Le parcours compte") == len(journeys)
    wanted = sum((each.facts for each in journeys), Counter())
    assert Counter(re.findall(r"Z +\w+ +(maillage\S+)", said)) >= wanted
    assert len(re.findall(r"✓ +\d+ ms", said)) >= 5 * len(journeys)


def test_demo_tells_journeys_as_often_as_one_likes(stack: CommandLine) -> None:
    told(stack.good("demo"), *JOURNEYS)
    told(stack.good("demo", "--journey", "free"), FREE)
    assert "with-voucher, free, hard" in stack.refused("demo", "--journey", "sans-retour")


@contextlib.contextmanager
def killed(line: CommandLine, how: str) -> Iterator[None]:
    """A process killed, and back only a little later, so that whoever asks meanwhile meets it."""
    identity = running.supervised(line.home)
    supervisor = identity.process() if identity else None
    assert supervisor is not None
    supervisor.send_signal(signal.SIGSTOP)
    comeback = threading.Timer(AWAY_S, supervisor.send_signal, [signal.SIGCONT])
    try:
        line.good("kill", *how.split())
        comeback.start()
        yield
    finally:
        comeback.cancel()
        supervisor.send_signal(signal.SIGCONT)
        eventually(lambda: line.run("status", "--json").returncode == 0)


@pytest.mark.parametrize("how", ["referrals", "partners", "postgres --immediate"])
def test_demo_outlasts_a_kill(stack: CommandLine, how: str) -> None:
    with killed(stack, how):
        said = stack.good("demo", "--journey", "with-voucher")
    told(said, WITH_VOUCHER)


def test_token_outlasts_a_stop_of_the_database(stack: CommandLine) -> None:
    with killed(stack, "postgres --immediate"):
        assert stack.good("token", "caf").strip()


def test_demo_fails_when_a_step_does_not_come(stack: CommandLine) -> None:
    process = running.processes(stack.home)["reporting"].identity.process()
    assert process is not None
    process.send_signal(signal.SIGSTOP)
    try:
        said = stack.refused("demo", "--patience", "4")
        assert "reporting" in said
    finally:
        process.send_signal(signal.SIGCONT)
    eventually(lambda: stack.run("status", "--json").returncode == 0)


def test_another_home_on_taken_ports_is_told_and_disturbs_nobody(
    stack: CommandLine,
) -> None:
    other = CommandLine(Home(stack.home.path.parent / "other"))
    said = other.refused("up", MAILLAGE_PORT_BASE=str(stack.state.port_base))
    assert "déjà pris" in said
    assert "MAILLAGE_PORT_BASE" in said
    assert other.home.state() is None
    other.good("down")
    assert stack.run("status", "--json").returncode == 0


def test_taken_ports_asked_of_a_running_stack_leave_it_running(stack: CommandLine) -> None:
    before = running.processes(stack.home)
    with socket.socket() as other:
        other.bind((LOOPBACK, free_base(stack.home.path) + 3))
        other.listen()
        base = other.getsockname()[1] - 3
        said = stack.refused("up", MAILLAGE_PORT_BASE=str(base))
    assert "déjà pris" in said
    assert running.processes(stack.home) == before


def test_founding_data_are_there_once_however_often_they_are_entered(stack: CommandLine) -> None:
    first = offered(stack)
    entering.enter(stack.state, stack.home.secrets())
    assert offered(stack) == first
    data = founding(stack.state.department)
    places, programmes, orders = first
    assert {one["reference"] for one in places} >= {one.reference for one in data.places}
    # A played scenario has left the programme of its own year here.
    edition = str(titles.current(data.programme, stack.state.department, SystemClock().now()).id)
    assert [one["state"] for one in orders if one["programme"] == edition] == ["active"]
    (balances,) = (one["balances"] for one in programmes if one["programme"] == edition)
    face = data.programme.booklet_size * data.programme.denomination_cents
    # Some of it may have been spent: the demonstration is told on this stack too.
    spent = sum(balances[name] for name in ("held", "due", "settled"))
    assert balances["booklet"] + spent == face * sum(data.programme.stocks.values())
    assert balances["backing"] == 0


def test_commands_without_a_stack_say_how_to_start_it(stack: CommandLine) -> None:
    nowhere = CommandLine(Home(stack.home.path.parent / "nowhere"))
    for arguments in (
        ("status",),
        ("token", "caf"),
        ("demo",),
        ("logs", "kafka"),
        ("kill", "kafka"),
    ):
        assert "make up" in nowhere.refused(*arguments)
    assert "rien à arrêter" in nowhere.good("down")


def test_data_outlive_a_killed_supervisor_and_a_stop_and_not_a_reset(stack: CommandLine) -> None:
    before = organisations(stack)
    boss = running.supervised(stack.home)
    process = boss.process() if boss else None
    assert process is not None
    process.kill()
    stack.good("up")
    assert organisations(stack) == before
    stack.good("down")
    stack.check_nothing_is_left()
    assert "make up" in stack.refused("token", "caf")
    stack.good("up")
    assert organisations(stack) == before
    stack.good("reset")
    after = organisations(stack)
    assert after.keys() == before.keys()
    assert not set(after.values()) & set(before.values())
