"""The sentences of vouchers' refusals, in French: for pages, problems and verdicts alike."""

from types import MappingProxyType
from typing import Final

_SENTENCES: Final = MappingProxyType(
    {
        "time-out-of-range": "La date est en avance, ou remonte à plus de 45 jours.",
        "organisation-not-active": "L'organisation n'est pas active aujourd'hui.",
        "unknown-organisation": "Nous ne connaissons pas cette organisation.",
        "unknown-programme": "Nous ne connaissons pas ce dispositif.",
        "calendar-disordered": "La validité finit avant le délai de grâce, et celui-ci avant "
        "l'arrêté des pass non utilisés.",
        "unknown-order": "Nous ne connaissons pas cette commande.",
        "wrong-step": "La commande n'en est pas à cette étape.",
        "split-negative": "Avec ces parts, un pass coûterait moins que rien à un financeur : "
        "choisissez une valeur plus grande ou des parts plus simples.",
        "same-person": "Une autre personne doit approuver ce que vous avez proposé.",
        "payment-order-twice": "Ce mandat est déjà enregistré pour cet exercice.",
        "above-face-value": "Le montant dépasse ce qu'il reste à financer de la commande.",
        "unknown-proposal": "Nous ne connaissons pas cette proposition.",
        "stocks-differ": "Les carnets répartis ne font pas le compte de la commande.",
        "unknown-place": "Nous ne connaissons pas ce lieu.",
        "unknown-label": "Le lieu n'a pas de label qui court jusqu'à ce jour.",
        "label-overlaps": "Le lieu accepte déjà ces pass pendant une partie de ces jours.",
        "withdrawn-before-today": "Un retrait ne prend jamais effet avant aujourd'hui.",
        "no-stock": "Il ne vous reste aucun carnet de ce dispositif.",
        "unknown-referral": "Nous ne connaissons pas cette orientation.",
        "other-person": "Cette orientation concerne une autre personne.",
        "not-your-referral": "Cette orientation n'a pas été envoyée par vous, ni à vous.",
        "validity-over": "Les pass de ce dispositif ne sont plus valables.",
        "no-booklet": "La personne n'avait pas de pass utilisable ce jour-là.",
        "place-not-labelled": "Le lieu n'acceptait pas ces pass ce jour-là.",
        "statement-closed": "L'état des pass non utilisés est établi : plus aucun n'est payé.",
        "statement-proposed": "L'état est déjà proposé : une autre personne doit l'approuver.",
        "grace-running": "Le délai de grâce court encore : des pass peuvent encore servir.",
        "cut-off-ahead": "Le registre n'en est pas encore à cette opération.",
        "unknown-settlement": "Nous ne connaissons pas ce décompte, ou il n'est pas le vôtre.",
        "discarded": "La plateforme n'a pas pu traiter cette demande.",
    }
)


def sentence(code: str) -> str:
    """What the code means, for people; the code itself where it is not one of ours."""
    return _SENTENCES.get(code, code)
