"""One rendered sample of every component, with the longest words it must bear."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pages
from pages import charts

NOW = datetime(2026, 11, 24, 13, 5, tzinfo=UTC)
SAMPLES = Path(__file__).parent / "samples"
FRAME = pages.Frame(
    service="Orientations",
    path="/",
    now=NOW,
    platform_state="Tout fonctionne. Dernier événement reçu il y a 4 s.",
    navigation=(
        pages.Link(label="Reçues", href="/"),
        pages.Link(label="Envoyées", href="/sent"),
        pages.Link(label="Messages en attente", href="/waiting"),
    ),
    reader=pages.Reader(
        name="Claire Dubois", acting_for="CAF de la Creuse", sign_out_url="/sign-out"
    ),
    search_url="/search",
    consortium="Consortium d'e-inclusion de la Creuse",
    help_phone="05 36 49 00 00",
    accessibility_url="/accessibilite",
    demonstration=True,
)


def row(reference: str, need: str, state_word: str, tone: str, days: int) -> dict[str, Any]:
    return {
        "reference": reference,
        "need": need,
        "state_word": state_word,
        "tone": tone,
        "sent_at": NOW - timedelta(days=days, hours=3),
        "targets": days,
    }


ROWS = [
    row("7K4M-29QX", "Faire sa déclaration trimestrielle à la CAF", "En retard", "late", 12),
    row("P3ZD-81RW", "Écrire et lire des courriels", "À surveiller", "watch", 8),
    row("01890a5d-ac96-774b-bcce-b302099a8057", "Débuter", "Acceptée", "done", 2),
    row("B8NH-44TC", "Anticonstitutionnellement-informatique", "Envoyée", "neutral", 0),
]
STEPS = [
    pages.Step(
        key="sent",
        title="Orientation envoyée",
        state_word="Fait",
        tone="done",
        at=NOW - timedelta(days=9, hours=2),
        by="CAF de la Creuse",
    ),
    pages.Step(
        key="answer",
        title="Réponse du tiers-lieu",
        state_word="En retard",
        tone="late",
        detail="Attendue sous 9 jours. Un rappel est parti ce matin.",
    ),
    pages.Step(key="booking", title="Rendez-vous", state_word="À venir"),
    pages.Step(
        key="voucher",
        title="Carnet",
        state_word="À surveiller",
        tone="watch",
        at=NOW + timedelta(days=3),
    ),
]
WRONG_FORM = pages.Form(
    values={"commune": "St Vaury", "need": "caf", "urgency": "urgent", "message": "<b>Bonjour</b>"},
    errors={
        "commune": "Nous n'avons pas reconnu la commune « St Vaury ». "
        "Vouliez-vous dire Saint-Vaury (23247) ?",
        "urgency": "Dites-nous si la demande est urgente.",
        "agreement": "Sans l'accord de la personne, nous ne pouvons rien transmettre.",
    },
)


CHART = pages.BarChart(
    key="venues",
    title="Venues : le plus en mars 2026",
    sentence="Mars 2026 : 1 240.",
    column="Venues",
    bars=[
        pages.Bar(label=label, name=f"{label} 2026", value=value, said=said)
        for label, value, said in (
            ("janv.", 310, "310"),
            ("févr.", None, "masqué"),
            ("mars", 1_240, "1 240"),
            ("avr.", 0, "0"),
        )
    ],
)
SQUARE = ((0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0), (0.0, 0.0))
EAST = tuple((east + 10, north) for east, north in SQUARE)
MAP = pages.Choropleth(
    key="offre",
    title="1 commune sur 2 est sans lieu",
    sentence="La plus éloignée est Guéret.",
    view_box=charts.view_box([SQUARE, EAST]),
    shapes=[
        pages.Shape(path=charts.svg_path([SQUARE]), said="Ahun\xa0: 3", href="/ahun", level=4),
        pages.Shape(path=charts.svg_path([EAST]), said="Guéret\xa0: masqué", href="/", level=None),
    ],
    classes=[pages.Class(level=4, said="3 et plus"), pages.Class(level=None, said="masqué")],
)


def render(template: str, **context: Any) -> str:
    return pages.environment(SAMPLES).get_template(template).render(**{"frame": FRAME, **context})


def sample_pages() -> dict[str, str]:
    stranger = replace(FRAME, reader=None, sign_in_url="/sign-in", demonstration=False)
    return {
        "received": render("received.html", rows=ROWS),
        "journey": render(
            "journey.html", steps=STEPS, trail=[pages.Link(label="Parcours", href="/")]
        ),
        "charts": render("drawings.html", chart=CHART, map=MAP),
        "form": render("form.html", form=WRONG_FORM),
        "empty-form": render("form.html", form=pages.Form()),
        "not-found": render("error.html", status=404, home_url="/", reference="4bf92f3577b34da6"),
        "signed-out": render("error.html", status=401, frame=stranger),
    }
