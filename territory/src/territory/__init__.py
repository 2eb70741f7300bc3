"""The reference geography: communes and EPCI of Creuse (23), Corrèze (19) and Allier (03)."""

from territory.distances import nearest, road_km, straight_km
from territory.history import made_from, then, today
from territory.names import find, suggest
from territory.outlines import Ring, centre, outline, project
from territory.places import Commune, CommuneThen, Epci, Former, Near, Point
from territory.register import by_postcode, commune, communes, epci, epcis

__all__ = [
    "Commune",
    "CommuneThen",
    "Epci",
    "Former",
    "Near",
    "Point",
    "Ring",
    "by_postcode",
    "centre",
    "commune",
    "communes",
    "epci",
    "epcis",
    "find",
    "made_from",
    "nearest",
    "outline",
    "project",
    "road_km",
    "straight_km",
    "suggest",
    "then",
    "today",
]
