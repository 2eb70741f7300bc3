"""Which organisation may send which intent, and which role a colleague or a credential may have."""

from collections.abc import Iterable
from enum import StrEnum
from types import MappingProxyType

from partners.domain.refusals import BadGrant, GrantRefused, TypeNotAllowed


class Kind(StrEnum):
    """What an organisation is in the consortium (French: type de structure)."""

    DEPARTMENT = "department"
    FAMILY_ALLOWANCE_FUND = "family_allowance_fund"
    YOUTH_CENTRE = "youth_centre"
    FARMERS_FUND = "farmers_fund"
    EMPLOYMENT_AGENCY = "employment_agency"
    SOCIAL_ACTION_CENTRE = "social_action_centre"
    SOCIAL_SERVICES_OFFICE = "social_services_office"
    FRANCE_SERVICES = "france_services"
    COMMUNE = "commune"
    INTERCOMMUNALITY = "intercommunality"
    THIRD_PLACE = "third_place"
    LIBRARY = "library"
    ASSOCIATION = "association"
    OTHER = "other"


class Right(StrEnum):
    """What an organisation may say at the intake."""

    REFER = "refer"
    RECEIVE = "receive"
    BOOK = "book"
    HOST = "host"
    DISTRIBUTE = "distribute"
    """Hand booklets of vouchers over to persons, from a stock of its own."""


INTENTS_OF = MappingProxyType(
    {
        # A target that hands a person on refers her, as the sender did.
        Right.REFER: frozenset(
            {"maillage.intent.referral.sent.v1", "maillage.intent.referral.redirected.v1"}
        ),
        Right.RECEIVE: frozenset(
            {
                "maillage.intent.referral.accepted.v1",
                "maillage.intent.referral.refused.v1",
                "maillage.intent.referral.completed.v1",
            }
        ),
        Right.BOOK: frozenset(
            {
                "maillage.intent.booking.requested.v1",
                "maillage.intent.booking.cancelled.v1",
            }
        ),
        Right.HOST: frozenset(
            {
                "maillage.intent.place.declared.v1",
                "maillage.intent.session.declared.v1",
                "maillage.intent.session.cancelled.v1",
                "maillage.intent.attendance.recorded.v1",
                "maillage.intent.attendance.corrected.v1",
                "maillage.intent.visit.recorded.v1",
            }
        ),
        Right.DISTRIBUTE: frozenset({"maillage.intent.booklet.issued.v1"}),
    }
)

# These send people to others, and may take a seat for them; they receive nobody for digital help
# (domain.md, terms of referrals).
_SENDERS = frozenset({Kind.FAMILY_ALLOWANCE_FUND, Kind.FARMERS_FUND, Kind.EMPLOYMENT_AGENCY})

RIGHTS_OF = MappingProxyType(
    {
        kind: frozenset({Right.REFER, Right.BOOK, Right.DISTRIBUTE})
        if kind in _SENDERS
        else frozenset(Right)
        for kind in Kind
        if kind is not Kind.OTHER
    }
    | {Kind.OTHER: frozenset()}
)
"""The rights that come with the kind; an organisation may be given others by name."""


class Role(StrEnum):
    DEPARTMENT = "department"
    COORDINATOR = "coordinator"
    PROFESSIONAL = "professional"
    PARTNER_ADMINISTRATOR = "partner-administrator"
    MEDIATOR = "mediator"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    PROTECTION_OFFICER = "protection-officer"


class Scope(StrEnum):
    """What a credential may ask of the platform beyond signing in."""

    EVENTS = "events"
    """Send intents at the intake and read the answers."""
    PERSONS = "persons"
    """Deposit a person at the vault's door."""
    HISTORY = "history"
    """Say what happened at any time: imports, and the played year of the demonstration."""


ORDINARY_SCOPES = frozenset({Scope.EVENTS, Scope.PERSONS})

# The administrator of the platform is a secret in the settings and nothing else: nobody, not even
# the administrator, can make another one by HTTP.
_GRANTABLE = MappingProxyType(
    {
        Role.ADMINISTRATOR: frozenset(Role) - {Role.ADMINISTRATOR},
        Role.DEPARTMENT: frozenset(Role) - {Role.ADMINISTRATOR},
        Role.PARTNER_ADMINISTRATOR: frozenset(
            {Role.PROFESSIONAL, Role.PARTNER_ADMINISTRATOR, Role.MEDIATOR}
        ),
    }
)


def check_type_allowed(rights: frozenset[Right], event_type: str) -> None:
    """An organisation sends the intents of its rights only.

    Raises:
        TypeNotAllowed: none of its rights covers the type.
    """
    if not any(event_type in INTENTS_OF[right] for right in rights):
        raise TypeNotAllowed(event_type)


def check_grant(granter: Iterable[str], roles: Iterable[str]) -> frozenset[Role]:
    """The roles, when whoever has the roles `granter` may give them.

    Raises:
        BadGrant: no role at all, or an unknown one.
        GrantRefused: a role beyond what the granter may give.
    """
    wanted = _known(roles)
    given = {role for role in Role if role in set(granter)}
    may = frozenset().union(*(_GRANTABLE.get(role, frozenset()) for role in given))
    if beyond := sorted(wanted - may):
        raise GrantRefused(beyond)
    return wanted


def check_scopes(scopes: Iterable[str]) -> frozenset[Scope]:
    """The scopes, all known.

    Raises:
        BadGrant: an unknown one.
    """
    try:
        return frozenset(Scope(scope) for scope in scopes)
    except ValueError:
        raise BadGrant(f"scopes are: {', '.join(Scope)}") from None


def _known(roles: Iterable[str]) -> frozenset[Role]:
    try:
        wanted = frozenset(Role(role) for role in roles)
    except ValueError:
        raise BadGrant(f"roles are: {', '.join(Role)}") from None
    if not wanted:
        raise BadGrant("at least one role")
    return wanted
