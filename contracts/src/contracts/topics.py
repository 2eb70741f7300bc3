"""Every Kafka topic of Maillage, declared once: who writes, who reads, for how long and why.

Creation of topics, access rights and principals come from here in every deployment. The broker
never creates a topic by itself: a wrong partition count scatters keys.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

SERVICES: Final = ("partners", "referrals", "reporting", "scheduling", "vouchers")

DAY_MS: Final = 86_400_000
# Inbox rows stay 60 days, sent outbox rows 35, topics 28: a restored service can always be
# rewound to the start of the topic and its inbox still knows what it had seen.
FACTS_RETENTION_MS: Final = 28 * DAY_MS
# Raw partner input may hold what it should not, and intake keeps its own copy of what it took.
PARTNER_IN_RETENTION_MS: Final = 7 * DAY_MS
FOR_EVER_MS: Final = -1
# The broker applies its limit to a whole batch of the producer, not to one record; one event is
# held to 64 KiB by the codec. Partners' inbound topics take the same megabyte, so that what is
# too large is answered with its reason rather than dropped by the client library.
MAX_BATCH_BYTES: Final = 1_048_576
# Two hundred referrals a second with room to spare; a runaway script of one partner is slowed
# down by the broker and nobody else notices.
PARTNER_QUOTA_BYTES_PER_S: Final = 262_144

AUDITOR: Final = "auditeur"

_SLUG: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One topic, or the topic of one partner made from a template.

    Attributes:
        owner: The service that answers for the topic.
        key: What the record key means.
        retention_ms: Milliseconds, or -1 for ever.
        writers: Principals that may write.
        readers: Principals that may read.
        purpose: Why the data is processed (RGPD, article 5-1 b).
        retention_reason: Why it is kept that long (article 5-1 e).
    """

    name: str
    owner: str
    key: str
    partitions: int
    retention_ms: int
    writers: tuple[str, ...]
    readers: tuple[str, ...]
    purpose: str
    retention_reason: str

    def configs(self) -> dict[str, str]:
        """Broker configuration of the topic, as `kafka-topics --config` takes it."""
        return {
            "cleanup.policy": "delete",
            "max.message.bytes": str(MAX_BATCH_BYTES),
            # The time at which we learnt is the broker's to say, never the sender's.
            "message.timestamp.type": "LogAppendTime",
            "retention.ms": str(self.retention_ms),
            # Only closed segments are deleted: without this a quiet topic outlives its retention.
            "segment.ms": str(DAY_MS),
        }


