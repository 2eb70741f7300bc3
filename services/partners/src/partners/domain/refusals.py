"""Every way this service says no.

    Refusal
    ├── organisations   UnknownOrganisation, BadOrganisation, TransitionRefused
    ├── access          UnknownCredential, BadGrant, LoginTaken, GrantRefused
    └── submissions     SubmissionRefused
                        ├── OrganisationNotActive, CredentialRevoked, TypeNotAllowed
                        ├── Unreadable
                        ├── NotAnIntent, UnknownType, MalformedIntent, NirRefused, ContactRefused
                        ├── CorrelationNotYours, TimeOutOfRange, IdReused
                        └── UnknownPerson

`code` is stable and documented; `detail` is for the integrator who reads it and never quotes what
was sent, because what was sent may be about someone.
"""

from collections.abc import Sequence
from dataclasses import dataclass

_PLACES_MAX = 5


class Refusal(Exception):
    """A rule says no; an answer, never retried."""

    code: str = "refused"

    def __init__(self, detail: str) -> None:
        super().__init__(f"{self.code}: {detail}")
        self.detail = detail


class UnknownOrganisation(Refusal):
    code = "unknown-organisation"

    def __init__(self) -> None:
        super().__init__("no organisation bears this name here")


class BadOrganisation(Refusal):
    code = "bad-organisation"


class TransitionRefused(Refusal):
    code = "transition-refused"

    def __init__(self, state: str, step: str) -> None:
        super().__init__(f"an organisation that is {state} cannot take the step {step}")


class UnknownCredential(Refusal):
    code = "unknown-credential"

    def __init__(self) -> None:
        super().__init__("this organisation has no such credential")


class BadGrant(Refusal):
    code = "bad-grant"


class GrantRefused(Refusal):
    code = "grant-refused"

    def __init__(self, roles: Sequence[str]) -> None:
        super().__init__(f"you cannot give these roles: {', '.join(roles)}")


class LoginTaken(Refusal):
    code = "login-taken"

    def __init__(self) -> None:
        super().__init__("this login belongs to a colleague of another organisation")


class SubmissionRefused(Refusal):
    """What was sent is not taken in; nothing of it reaches an owner."""

    code = "submission-refused"


class OrganisationNotActive(SubmissionRefused):
    code = "organisation-not-active"

    def __init__(self, state: str) -> None:
        super().__init__(f"the organisation is {state}; only an active one may submit")


class CredentialRevoked(SubmissionRefused):
    code = "credential-revoked"

    def __init__(self) -> None:
        super().__init__("this credential has been revoked")


class TypeNotAllowed(SubmissionRefused):
    code = "type-not-allowed"

    def __init__(self, event_type: str) -> None:
        super().__init__(f"this organisation has no right to send {event_type}")


class NotAnIntent(SubmissionRefused):
    code = "not-an-intent"

    def __init__(self) -> None:
        super().__init__("facts and verdicts are written by their owners; a partner sends intents")


class UnknownType(SubmissionRefused):
    code = "unknown-type"

    def __init__(self) -> None:
        super().__init__("no intent bears this type; the catalogue lists them")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with what was sent.

    `pointer` is a JSON pointer (RFC 6901) into the event; `declared` says whether its words are
    ours, and so may be repeated anywhere.
    """

    pointer: str
    detail: str
    declared: bool = True


class MalformedIntent(SubmissionRefused):
    code = "schema"

    def __init__(self, faults: Sequence[Fault]) -> None:
        places = [fault.pointer for fault in faults if fault.declared][:_PLACES_MAX]
        what = "the event does not have the form its type asks for"
        super().__init__(f"{what}: {', '.join(places)}" if places else what)
        self.faults = tuple(faults)


class NirRefused(SubmissionRefused):
    """Décret 2019-341 closes the list of uses of the NIR; this platform is not on it."""

    code = "nir-refused"

    def __init__(self) -> None:
        super().__init__("a social security number (NIR) stands in the event; it was not kept")


class ContactRefused(SubmissionRefused):
    """Contacts enter by the vault's door alone: a message travels, and others may read it."""

    code = "contact-refused"

    def __init__(self) -> None:
        super().__init__(
            "a telephone number or an e-mail address stands in the message; it was not kept"
        )


class CorrelationNotYours(SubmissionRefused):
    code = "correlation-not-yours"

    def __init__(self) -> None:
        super().__init__("correlationid is minted by the platform; leave it out")


class TimeOutOfRange(SubmissionRefused):
    code = "time-out-of-range"

    def __init__(self, days_back: int) -> None:
        super().__init__(f"time must lie in the last {days_back} days and not in the future")


class Unreadable(SubmissionRefused):
    """The bytes are no event; the code says in which way (not-json, too-large…)."""

    def __init__(self, code: str, detail: str) -> None:
        self.code = code
        super().__init__(detail)


class IdReused(SubmissionRefused):
    code = "id-reused"

    def __init__(self) -> None:
        super().__init__("this source and id were used before for another content")


class UnknownPerson(SubmissionRefused):
    code = "unknown-person"

    def __init__(self) -> None:
        super().__init__("your organisation was never given this person identifier")
