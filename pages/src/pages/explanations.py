"""What went wrong, told to the person before the page: what happened, and what to do now."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    title: str
    what_happened: str
    what_to_do: str


_BY_STATUS: Final = MappingProxyType(
    {
        400: Explanation(
            title="Nous n'avons pas compris cette demande",
            what_happened="L'adresse ou le formulaire envoyé est incomplet.",
            what_to_do="Revenez à la page précédente et recommencez.",
        ),
        401: Explanation(
            title="Identifiez-vous pour continuer",
            what_happened="Cette page demande de savoir qui vous êtes.",
            what_to_do="Identifiez-vous : vous reviendrez ensuite à cette page.",
        ),
        403: Explanation(
            title="Cette page n'est pas ouverte à votre compte",
            what_happened="Elle contient des informations réservées à d'autres rôles ou à une "
            "autre organisation.",
            what_to_do="Si vous devez y accéder, demandez-le à la personne qui gère les comptes "
            "de votre organisation.",
        ),
        404: Explanation(
            title="Nous n'avons pas trouvé cette page",
            what_happened="L'adresse est peut-être incomplète, ou ce dossier n'existe plus.",
            what_to_do="Vérifiez l'adresse, ou repartez de l'accueil du service.",
        ),
        409: Explanation(
            title="Ce dossier a changé entre-temps",
            what_happened="Une autre personne l'a modifié pendant que vous travailliez.",
            what_to_do="Relisez le dossier, puis recommencez si c'est toujours utile.",
        ),
        413: Explanation(
            title="Cet envoi est trop lourd pour nous",
            what_happened="Nous n'avons rien enregistré.",
            what_to_do="Envoyez-le en plusieurs parties plus petites.",
        ),
        429: Explanation(
            title="Nous recevons trop de demandes à la fois",
            what_happened="Nous n'avons pas traité la vôtre.",
            what_to_do="Attendez une minute, puis recommencez.",
        ),
        500: Explanation(
            title="Une erreur est survenue de notre côté",
            what_happened="Vous n'y êtes pour rien. L'erreur est consignée.",
            what_to_do="Recommencez dans quelques minutes ; si l'erreur persiste, appelez-nous.",
        ),
        503: Explanation(
            title="Le service est momentanément indisponible",
            what_happened="Il redémarre ou attend une autre partie de la plateforme. "
            "Rien n'est perdu.",
            what_to_do="Recommencez dans une minute.",
        ),
    }
)


def explain(status: int) -> Explanation:
    """The kind sentences for an HTTP status; an unlisted one reads as 400 or 500."""
    known = _BY_STATUS.get(status)
    if known is not None:
        return known
    return _BY_STATUS[500 if status >= 500 else 400]  # noqa: PLR2004 - server's fault or request's
