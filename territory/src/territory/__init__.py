"""The reference geography: communes and EPCI of Creuse (23), Corrèze (19) and Allier (03)."""

from territory.names import find, suggest
from territory.places import Commune, Epci
from territory.register import by_postcode, commune, communes, epci, epcis

__all__ = [
    "Commune",
    "Epci",
    "by_postcode",
    "commune",
    "communes",
    "epci",
    "epcis",
    "find",
    "suggest",
]
