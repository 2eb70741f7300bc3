"""The code lists that messages use, each with its French labels and its version.

Sources are named at each list. A list marked extensible may gain codes under the same message
version: readers keep an "other" branch for codes that they do not know.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Self

from pydantic import GetJsonSchemaHandler
from pydantic_core import CoreSchema


class Code(StrEnum):
    """One code of a list: the value travels, the label is shown."""

    label: str

    def __new__(cls, value: str, label: str) -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        schema = handler.resolve_ref_schema(handler(core_schema))
        schema["x-extensible"] = CODE_LISTS_BY_CLASS[cls].extensible
        schema["x-labels"] = {code.value: code.label for code in cls}
        return schema


class Need(Code):
    """Besoin: topics of La Coop de la médiation numérique, with data·inclusion's equipment."""

    ASSESSMENT = "assessment", "Faire le point sur ses compétences numériques"
    DEVICE_FIRST_STEPS = (
        "device_first_steps",
        "Prendre en main un ordinateur, une tablette ou un téléphone",
    )
    DEVICE_PURCHASE = "device_purchase", "Acquérir un équipement"
    DEVICE_CARE = "device_care", "Entretenir son matériel"
    CONNECTION = "connection", "Accéder à une connexion Internet"
    BROWSING = "browsing", "Naviguer sur Internet"
    EMAIL = "email", "Utiliser une boîte de courriel"
    FILES = "files", "Gérer ses contenus numériques"
    OFFICE_SOFTWARE = "office_software", "Utiliser la bureautique"
    SOCIAL_NETWORKS = "social_networks", "Réseaux sociaux et communication"
    ONLINE_PROCEDURES = "online_procedures", "Aide aux démarches administratives en ligne"
    HEALTH = "health", "Démarches de santé en ligne"
    BANKING_AND_SHOPPING = "banking_and_shopping", "Banque et achats en ligne"
    EMPLOYMENT = "employment", "Insertion professionnelle"
    BUSINESS = "business", "Accompagner une activité professionnelle"
    SECURITY = "security", "Prévention et sécurité numérique"
    PARENTING = "parenting", "Parentalité et numérique"
    SCHOOLING = "schooling", "Scolarité et numérique"
    CREATION = "creation", "Créer avec le numérique"
    DIGITAL_CULTURE = "digital_culture", "Culture numérique"
    ARTIFICIAL_INTELLIGENCE = "artificial_intelligence", "Intelligence artificielle"


class Level(Code):
    """Niveau: the three levels of La Coop's workshops."""

    BEGINNER = "beginner", "Débutant"
    INTERMEDIATE = "intermediate", "Intermédiaire"
    ADVANCED = "advanced", "Avancé"


class Urgency(Code):
    """Urgence: which ladder of reminders a referral follows."""

    ORDINARY = "ordinary", "Ordinaire"
    URGENT = "urgent", "Urgente"


class Channel(Code):
    """Canal: how the person gave the agreement to share (after Aidants Connect)."""

    IN_PRESENCE = "in_presence", "De vive voix, en présence"
    PHONE = "phone", "Par téléphone"
    PAPER = "paper", "Sur papier"
    SMS = "sms", "Par SMS"


class AgreementScope(Code):
    """Portée de l'accord: with whom the person's name may be shared."""

    RECEIVING_ORGANISATIONS = (
        "receiving_organisations",
        "Les organisations destinataires de l’orientation",
    )
    CONSORTIUM = "consortium", "Toutes les organisations du consortium qui m’accompagnent"


