"""Every refusal as a sentence: it takes the blame, gives the way, and quotes nobody's values."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from referrals.domain.refusals import Refusal, UnknownCommune

NIR_REFUSED: Final = "nir-refused"
_NOT_YOURS: Final = "Cette orientation n'est pas adressée à votre organisation."

SENTENCES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "time-out-of-range": "La date donnée n'est pas encore passée, ou elle est trop ancienne : "
        "nous acceptons 45 jours en arrière. Pour reprendre un historique, demandez le droit "
        "« history ».",
        "own-organisation": "Une organisation ne peut pas s'orienter une personne à elle-même. "
        "Choisissez une autre organisation.",
        "organisation-not-active": "Une des organisations choisies ne reçoit plus d'orientations "
        "pour le moment. Choisissez-en une autre.",
        "caller-not-active": "Votre organisation n'est pas active, ou pas encore connue ici. Si "
        "elle vient d'être activée, réessayez dans quelques secondes.",
        "unknown-organisation": "Nous ne connaissons pas une des organisations choisies. Vérifiez "
        "son identifiant dans l'annuaire.",
        "unknown-person": "Nous ne connaissons pas cette personne pour votre organisation. "
        "Déposez-la d'abord, puis citez l'identifiant reçu.",
        "unknown-commune": "Nous n'avons pas reconnu la commune.",
        "nobody-near": "Aucune place libre n'est connue pour ce besoin et ce niveau dans les six "
        "semaines à venir. Choisissez une organisation.",
        "agreement-in-the-future": "L'accord porte une date qui n'est pas encore passée. Donnez "
        "le jour où la personne l'a donné.",
        "discarded": "La plateforme n'a pas su traiter cet envoi ; un agent l'a écarté.",
        "unknown-referral": "Nous ne connaissons pas cette orientation. Vérifiez son identifiant.",
        "not-addressed-to-you": _NOT_YOURS,
        # The same words on purpose: an answer must not tell who sent what to whom.
        "not-a-target": _NOT_YOURS,
        "already-answered": "Votre organisation a déjà répondu à cette orientation.",
        "not-accepted": "Votre organisation n'a pas pris cette personne en charge : elle ne peut "
        "pas clôturer l'orientation.",
        "already-completed": "Votre organisation a déjà clôturé cette orientation.",
        "before-sending": "La réponse porte une date antérieure à l'envoi de l'orientation.",
        "before-acceptance": "La clôture porte une date antérieure à la prise en charge.",
        "already-redirected": "Cette orientation a été réorientée : votre organisation n'est plus "
        "sollicitée.",
        "not-asked": "L'organisation à remplacer n'a pas reçu cette orientation.",
        "already-asked": "Une des organisations choisies a déjà été sollicitée pour cette "
        "orientation. Choisissez-en une autre.",
        "already-taken": "Cette organisation a pris la personne en charge : l'orientation ne peut "
        "plus être réorientée.",
        "before-answer": "La réorientation porte une date antérieure à la réponse.",
        "no-agreement": "La personne n'a pas donné son accord pour que votre organisation "
        "connaisse son nom, ou votre organisation a refusé l'orientation. Demandez à "
        "l'organisation qui oriente de recueillir cet accord.",
        "anonymous": "Aucun nom n'a été déposé pour cette personne.",
        "name-closed-by-refusal": "Votre organisation a refusé l'orientation : le nom ne lui est "
        "plus ouvert.",
        "name-closed-by-redirection": "Votre organisation n'est plus sollicitée : le nom ne lui "
        "est plus ouvert.",
        "name-not-for-you": "Votre rôle ne permet pas de lire les noms.",
        NIR_REFUSED: "Un numéro de sécurité sociale (NIR) figure dans cet envoi. Nous ne le "
        "conservons nulle part : retirez-le et recommencez.",
    }
)


def sentence(refusal: Refusal) -> str:
    """What to tell whoever asked."""
    if isinstance(refusal, UnknownCommune):
        return f"{SENTENCES[refusal.code]}{_suggestion(refusal)}"
    return SENTENCES[refusal.code]


def sentence_of(code: str) -> str:
    """The same by its code, when the refusal itself is not at hand (a wait that ended)."""
    return SENTENCES[code]


def sentence_about(refusal: UnknownCommune) -> str:
    """The same, quoting what was typed: only for the page of whoever typed it."""
    return f"Nous n'avons pas reconnu la commune « {refusal.given} ».{_suggestion(refusal)}"


def _suggestion(refusal: UnknownCommune) -> str:
    if not refusal.nearest:
        return " Donnez son nom en entier ou son code Insee."
    *others, last = refusal.nearest
    meant = f"{', '.join(others)} ou {last}" if others else last
    return f" Vouliez-vous dire {meant} ?"
