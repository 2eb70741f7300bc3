"""The life of a partner organisation: pending → active → suspended → (reinstated) active."""

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from partners.domain.refusals import BadOrganisation, TransitionRefused
from partners.domain.rights import RIGHTS_OF, Kind, Right

SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
SLUG_LENGTH_MAX = 40
"""A slug names Kafka topics, principals and addresses, so it is plain."""
NAME_LENGTH_MAX = 120
COMMUNE = re.compile(r"(?:[0-9]{2}|2[AB])[0-9]{3}")


class State(StrEnum):
    PENDING = "pending"
    ACTIVE = "active"
    SUSPENDED = "suspended"


class Step(StrEnum):
    ACTIVATE = "activate"
    SUSPEND = "suspend"
    REINSTATE = "reinstate"


class SuspensionReason(StrEnum):
    """Why an organisation was suspended; coded, because the fact travels to every service."""

    CONTRACT_ENDED = "contract_ended"
    OWN_REQUEST = "own_request"
    SECURITY = "security"
    MISUSE = "misuse"


TRANSITIONS = MappingProxyType(
    {
        (State.PENDING, Step.ACTIVATE): State.ACTIVE,
        (State.ACTIVE, Step.SUSPEND): State.SUSPENDED,
        (State.SUSPENDED, Step.REINSTATE): State.ACTIVE,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What an organisation says of itself."""

    slug: str
    name: str
    kind: Kind
    commune: str | None = None
    rights: frozenset[Right] | None = None
    """None: the rights that come with the kind."""

    def checked(self) -> "Description":
        """The same, tidied.

        Raises:
            BadOrganisation: a part is not acceptable.
        """
        if len(self.slug) > SLUG_LENGTH_MAX or not SLUG.fullmatch(self.slug):
            raise BadOrganisation("a slug is 1 to 40 of a-z, 0-9 and single hyphens")
        name = " ".join(self.name.split())
        if not 1 <= len(name) <= NAME_LENGTH_MAX or not name.isprintable():
            raise BadOrganisation(f"a name has 1 to {NAME_LENGTH_MAX} printable characters")
        if self.commune is not None and not COMMUNE.fullmatch(self.commune):
            raise BadOrganisation("a commune is given by its INSEE code of five characters")
        return replace(self, name=name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """A legal body that takes part (French: structure, partenaire).

    `sequence` counts its facts on the directory.
    """

    id: UUID
    slug: str
    name: str
    kind: Kind
    commune: str | None
    rights: frozenset[Right]
    state: State
    sequence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationRegistered:
    organisation: UUID
    slug: str
    name: str
    kind: Kind
    commune: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationChanged:
    organisation: UUID
    slug: str
    name: str
    kind: Kind
    commune: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationActivated:
    organisation: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationSuspended:
    organisation: UUID
    reason: SuspensionReason


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationReinstated:
    organisation: UUID


OrganisationEvent = (
    OrganisationRegistered
    | OrganisationChanged
    | OrganisationActivated
    | OrganisationSuspended
    | OrganisationReinstated
)


def register(description: Description, *, new: UUID) -> tuple[Organisation, OrganisationRegistered]:
    """A new organisation, pending.

    Raises:
        BadOrganisation: the description is not acceptable.
    """
    said = description.checked()
    organisation = Organisation(
        id=new,
        slug=said.slug,
        name=said.name,
        kind=said.kind,
        commune=said.commune,
        rights=RIGHTS_OF[said.kind] if said.rights is None else said.rights,
        state=State.PENDING,
        sequence=1,
    )
    fact = OrganisationRegistered(
        organisation=new, slug=said.slug, name=said.name, kind=said.kind, commune=said.commune
    )
    return organisation, fact


def describe(
    organisation: Organisation, description: Description
) -> tuple[Organisation, OrganisationChanged | None]:
    """The organisation as described now; no fact when nothing that others know has changed.

    Raises:
        BadOrganisation: the description is not acceptable.
    """
    said = description.checked()
    rights = RIGHTS_OF[said.kind] if said.rights is None else said.rights
    changed = replace(
        organisation, name=said.name, kind=said.kind, commune=said.commune, rights=rights
    )
    if changed == replace(organisation, rights=rights):
        return changed, None
    fact = OrganisationChanged(
        organisation=organisation.id,
        slug=organisation.slug,
        name=said.name,
        kind=said.kind,
        commune=said.commune,
    )
    return replace(changed, sequence=organisation.sequence + 1), fact


def take_step(
    organisation: Organisation, step: Step, *, reason: SuspensionReason | None = None
) -> tuple[Organisation, OrganisationEvent]:
    """The organisation after the step, with the fact to tell.

    Raises:
        TransitionRefused: the table has no such step from its state.
        BadOrganisation: a suspension without its reason.
    """
    state = TRANSITIONS.get((organisation.state, step))
    if state is None:
        raise TransitionRefused(organisation.state, step)
    after = replace(organisation, state=state, sequence=organisation.sequence + 1)
    match step:
        case Step.ACTIVATE:
            return after, OrganisationActivated(organisation=organisation.id)
        case Step.REINSTATE:
            return after, OrganisationReinstated(organisation=organisation.id)
        case Step.SUSPEND if reason is not None:
            return after, OrganisationSuspended(organisation=organisation.id, reason=reason)
        case Step.SUSPEND:
            raise BadOrganisation("a suspension says why")