class RefusalReason(Code):
    """Motif de refus: the reasons of DORA's referral form."""

    NOT_REACHABLE = "not_reachable", "Bénéficiaire non joignable"
    DID_NOT_COME = "did_not_come", "Bénéficiaire ne s’étant pas présenté à l’entretien"
    IN_EMPLOYMENT = "in_employment", "Bénéficiaire indisponible : en emploi"
    IN_TRAINING = "in_training", "Bénéficiaire indisponible : en formation"
    NOT_ELIGIBLE = "not_eligible", "Bénéficiaire non éligible (ne répond pas aux prérequis)"
    NOT_MOBILE = "not_mobile", "Bénéficiaire non mobile"
    NOT_INTERESTED = "not_interested", "Bénéficiaire non intéressé"
    BARRIERS = (
        "barriers",
        "Un ou plusieurs freins périphériques empêchent le bénéficiaire de poursuivre",
    )
    SESSION_FULL = "session_full", "Session complète"
    DUPLICATE = "duplicate", "Orientation en doublon"
    OTHER = "other", "Autre (détails dans le message)"


class RedirectReason(Code):
    """Motif de réorientation: why another organisation is asked in the place of one."""

    NO_ANSWER = "no_answer", "Sans réponse de l’organisation sollicitée"
    REFUSED = "refused", "Refus de l’organisation sollicitée"
    TOO_FAR = "too_far", "Trop loin pour la personne"
    BETTER_PLACED = "better_placed", "Une autre organisation est mieux placée"
    OTHER = "other", "Autre"


class Outcome(Code):
    """Suite donnée: what came of a referral. Wanting no training is an outcome, no failure."""

    AUTONOMOUS = "autonomous", "Autonome"
    HELPED_TO_DO = "helped_to_do", "Aidée à faire"
    NEEDS_MORE = "needs_more", "A besoin de davantage"
    WANTS_NO_TRAINING = "wants_no_training", "Ne souhaite pas se former"
    NOT_REACHABLE = "not_reachable", "Non joignable"


class BirthBand(Code):
    """Tranche de naissance: ten years of birth, all that travels of a person's age."""

    BEFORE_1920 = "before-1920", "Avant 1920"
    FROM_1920 = "1920-1929", "De 1920 à 1929"
    FROM_1930 = "1930-1939", "De 1930 à 1939"
    FROM_1940 = "1940-1949", "De 1940 à 1949"
    FROM_1950 = "1950-1959", "De 1950 à 1959"
    FROM_1960 = "1960-1969", "De 1960 à 1969"
    FROM_1970 = "1970-1979", "De 1970 à 1979"
    FROM_1980 = "1980-1989", "De 1980 à 1989"
    FROM_1990 = "1990-1999", "De 1990 à 1999"
    FROM_2000 = "2000-2009", "De 2000 à 2009"
    FROM_2010 = "2010-2019", "De 2010 à 2019"
    FROM_2020 = "2020-2029", "De 2020 à 2029"
    UNKNOWN = "unknown", "Non communiquée"


def birth_band(year: int) -> BirthBand:
    """The band of a year of birth.

    Raises:
        KeyError: The year lies after the last band.
    """
    first = year - year % 10
    earliest = 1920
    return BirthBand.BEFORE_1920 if year < earliest else BirthBand[f"FROM_{first}"]


class OrganisationKind(Code):
    """Type de structure: data·inclusion's networks and La Coop's kinds, as the consortium needs."""

    DEPARTMENT = "department", "Département"
    FAMILY_ALLOWANCE_FUND = "family_allowance_fund", "Caisse d’allocations familiales"
    YOUTH_CENTRE = "youth_centre", "Mission locale"
    FARMERS_FUND = "farmers_fund", "Mutualité sociale agricole"
    EMPLOYMENT_AGENCY = "employment_agency", "France Travail"
    SOCIAL_ACTION_CENTRE = "social_action_centre", "CCAS ou CIAS"
    SOCIAL_SERVICES_OFFICE = "social_services_office", "Maison des solidarités"
    FRANCE_SERVICES = "france_services", "France Services"
    COMMUNE = "commune", "Commune"
    INTERCOMMUNALITY = "intercommunality", "Intercommunalité"
    THIRD_PLACE = "third_place", "Tiers-lieu"
    LIBRARY = "library", "Médiathèque"
    ASSOCIATION = "association", "Association"
    OTHER = "other", "Autre"


