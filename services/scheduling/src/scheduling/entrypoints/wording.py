"""Every refusal as a sentence: it takes the blame, gives the way, and quotes nobody's values."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from scheduling.domain.refusals import Refusal

SENTENCES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "time-out-of-range": "La date donnée n'est pas encore passée, ou elle est trop ancienne : "
        "nous acceptons 45 jours en arrière. Pour reprendre un historique, demandez le droit "
        "« history ».",
        "unknown-organisation": "Votre organisation n'est pas active, ou pas encore connue ici. Si "
        "elle vient d'être activée, réessayez dans quelques secondes.",
        "organisation-not-active": "L'organisation est suspendue : elle ne tient plus de séances "
        "et ne réserve plus pour le moment.",
        "unknown-place": "Nous ne connaissons pas ce lieu. Vérifiez son identifiant.",
        "not-your-place": "Ce lieu est tenu par une autre organisation : elle seule peut le faire.",
        "place-closed": "Ce lieu est fermé. Choisissez-en un autre, ou déclarez-le sous une autre "
        "référence.",
        "reference-taken": "Ce lieu a déjà une autre référence, qui ne change pas. Reprenez-la.",
        "unknown-commune": "Nous n'avons pas reconnu la commune. Donnez son code Insee.",
        "sessions-to-come": "Des séances sont encore prévues dans ce lieu. Annulez-les d'abord.",
        "unknown-session": "Nous ne connaissons pas cette séance. Vérifiez son identifiant.",
        "session-cancelled": "Cette séance est annulée. Choisissez-en une autre.",
        "bad-hours": "La séance finit avant de commencer. Corrigez ses heures.",
        "session-too-long": "Une séance dure deux heures au plus. Faites-en deux séances.",
        "session-in-the-past": "Le jour de cette séance est passé. Donnez un jour à venir.",
        "one-seat-only": "Un rendez-vous individuel a une seule place. Pour plusieurs personnes, "
        "déclarez un atelier.",
        "unknown-mediator": "Nous ne connaissons pas ce médiateur. Vérifiez son identifiant.",
        "not-your-mediator": "Ce médiateur travaille pour une autre organisation.",
        "mediator-busy": "Ce médiateur tient déjà une autre séance à ces heures. Changez les "
        "heures ou choisissez quelqu'un d'autre.",
        "already-held": "La présence d'une personne est déjà notée : cette séance a eu lieu, elle "
        "ne peut plus être annulée.",
        "unknown-booking": "Nous ne connaissons pas cette réservation. Vérifiez son identifiant.",
        "ask-the-place": "Ce lieu inscrit lui-même. Appelez-le, ou orientez la personne vers lui.",
        "session-begun": "Cette séance a commencé : seul le lieu peut encore y changer quelque "
        "chose.",
        "session-over": "Cette séance est finie. Choisissez-en une autre.",
        "no-seat-left": "Il n'y a plus de place dans cette séance. Choisissez-en une autre.",
        "already-booked": "Cette personne a déjà une place, réservée ou gardée, dans cette séance.",
        "unknown-person": "Nous ne connaissons pas cette personne pour votre organisation. "
        "Déposez-la d'abord, puis citez l'identifiant reçu.",
        "unknown-referral": "Nous ne connaissons pas cette orientation. Vérifiez son identifiant.",
        "referral-not-yours": "Cette orientation n'a été ni envoyée par votre organisation ni "
        "adressée à elle.",
        "referral-of-another": "Cette orientation concerne une autre personne que celle que vous "
        "citez.",
        "unknown-visit": "Nous ne connaissons pas ce passage. Vérifiez son identifiant.",
        "visit-not-yours": "Ce passage n'a pas été noté par votre organisation, ou concerne une "
        "autre personne que celle que vous citez.",
        "not-your-booking": "Cette réservation n'a pas été faite par votre organisation, et la "
        "séance n'a pas lieu chez elle.",
        "booking-cancelled": "Cette réservation est annulée. Réservez de nouveau si la personne "
        "vient.",
        "unknown-hold": "Nous ne connaissons pas cette place gardée. Vérifiez son identifiant.",
        "not-your-hold": "Cette place est gardée par une autre organisation.",
        "hold-lapsed": "Le quart d'heure est passé : la place n'était plus gardée, et nous ne "
        "l'avons pas réservée. Reprenez-la si elle est encore libre.",
        "hold-released": "Cette place a été rendue. Reprenez-la si elle est encore libre.",
        "hold-confirmed": "Cette place est réservée. Annulez la réservation si la personne ne "
        "vient pas.",
        "too-early": "La séance n'a pas commencé : la présence se note à partir d'une demi-heure "
        "avant.",
        "before-booking": "La date donnée est antérieure à la dernière étape de cette réservation.",
        "already-recorded": "La présence est déjà notée. Pour la changer, corrigez-la.",
        "not-recorded": "Aucune présence n'est encore notée : il n'y a rien à corriger.",
        "discarded": "La plateforme n'a pas su traiter cet envoi ; un agent l'a écarté.",
    }
)


def sentence(refusal: Refusal) -> str:
    """What to tell whoever asked."""
    return SENTENCES[refusal.code]


def sentence_of(code: str) -> str:
    """The same by its code, when the refusal itself is not at hand (a wait that ended)."""
    return SENTENCES[code]