Operation = Literal["read", "write", "describe"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Acl:
    """One right to allow; everything else is denied. `read` and `write` imply `describe`."""

    principal: str
    resource: Literal["topic", "group"]
    name: str
    pattern: Literal["literal", "prefixed"]
    operation: Operation


INTAKE: Final = "maillage.intake.v1"
PARTNERS: Final = "maillage.partners.v1"
DIRECTORY: Final = "maillage.directory.v1"
REFERRALS: Final = "maillage.referrals.v1"
SCHEDULING: Final = "maillage.scheduling.v1"
VOUCHERS: Final = "maillage.vouchers.v1"
OUTWARD_IDS: Final = "maillage.outward-ids.v1"
ERASURES: Final = "maillage.erasures.v1"

FACTS_OF: Final = {
    "partners": PARTNERS,
    "referrals": REFERRALS,
    "scheduling": SCHEDULING,
    "vouchers": VOUCHERS,
}
"""The facts topic of each service that publishes; its verdicts travel there too."""

_FACTS_RETENTION_REASON: Final = (
    "28 days: long enough to restore and replay a service from its backup, no longer; "
    "history is kept by each service, where it can be erased."
)


def _facts(service: str, *, readers: tuple[str, ...], purpose: str) -> Topic:
    return Topic(
        name=FACTS_OF[service],
        owner=service,
        key="id of the aggregate; of the submission for a verdict",
        partitions=3,
        retention_ms=FACTS_RETENTION_MS,
        writers=(service,),
        readers=readers,
        purpose=purpose,
        retention_reason=_FACTS_RETENTION_REASON,
    )


TOPICS: Final[tuple[Topic, ...]] = (
    Topic(
        name=INTAKE,
        owner="partners",
        key="first of session, booking, referral, booklet, place, organisation that the intent "
        "is about; else the submission",
        partitions=3,
        retention_ms=FACTS_RETENTION_MS,
        writers=("partners",),
        readers=("referrals", "scheduling", "vouchers"),
        purpose="Brings what a partner says or asks, checked and stamped with its organisation, "
        "to the service that decides; a pseudonym of the person and codes, and the "
        "professionals' messages without names.",
        retention_reason=_FACTS_RETENTION_REASON,
    ),
    _facts(
        "partners",
        readers=("reporting",),
        purpose="Says which submissions could not be read and which deliveries were given up; "
        "holds no pseudonym of a person.",
    ),
    Topic(
        name=DIRECTORY,
        owner="partners",
        key="id of the organisation, place, label or programme",
        partitions=1,
        retention_ms=FOR_EVER_MS,
        writers=("partners", "scheduling", "vouchers"),
        readers=SERVICES,
        purpose="Says which organisations, places, labels and programmes exist and since when; "
        "no data about persons.",
        retention_reason="For ever and uncompacted: a label is judged at the date of a session "
        "that may be years back, and no person appears here.",
    ),
    _facts(
        "referrals",
        readers=("partners", "reporting", "scheduling", "vouchers"),
        purpose="Follows a person's referral from organisation to organisation until its outcome; "
        "pseudonyms, codes and dates.",
    ),
    _facts(
        "scheduling",
        readers=("partners", "referrals", "reporting", "vouchers"),
        purpose="Says when help is offered, booked and given; pseudonyms, codes and dates.",
    ),
    _facts(
        "vouchers",
        readers=("partners", "referrals", "reporting", "scheduling"),
        purpose="Follows public money from the order to the counter-payment; pseudonyms, codes "
        "and amounts.",
    ),
    Topic(
        name=OUTWARD_IDS,
        owner="referrals",
        key="outward id",
        partitions=1,
        retention_ms=FACTS_RETENTION_MS,
        writers=("referrals",),
        readers=("partners",),
        purpose="Lets the partners' doors translate the pseudonym of a person that one "
        "organisation knows into the one used inside, and back, so that two organisations can "
        "never join their lists.",
        retention_reason="28 days: partners keeps the table; the topic only carries it there.",
    ),
    Topic(
        name=ERASURES,
        owner="referrals",
        key="id of the erasure",
        partitions=1,
        retention_ms=FOR_EVER_MS,
        writers=SERVICES,
        readers=SERVICES,
        purpose="Asks every service to erase a person and gathers their receipts (RGPD, "
        "article 17); pseudonyms that lead nowhere once erased.",
        retention_reason="For ever and uncompacted: a service restored from an old backup must "
        "learn again whom to forget.",
    ),
)


def topic(name: str) -> Topic:
    """The declared topic of that name.

    Raises:
        KeyError: No shared topic has the name (partners' topics come from their templates).
    """
    return _BY_NAME[name]


_BY_NAME: Final = {each.name: each for each in TOPICS}


def partner_in(slug: str) -> str:
    """Name of the topic on which the organisation sends its intents."""
    return f"partner.{_checked(slug)}.in.v1"


def partner_out(slug: str) -> str:
    """Name of the topic on which the organisation is answered."""
    return f"partner.{_checked(slug)}.out.v1"


def partner_principal(slug: str) -> str:
    """User name of the organisation at the broker; the prefix keeps it apart from a service's."""
    return f"partner.{_checked(slug)}"


def partner_topics(slug: str) -> tuple[Topic, Topic]:
    """The inbound and the outbound topic of one organisation, from the templates."""
    principal = partner_principal(slug)
    return (
        Topic(
            name=partner_in(slug),
            owner="partners",
            key="the partner's choice, ignored",
            partitions=1,
            retention_ms=PARTNER_IN_RETENTION_MS,
            writers=(principal,),
            readers=("partners",),
            purpose="Takes what the organisation says or asks, as it sends it.",
            retention_reason="7 days: raw input may hold what it should not, and intake keeps "
            "what it accepted.",
        ),
        Topic(
            name=partner_out(slug),
            owner="partners",
            key="id of the submission, or of the aggregate",
            partitions=1,
            retention_ms=FACTS_RETENTION_MS,
            writers=("partners",),
            readers=(principal,),
            purpose="Answers the organisation and tells it what becomes of the referrals that it "
            "sent or was sent and of the help given at its places, under the pseudonyms that are "
            "its own.",
            retention_reason="28 days: an organisation back from its holidays finds its answers.",
        ),
    )


def group_prefix(principal: str) -> str:
    """Prefix of the consumer groups that the principal may join (`referrals.intake`…)."""
    return f"{principal}."


def service_acls(service: str) -> list[Acl]:
    """All that one service may do at the broker.

    Raises:
        KeyError: There is no such service.
    """
    if service not in SERVICES:
        raise KeyError(service)
    acls = [acl for each in TOPICS for acl in _topic_acls(service, each)]
    if service == "partners":
        acls += [_acl(service, "topic", "partner.", "read", prefixed=True)]
        acls += [_acl(service, "topic", "partner.", "write", prefixed=True)]
    return [*acls, _group_acl(service)]


def partner_acls(slug: str) -> list[Acl]:
    """All that one organisation may do at the broker: write its own, read its own answers."""
    principal = partner_principal(slug)
    acls = [acl for each in partner_topics(slug) for acl in _topic_acls(principal, each)]
    return [*acls, _group_acl(principal)]


def auditor_acls(principal: str = AUDITOR) -> list[Acl]:
    """The auditor's rights: read every topic, write none."""
    reads = [
        _acl(principal, "topic", prefix, "read", prefixed=True)
        for prefix in ("maillage.", "partner.")
    ]
    return [*reads, _group_acl(principal)]


def _checked(slug: str) -> str:
    """The slug itself, once it cannot reach outside its own topics and groups."""
    if not _SLUG.fullmatch(slug):
        raise ValueError("an organisation's slug is a-z, 0-9 and hyphens, at most 40 characters")
    return slug


def _topic_acls(principal: str, each: Topic) -> Iterator[Acl]:
    if principal in each.readers:
        yield _acl(principal, "topic", each.name, "read")
    if principal in each.writers:
        yield _acl(principal, "topic", each.name, "write")


def _group_acl(principal: str) -> Acl:
    return _acl(principal, "group", group_prefix(principal), "read", prefixed=True)


def _acl(
    principal: str,
    resource: Literal["topic", "group"],
    name: str,
    operation: Operation,
    *,
    prefixed: bool = False,
) -> Acl:
    return Acl(
        principal=principal,
        resource=resource,
        name=name,
        pattern="prefixed" if prefixed else "literal",
        operation=operation,
    )
