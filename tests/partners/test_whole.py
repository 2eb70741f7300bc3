"""The service as a whole: what it writes and reads is declared, and what it says is documented."""

import re
from pathlib import Path

import pytest

import partners
from chassis.settings import ServiceSettings
from contracts import topics
from partners.domain.organisation import TRANSITIONS
from partners.domain.refusals import Refusal
from partners.entrypoints.inbound import READS
from partners.entrypoints.problems import STATUSES
from partners.entrypoints.wording import REASONS
from partners.service import build
from partners.settings import Settings
from tests.partners.world import NOWHERE, World, settings_of

README = (Path(partners.__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def codes(kind: type[Refusal]) -> set[str]:
    """The codes of a refusal and of all its kinds."""
    return {kind.code}.union(*(codes(each) for each in kind.__subclasses__()))


NEVER_RAISED = {"refused", "submission-refused"}  # the trunks of the tree


async def test_it_writes_and_reads_only_what_the_contracts_let_it() -> None:
    service = build(settings_of(NOWHERE))
    rights = {(acl.operation, acl.name, acl.pattern) for acl in topics.service_acls("partners")}

    def may(operation: str, name: str) -> bool:
        return (operation, name, "literal") in rights or (
            name.startswith("partner.") and (operation, "partner.", "prefixed") in rights
        )

    assert service.consumers is not None
    read = {
        topic for inbox in service.consumers.inboxes.values() for topic in inbox.subscription.topics
    }
    assert all(may("write", name) for name in service.topics)
    assert all(may("read", name) for name in read)
    assert {topics.partner_in("caf"), topics.partner_in("mission-locale")} <= read
    assert {topics.partner_out("caf"), topics.partner_out("mission-locale")} <= {*service.topics}
    assert all(name.startswith("partners.") for name in service.consumers.inboxes)


def test_the_types_it_handles_are_those_it_announces() -> None:
    service = build(settings_of(NOWHERE))

    assert service.consumers is not None
    handled = {
        name for inbox in service.consumers.inboxes.values() for name in inbox.subscription.handlers
    }
    assert handled | {"maillage.outward-id.assigned.v1"} == set(READS)


def test_every_refusal_has_a_status_and_is_documented() -> None:
    raised = codes(Refusal) - NEVER_RAISED - {"invalid-client", "unknown-person"}

    assert raised - set(STATUSES) == set()
    assert [
        code
        for code in codes(Refusal) - NEVER_RAISED - {"invalid-client"}
        if f"`{code}`" not in README
    ] == []


def test_every_code_of_the_codec_is_documented_and_has_words() -> None:
    source = Path(partners.__file__).parents[4] / "chassis/src/chassis/codec.py"
    found = set(re.findall(r'Undecodable\("([a-z-]+)"', source.read_text(encoding="utf-8")))

    assert len(found) > 8
    assert [code for code in sorted(found) if f"`{code}`" not in README] == []


def test_every_reason_a_partner_may_read_has_french_words() -> None:
    shown = codes(Refusal) & (
        {"organisation-not-active", "type-not-allowed", "unknown-person"}
        | {code for code, status in STATUSES.items() if status in {409, 413, 422}}
    )
    elsewhere = {"transition-refused", "login-taken", "bad-organisation", "bad-grant"}

    assert shown - elsewhere - set(REASONS) == set()


def test_every_setting_is_documented() -> None:
    own = set(Settings.model_fields) - set(ServiceSettings.model_fields)

    assert [name for name in own if f"`MAILLAGE_{name.upper()}`" not in README] == []


def test_every_step_of_the_table_is_drawn() -> None:
    for (state, step), after in TRANSITIONS.items():
        assert f"{state} --> {after}: {step}" in README


@pytest.mark.usefixtures("caf")
async def test_every_metric_is_documented(world: World) -> None:
    text = (await world.client.get("/metrics")).text
    found = set(re.findall(r"^# TYPE (partners_\w+) ", text, re.MULTILINE))
    names = {name for name in found if not name.endswith("_created")}

    assert len(names) >= 5
    assert [name for name in sorted(names) if f"`{name}" not in README] == []


async def test_every_route_of_the_description_is_documented(world: World) -> None:
    document = (await world.client.get("/openapi.json")).json()

    assert [
        path
        for path in document["paths"]
        if path.replace("{submission}", "{id}")
        .replace("{credential}", "{id}")
        .replace("{name}", "{list}")
        not in README
        and not path.endswith(("/activate", "/suspend", "/reinstate"))
    ] == []
    assert document["paths"]["/v1/events"]["post"]["requestBody"]["content"].keys() >= {
        "application/cloudevents+json",
        "application/cloudevents-batch+json",
    }