class PlaceKind(Code):
    """Type de lieu: where help is given, after the typologies of the médiation numérique schema."""

    THIRD_PLACE = "third_place", "Tiers-lieu"
    LIBRARY = "library", "Médiathèque"
    FRANCE_SERVICES = "france_services", "France Services"
    TOWN_HALL = "town_hall", "Mairie"
    SOCIAL_ACTION_CENTRE = "social_action_centre", "CCAS ou CIAS"
    SOCIAL_SERVICES_OFFICE = "social_services_office", "Maison des solidarités"
    SOCIAL_CENTRE = "social_centre", "Centre social"
    ASSOCIATION = "association", "Association"
    BUS = "bus", "Bus numérique"
    OTHER = "other", "Autre"


class SessionKind(Code):
    """Type de séance: several learn together, or one is helped alone."""

    WORKSHOP = "workshop", "Atelier"
    ONE_TO_ONE = "one_to_one", "Rendez-vous individuel"


class SessionCancellation(Code):
    """Motif d'annulation d'une séance."""

    MEDIATOR_ABSENT = "mediator_absent", "Médiateur indisponible"
    TOO_FEW = "too_few", "Trop peu d’inscrits"
    PLACE_CLOSED = "place_closed", "Lieu fermé"
    WEATHER = "weather", "Intempéries"
    MISTAKE = "mistake", "Séance déclarée par erreur"
    OTHER = "other", "Autre"


class BookingCancellation(Code):
    """Motif d'annulation d'une réservation."""

    BY_PERSON = "by_person", "À la demande de la personne"
    BY_BOOKER = "by_booker", "Par qui a réservé"
    BY_PLACE = "by_place", "Par le lieu"
    SESSION_CANCELLED = "session_cancelled", "Séance annulée"
    DUPLICATE = "duplicate", "Réservation en double"
    OTHER = "other", "Autre"


class AttendanceStatus(Code):
    """Présence: whether the person was there. Who could not come is not blamed."""

    SEEN = "seen", "Venue"
    MISSED = "missed", "N’a pas pu venir"
    EXCUSED = "excused", "Excusée"


class Autonomy(Code):
    """Autonomie: how much the person did alone, as La Coop de la médiation numérique asks it."""

    FULLY_ACCOMPANIED = "fully_accompanied", "Entièrement accompagnée"
    PARTLY_AUTONOMOUS = "partly_autonomous", "Partiellement autonome"
    AUTONOMOUS = "autonomous", "Autonome"


class SuspensionReason(Code):
    """Motif de suspension d'une organisation partenaire."""

    CONTRACT_ENDED = "contract_ended", "Convention terminée"
    OWN_REQUEST = "own_request", "À la demande de l’organisation"
    SECURITY = "security", "Identifiants compromis"
    MISUSE = "misuse", "Usage contraire à la convention"


class Role(Code):
    """Rôle d'une personne qui se connecte."""

    DEPARTMENT = "department", "Département"
    COORDINATOR = "coordinator", "Coordinateur"
    PROFESSIONAL = "professional", "Professionnel"
    PARTNER_ADMINISTRATOR = "partner-administrator", "Administrateur de l’organisation"
    MEDIATOR = "mediator", "Médiateur numérique"
    AUDITOR = "auditor", "Auditeur"
    ADMINISTRATOR = "administrator", "Administrateur de la plateforme"
    PROTECTION_OFFICER = "protection-officer", "Délégué à la protection des données"


class Door(Code):
    """Porte: by which way a submission came in."""

    HTTP = "http", "HTTP"
    KAFKA = "kafka", "Kafka"


