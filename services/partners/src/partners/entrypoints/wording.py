"""What people read, in French: states, kinds of sending, reasons, roles, kinds of organisation."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from contracts import codes
from partners.domain.organisation import TRANSITIONS, State, Step
from partners.domain.submission import Submission, SubmissionState

STATES: Final = MappingProxyType(
    {
        SubmissionState.RECEIVED: ("En attente", "neutral"),
        SubmissionState.ACCEPTED: ("Accepté", "done"),
        SubmissionState.REFUSED: ("Refusé", "late"),
    }
)

ORGANISATION_STATES: Final = MappingProxyType(
    {
        State.PENDING: ("À activer", "watch"),
        State.ACTIVE: ("Active", "done"),
        State.SUSPENDED: ("Suspendue", "late"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepWords:
    """What a step on an organisation is called, and what it will do."""

    button: str
    title: str
    consequence: str


STEPS: Final = MappingProxyType(
    {
        Step.ACTIVATE: StepWords(
            button="Activer l'organisation",
            title="Activer",
            consequence="Elle pourra envoyer et recevoir, et ses collègues pourront se connecter.",
        ),
        Step.SUSPEND: StepWords(
            button="Suspendre l'organisation",
            title="Suspendre",
            consequence=(
                "Ses envois seront refusés dès maintenant, et les autres services la tiendront "
                "pour suspendue dans les secondes qui suivent. Rien n'est effacé : vous pourrez "
                "la rétablir."
            ),
        ),
        Step.REINSTATE: StepWords(
            button="Rétablir l'organisation",
            title="Rétablir",
            consequence="Elle pourra de nouveau envoyer et recevoir, comme avant la suspension.",
        ),
    }
)
STEPS_FROM: Final = MappingProxyType(
    {state: [(step, STEPS[step]) for at, step in TRANSITIONS if at is state] for state in State}
)
"""The steps offered in each state: those of the transition table."""

TYPES: Final = MappingProxyType(
    {
        "maillage.intent.referral.sent.v1": "Orientation d'une personne",
        "maillage.intent.referral.accepted.v1": "Orientation acceptée",
        "maillage.intent.referral.refused.v1": "Orientation refusée",
        "maillage.intent.referral.completed.v1": "Suite donnée à une orientation",
        "maillage.intent.referral.redirected.v1": "Réorientation d'une personne",
        "maillage.intent.place.declared.v1": "Lieu déclaré",
        "maillage.intent.session.declared.v1": "Séance déclarée",
        "maillage.intent.session.cancelled.v1": "Séance annulée",
        "maillage.intent.booking.requested.v1": "Réservation demandée",
        "maillage.intent.booking.cancelled.v1": "Réservation annulée",
        "maillage.intent.attendance.recorded.v1": "Présence notée",
        "maillage.intent.attendance.corrected.v1": "Présence corrigée",
        "maillage.intent.visit.recorded.v1": "Passage sans rendez-vous",
        "maillage.intent.booklet.issued.v1": "Carnet de chèques remis",
    }
)

_UNREADABLE: Final = "Nous n'avons pas pu lire cet envoi : il n'a pas la forme d'un événement."

REASONS: Final = MappingProxyType(
    {
        # the door's own refusals
        "organisation-not-active": "Votre organisation n'était pas active au moment de l'envoi.",
        "type-not-allowed": "Votre organisation n'a pas le droit d'envoyer ce type d'événement.",
        "not-an-intent": "Ce type d'événement est réservé aux services de la plateforme.",
        "unknown-type": "Nous ne connaissons pas ce type d'événement.",
        "schema": "Le contenu n'a pas la forme attendue pour ce type d'événement.",
        "nir-refused": (
            "L'envoi contenait un numéro de sécurité sociale. Nous ne l'avons pas gardé : "
            "retirez-le, puis envoyez de nouveau."
        ),
        "contact-refused": (
            "Le message contenait un numéro de téléphone ou une adresse de courriel. Nous ne "
            "l'avons pas gardé : retirez-les, puis envoyez de nouveau."
        ),
        "correlation-not-yours": (
            "L'envoi portait un identifiant de parcours : la plateforme le donne elle-même."
        ),
        "time-out-of-range": "La date de l'envoi est à venir, ou remonte à plus de 45 jours.",
        "id-reused": "Cet identifiant a déjà servi pour un autre contenu.",
        "unknown-person": (
            "Nous ne connaissons pas cette personne sous cet identifiant. "
            "Déposez d'abord son identité, puis envoyez de nouveau."
        ),
        "too-large": "L'envoi est trop lourd : 64 Kio au plus.",
        # the owners' refusals
        "own-organisation": "Une organisation ne s'oriente pas une personne à elle-même.",
        "unknown-organisation": "Une organisation destinataire n'est pas connue ici.",
        "unknown-commune": "Nous n'avons pas reconnu la commune.",
        "agreement-in-the-future": "L'accord de la personne est daté d'un jour à venir.",
        "discarded": "La plateforme n'a pas su traiter cet envoi ; un agent l'a écarté.",
        "unknown-referral": "Nous ne connaissons pas cette orientation.",
        "not-addressed-to-you": "Cette orientation n'est pas adressée à votre organisation.",
        "not-a-target": "Cette orientation n'est pas adressée à votre organisation.",
        "already-answered": "Votre organisation avait déjà répondu à cette orientation.",
        "not-accepted": "Cette orientation n'avait pas été acceptée.",
        "already-completed": "La suite donnée était déjà connue.",
        "before-sending": "La réponse est datée d'avant l'orientation.",
        "already-redirected": "Votre organisation n'était plus sollicitée pour cette orientation.",
        "not-asked": "L'organisation à remplacer n'avait pas reçu cette orientation.",
        "already-asked": "Une des organisations choisies avait déjà été sollicitée.",
        "already-taken": "L'organisation à remplacer avait pris la personne en charge.",
        "before-answer": "La réorientation est datée d'avant la réponse.",
        "before-acceptance": "La suite donnée est datée d'avant l'acceptation.",
    }
)

ROLES: Final = MappingProxyType({code.value: code.label for code in codes.Role})
KINDS: Final = MappingProxyType({code.value: code.label for code in codes.OrganisationKind})
SUSPENSIONS: Final = MappingProxyType({code.value: code.label for code in codes.SuspensionReason})


def reason(code: str | None) -> str:
    """The refusal in words; of a code too new for us, the code itself."""
    if code is None:
        return ""
    return REASONS.get(code) or (_UNREADABLE if code in _CODEC else f"Motif : {code}")


_CODEC: Final = frozenset(
    {"not-json", "not-an-object", "not-an-event", "missing-attribute", "bad-attribute"}
    | {"bad-data", "bad-encoding", "nul-character", "too-deep"}
)


def name_of(submission: Submission) -> str:
    """What people call it: their own reference, else their event's id, else the end of ours."""
    event_id = submission.event_id or ""
    short = event_id if len(event_id) <= _NAME_LENGTH_MAX else None
    return submission.partner_reference or short or f"dépôt …{submission.id.hex[-8:]}"


# An UUID would take six lines of a table's narrow column, and nobody reads it out.
_NAME_LENGTH_MAX: Final = 24


def kind_of_sending(event_type: str | None) -> str:
    """What was sent, in words."""
    return TYPES.get(event_type or "", event_type or "Envoi illisible")
