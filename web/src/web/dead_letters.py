"""Records that stand aside, for the people who decide about them: who, why, since when.

No value of a record is shown, only where it lies and what it is; a key is shortened.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy import RowMapping, text
from starlette.responses import Response

from chassis.messaging import queue
from chassis.messaging.consumers import Consumers
from pages import Form as TypedForm
from web import cursors
from web.auth import Caller, require
from web.pages import OPERATOR_ROLES, render
from web.problems import Problem

PAGE_ROWS = 50
REASON_MIN, REASON_MAX = 3, 500
SHOWN_OF_A_KEY = 8
FIELDS = (
    *("id", "subscription", "topic", "partition", "offset", "state", "reason", "detail"),
    *("event_id", "event_type", "sequence", "set_aside_at", "expires_at"),
    *("decided_at", "decided_by", "decision"),
)
# Poison reasons of the chassis in words; others (a service's own codes) are shown as they are.
WHY = {
    "gap": "Un message précédent manque encore.",
    "waiting": "Il cite un élément que nous ne connaissons pas encore.",
    "handler-failed": "Notre programme a échoué sur ce message.",
    "sequence-conflict": "Un numéro déjà reçu est revenu sous un autre identifiant.",
    "fact-refused": "Une règle d'ici refuse ce que le service propriétaire affirme.",
}
_DECIDED = text("""
    SELECT * FROM set_aside WHERE state IN ('replayed', 'discarded')
    ORDER BY decided_at DESC, id DESC LIMIT 20
""")

RowId = Annotated[int, Path(ge=1, lt=2**63)]
Operator = Annotated[Caller, Depends(require(*OPERATOR_ROLES))]

router = APIRouter(include_in_schema=False)


@router.get("/v1/dead-letters", include_in_schema=True)
async def list_dead_letters(
    request: Request, _caller: Operator, after: str | None = None
) -> dict[str, Any]:
    """What awaits a decision, oldest first."""
    page = await _page(request, ("parked",), after)
    return {"items": page.items, "next": page.next}


@router.get("/dead-letters")
async def dead_letters(
    request: Request, caller: Operator, after: str | None = None
) -> HTMLResponse:
    page = await _page(request, ("parked",), after)
    async with request.app.state.database.reading() as connection:
        decided = (await connection.execute(_DECIDED)).mappings().all()
    shown = [_shown(row) for row in decided]
    return render(request, "set-aside.html", caller, page=page, decided=shown, waiting=False)


@router.get("/waiting")
async def waiting(request: Request, caller: Operator, after: str | None = None) -> HTMLResponse:
    page = await _page(request, ("waiting", "held"), after)
    return render(request, "set-aside.html", caller, page=page, decided=(), waiting=True)


@router.get("/dead-letters/{row_id}")
async def dead_letter(request: Request, row_id: RowId, caller: Operator) -> HTMLResponse:
    return await _one(request, row_id, caller, TypedForm())


@router.post("/dead-letters/{row_id}/replay")
async def replay(request: Request, row_id: RowId, caller: Operator) -> Response:
    try:
        async with request.app.state.database.transaction() as tx:
            await _consumers(request).replay(tx, row_id, by=caller.subject)
    except queue.NotStanding:
        raise _decided_before() from None
    return RedirectResponse(f"/dead-letters/{row_id}", 303)


@router.post("/dead-letters/{row_id}/discard")
async def discard(
    request: Request, row_id: RowId, caller: Operator, reason: Annotated[str, Form()] = ""
) -> Response:
    said = reason.strip()
    if not REASON_MIN <= len(said) <= REASON_MAX or "\0" in said:
        sentence = "Écrivez pourquoi ce message est écarté, en une phrase."
        form = TypedForm(values={"reason": reason}, errors={"reason": sentence})
        return await _one(request, row_id, caller, form)
    try:
        async with request.app.state.database.transaction() as tx:
            await _consumers(request).discard(tx, row_id, reason=said, by=caller.subject)
    except queue.NotStanding:
        raise _decided_before() from None
    return RedirectResponse(f"/dead-letters/{row_id}", 303)


async def _page(
    request: Request, states: Sequence[queue.State], after: str | None
) -> cursors.Page[dict[str, Any]]:
    start = cursors.decode(after).get("id") if after else 0
    if not isinstance(start, int) or not 0 <= start < 2**63:
        raise cursors.bad_cursor()
    async with request.app.state.database.reading() as connection:
        rows = await queue.heads(connection, states, after=start, limit=PAGE_ROWS + 1)
    shown = [_shown(row) | {"standing": row["standing"]} for row in rows[:PAGE_ROWS]]
    further = len(rows) > PAGE_ROWS
    return cursors.Page(shown, cursors.encode({"id": shown[-1]["id"]}) if further else None)


async def _one(request: Request, row_id: int, caller: Caller, form: TypedForm) -> HTMLResponse:
    async with request.app.state.database.reading() as connection:
        row = await queue.find(connection, row_id)
    if row is None:
        raise _unknown()
    status = 422 if form.errors else 200
    shown = _shown(row)
    return render(request, "dead-letter.html", caller, status_code=status, record=shown, form=form)


def _shown(row: RowMapping | Mapping[str, Any]) -> dict[str, Any]:
    key = str(row["key"])
    # The end of it: the beginning of a UUIDv7 is the hour, shared by all keys of that minute.
    short = key if len(key) <= SHOWN_OF_A_KEY else f"…{key[-SHOWN_OF_A_KEY:]}"
    why = WHY.get(row["reason"], row["detail"])
    return {name: row[name] for name in FIELDS} | {"key": short, "why": why}


def _consumers(request: Request) -> Consumers:
    consumers: Consumers | None = request.app.state.consumers
    if consumers is None:
        raise _unknown()
    return consumers


def _unknown() -> Problem:
    return Problem(404, "unknown-dead-letter", "There is no such dead letter")


def _decided_before() -> Problem:
    return Problem(
        409,
        "already-decided",
        "This dead letter no longer awaits a decision, or another one stands before it",
        page="Quelqu'un a déjà décidé pour ce message, ou un autre est devant lui.",
    )
