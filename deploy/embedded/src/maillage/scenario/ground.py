"""Who lives where and how far from help: populations and roads of the territory."""

import math
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

import territory
from maillage.founding.data import Place

# How the wish to go somewhere fades with the road: to a third every twelve kilometres.
FADES_KM: Final = 12.0
FAR_KM: Final = 45.0
CHOICES: Final = 4


@cache
def inhabitants(department: str) -> Mapping[str, float]:
    """Population of each commune, by its code."""
    return {one.code: float(one.population) for one in territory.communes(department)}


@cache
def road(one: str, other: str) -> float:
    """Kilometres by road, an estimate; of unknown communes, out of reach."""
    return 0.0 if one == other else territory.road_km(one, other) or math.inf


@cache
def around(commune: str) -> Mapping[str, float]:
    """From where people come to a place in the commune: near and populous communes first."""
    near = {
        code: people * math.exp(-road(commune, code) / FADES_KM)
        for code, people in inhabitants(commune[:2]).items()
        if road(commune, code) < FAR_KM
    }
    return near or {commune: 1.0}


def choices(commune: str, places: Sequence[Place]) -> dict[Place, float]:
    """The nearest places for someone of the commune, the nearest the likeliest."""
    nearest = sorted(places, key=lambda one: (road(commune, one.commune), one.reference))
    return {one: math.exp(-road(commune, one.commune) / FADES_KM) for one in nearest[:CHOICES]}