class LabelEndReason(Code):
    """Motif de retrait d'un label."""

    OWN_REQUEST = "own_request", "À la demande du lieu"
    CLOSED = "closed", "Lieu fermé"
    CRITERIA = "criteria", "Critères du dispositif non remplis"
    MISUSE = "misuse", "Usage contraire au règlement du dispositif"


class HoldReleaseReason(Code):
    """Motif de libération d'un montant retenu pour un rendez-vous."""

    CANCELLED = "cancelled", "Rendez-vous annulé"
    MISSED = "missed", "La personne n’a pas pu venir"
    EXCUSED = "excused", "La personne avait prévenu"
    NOT_PRESENTED = "not_presented", "Aucun pass présenté"
    LABEL_ENDED = "label_ended", "Le lieu n’acceptait plus les pass ce jour-là"
    EXPIRED = "expired", "L’état des pass non utilisés est établi"


class ReversalReason(Code):
    """Motif d’annulation de l’encaissement d’un pass."""

    MISSED = "missed", "La personne n’était pas venue"
    EXCUSED = "excused", "La personne avait prévenu"
    NOT_PRESENTED = "not_presented", "Aucun pass n’avait été présenté"


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeList:
    """A list as it is served: its name, its version, its codes in the order of display."""

    name: str
    title: str
    codes: type[Code]
    version: str = "1"
    extensible: bool = True

    def __iter__(self) -> Iterator[Code]:
        return iter(self.codes)


CODE_LISTS: Final = (
    CodeList(name="needs", title="Besoins", codes=Need),
    CodeList(name="levels", title="Niveaux", codes=Level, extensible=False),
    CodeList(name="urgencies", title="Urgences", codes=Urgency, extensible=False),
    CodeList(name="channels", title="Canaux", codes=Channel),
    CodeList(name="agreement-scopes", title="Portées de l’accord", codes=AgreementScope),
    CodeList(name="refusal-reasons", title="Motifs de refus", codes=RefusalReason),
    CodeList(name="redirect-reasons", title="Motifs de réorientation", codes=RedirectReason),
    CodeList(name="outcomes", title="Suites données", codes=Outcome),
    CodeList(name="birth-bands", title="Tranches de naissance", codes=BirthBand),
    CodeList(name="organisation-kinds", title="Types d’organisation", codes=OrganisationKind),
    CodeList(name="place-kinds", title="Types de lieu", codes=PlaceKind),
    CodeList(name="session-kinds", title="Types de séance", codes=SessionKind, extensible=False),
    CodeList(
        name="session-cancellations",
        title="Motifs d’annulation d’une séance",
        codes=SessionCancellation,
    ),
    CodeList(
        name="booking-cancellations",
        title="Motifs d’annulation d’une réservation",
        codes=BookingCancellation,
    ),
    CodeList(
        name="attendance-statuses", title="Présences", codes=AttendanceStatus, extensible=False
    ),
    CodeList(name="autonomies", title="Autonomies", codes=Autonomy, extensible=False),
    CodeList(name="suspension-reasons", title="Motifs de suspension", codes=SuspensionReason),
    CodeList(name="label-end-reasons", title="Motifs de retrait d’un label", codes=LabelEndReason),
    CodeList(
        name="hold-release-reasons",
        title="Motifs de libération d’un pass",
        codes=HoldReleaseReason,
        extensible=False,
    ),
    CodeList(
        name="reversal-reasons",
        title="Motifs d’annulation d’un encaissement",
        codes=ReversalReason,
        extensible=False,
    ),
    CodeList(name="roles", title="Rôles", codes=Role),
    CodeList(name="doors", title="Portes", codes=Door),
)
CODE_LISTS_BY_CLASS: Final = {each.codes: each for each in CODE_LISTS}
_BY_NAME: Final = {each.name: each for each in CODE_LISTS}


def code_list(name: str) -> CodeList:
    """The list of that name.

    Raises:
        KeyError: There is none.
    """
    return _BY_NAME[name]
