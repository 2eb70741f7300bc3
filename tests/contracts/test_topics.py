"""Topics keep their names, keys and cuts; nobody reaches beyond what is declared."""

import pytest

from contracts import topics
from contracts.topics import Acl

# What a deployment is built on: another key or cut would scatter aggregates over partitions.
STANDING = {
    "maillage.intake.v1": ("partners", 3, 28),
    "maillage.partners.v1": ("partners", 3, 28),
    "maillage.directory.v1": ("partners", 1, None),
    "maillage.referrals.v1": ("referrals", 3, 28),
    "maillage.scheduling.v1": ("scheduling", 3, 28),
    "maillage.vouchers.v1": ("vouchers", 3, 28),
    "maillage.outward-ids.v1": ("referrals", 1, 28),
    "maillage.erasures.v1": ("referrals", 1, None),
}


def test_topics_stand_as_they_did() -> None:
    now = {
        each.name: (
            each.owner,
            each.partitions,
            None if each.retention_ms == topics.FOR_EVER_MS else each.retention_ms / topics.DAY_MS,
        )
        for each in topics.TOPICS
    }

    assert now == STANDING


def test_every_topic_says_why_it_exists_and_how_long_it_keeps() -> None:
    for each in (*topics.TOPICS, *topics.partner_topics("caf")):
        assert each.purpose.endswith(".")
        assert each.retention_reason.endswith(".")
        assert each.configs()["message.timestamp.type"] == "LogAppendTime"
        assert each.configs()["cleanup.policy"] == "delete"


def test_principals_of_the_shared_topics_are_services() -> None:
    for each in topics.TOPICS:
        assert set(each.writers) <= set(topics.SERVICES)
        assert set(each.readers) <= set(topics.SERVICES)
        assert each.owner in each.writers
        assert each.readers


def test_only_its_service_writes_a_facts_topic() -> None:
    for service, name in topics.FACTS_OF.items():
        assert topics.topic(name).writers == (service,)


def test_only_referrals_writes_outward_ids_and_only_partners_reads_them() -> None:
    outward = topics.topic(topics.OUTWARD_IDS)

    assert (outward.writers, outward.readers) == (("referrals",), ("partners",))


def test_a_partner_writes_its_own_topic_reads_its_own_answers_and_nothing_else() -> None:
    assert topics.partner_acls("caf") == [
        _topic("partner.caf", "partner.caf.in.v1", "write"),
        _topic("partner.caf", "partner.caf.out.v1", "read"),
        _group("partner.caf", "partner.caf."),
    ]


def test_no_partner_can_take_the_name_of_a_service() -> None:
    principals = {topics.partner_principal(each) for each in topics.SERVICES}

    assert not principals & {*topics.SERVICES, topics.AUDITOR}


def test_a_service_has_no_right_that_no_topic_grants() -> None:
    for service in ("referrals", "reporting", "scheduling", "vouchers"):
        for acl in topics.service_acls(service):
            if acl.resource == "group":
                assert acl.name == f"{service}."
                continue
            entitled = topics.topic(acl.name)
            assert service in (entitled.readers if acl.operation == "read" else entitled.writers)


def test_only_partners_reaches_the_topics_of_organisations() -> None:
    reaching = {
        service
        for service in topics.SERVICES
        for acl in topics.service_acls(service)
        if acl.resource == "topic" and acl.name.startswith("partner.")
    }

    assert reaching == {"partners"}


def test_the_auditor_reads_everything_and_writes_nothing() -> None:
    acls = topics.auditor_acls()

    assert {acl.operation for acl in acls} == {"read"}
    assert {acl.name for acl in acls if acl.resource == "topic"} == {"maillage.", "partner."}


def test_an_unknown_service_has_no_rights() -> None:
    with pytest.raises(KeyError):
        topics.service_acls("caf")


@pytest.mark.parametrize(
    "slug", ["", "caf.in", "caf.out.v1", "CAF", "*", "caf\n", "-caf", "a" * 41]
)
def test_no_slug_reaches_outside_its_own_topics(slug: str) -> None:
    for make in (topics.partner_in, topics.partner_out, topics.partner_principal):
        with pytest.raises(ValueError, match="slug"):
            make(slug)


def _topic(principal: str, name: str, operation: topics.Operation) -> Acl:
    return Acl(
        principal=principal, resource="topic", name=name, pattern="literal", operation=operation
    )


def _group(principal: str, prefix: str) -> Acl:
    return Acl(
        principal=principal, resource="group", name=prefix, pattern="prefixed", operation="read"
    )
