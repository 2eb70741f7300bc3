"""Free: someone comes in to a library, and later to a workshop; no referral, no voucher."""

from contracts.journeys import FREE
from maillage.demo.play import Play, workshop
from maillage.doors import Refused
from maillage.founding.data import Place
from maillage.trouble import Trouble

LIBRARY = "library"
MEDIATOR = "mediator"
SOMEBODY = {"birth_band": "1950-1959"}


async def play(story: Play) -> str:
    """Plays it; the journey's correlation id."""
    mediator, house = library(story)
    place = (await story.place(house.reference))["place"]
    somebody = {**SOMEBODY, "commune": house.commune}
    visit = await story.step(
        f"Quelqu’un entre : « {house.name} » ; un passage de vingt minutes, sans nom",
        story.once(
            "scheduling",
            mediator,
            "/v1/visits",
            place=place,
            minutes=20,
            topics=["online_procedures"],
            autonomy="partly_autonomous",
            anonymous=somebody,
        ),
        by="scheduling",
    )
    session = await story.step(
        "La médiathèque ouvre un atelier, dans cinq minutes",
        story.once("scheduling", mediator, "/v1/sessions", **workshop(place)),
        by="scheduling",
    )
    booking = await story.step(
        "La personne s’y inscrit ; c’est le même parcours",
        story.once(
            "scheduling",
            mediator,
            "/v1/bookings",
            session=session["subject"],
            visit=visit["subject"],
            anonymous=somebody,
        ),
        by="scheduling",
    )
    await story.step(
        "L’atelier a lieu : elle est venue, sans rien à payer",
        _came(story, mediator, booking["subject"]),
        by="scheduling",
    )
    correlation = str(visit["correlation_id"])
    await story.step(
        "Le département voit le parcours : ni orientation, ni chèque, ni nom",
        story.whole(correlation, FREE),
        by="reporting",
    )
    return correlation


async def _came(story: Play, mediator: str, booking: str) -> None:
    door = await story.door("scheduling", mediator)
    body = {"status": "seen", "topics": ["online_procedures"], "minutes": 50}
    try:
        path = f"/v1/bookings/{booking}/attendance"
        await door.ask("PUT", path, json=body, until=story.deadline)
    except Refused as refused:
        # Asked a second time because the first answer was lost: it is noted.
        if refused.code != "already-recorded":
            raise


def library(story: Play) -> tuple[str, Place]:
    """A mediator of the founding data who works in a library, and that library."""
    for one in story.data.colleagues:
        for place in story.data.places:
            same = place.organisation == one.organisation
            if same and place.kind == LIBRARY and MEDIATOR in one.roles:
                return one.login, place
    raise Trouble("Aucun médiateur des données de départ ne travaille dans une médiathèque.")
