"""The facts of partners: the directory of organisations, and submissions that cannot be read."""

from typing import ClassVar

from contracts.codes import Door, OrganisationKind, SuspensionReason
from contracts.fields import (
    Commune,
    Detail,
    EventId,
    Id,
    Offset,
    OrganisationName,
    PartnerReference,
    ReasonCode,
    Slug,
)
from contracts.message import Message
from contracts.topics import DIRECTORY, PARTNERS


class OrganisationRegistered(Message):
    """An organisation (structure) is known; it may not act before it is active."""

    type: ClassVar[str] = "maillage.organisation.registered.v1"
    topic: ClassVar[str] = DIRECTORY
    key: ClassVar[str] = "organisation"

    organisation: Id
    slug: Slug
    name: OrganisationName
    kind: OrganisationKind
    commune: Commune | None = None


class OrganisationActivated(Message):
    """The organisation may act."""

    type: ClassVar[str] = "maillage.organisation.activated.v1"
    topic: ClassVar[str] = DIRECTORY
    key: ClassVar[str] = "organisation"

    organisation: Id


class OrganisationChanged(Message):
    """The organisation's description as it now is, whole."""

    type: ClassVar[str] = "maillage.organisation.changed.v1"
    topic: ClassVar[str] = DIRECTORY
    key: ClassVar[str] = "organisation"

    organisation: Id
    slug: Slug
    name: OrganisationName
    kind: OrganisationKind
    commune: Commune | None = None


class OrganisationSuspended(Message):
    """The organisation may act no more, for now."""

    type: ClassVar[str] = "maillage.organisation.suspended.v1"
    topic: ClassVar[str] = DIRECTORY
    key: ClassVar[str] = "organisation"

    organisation: Id
    reason: SuspensionReason


class OrganisationReinstated(Message):
    """The organisation may act again."""

    type: ClassVar[str] = "maillage.organisation.reinstated.v1"
    topic: ClassVar[str] = DIRECTORY
    key: ClassVar[str] = "organisation"

    organisation: Id


class SubmissionRefused(Message):
    """What a partner sent cannot be taken for its form; no owner ever sees it."""

    type: ClassVar[str] = "maillage.submission.refused.v1"
    topic: ClassVar[str] = PARTNERS
    key: ClassVar[str] = "submission"

    submission: Id
    organisation: Id
    reason: ReasonCode
    detail: Detail | None = None
    """A sentence for the partner's developer; it quotes no value."""
    door: Door
    offset: Offset | None = None
    """Where the record stands on the partner's inbound topic."""
    event_id: EventId | None = None
    """The id that the partner gave its event, when it could be read."""
    partner_reference: PartnerReference | None = None
    """Echoed on the partner's own doors only."""
