"""Declaring a place, and correcting what is said of it."""

import re
import unicodedata
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

import pages
from chassis.database import Database, Transaction
from chassis.ids import new_id
from contracts.codes import PlaceKind
from contracts.fields import PublicLine
from scheduling.application.acts import Done, RefusedError
from scheduling.application.places import DeclarePlace, declare_place
from scheduling.domain.places import Description, Place
from scheduling.domain.refusals import UnknownPlace
from scheduling.entrypoints import shown
from scheduling.entrypoints.access import AsMember, Member
from scheduling.entrypoints.commands import act_of, decide, problem
from scheduling.entrypoints.forms import Fault, commune_of, is_code
from scheduling.entrypoints.wording import sentence
from scheduling.storage import places
from web.auth import require
from web.pages import render

router = APIRouter(
    default_response_class=HTMLResponse,
    include_in_schema=False,
    dependencies=[Depends(require())],
)


class PlaceForm(BaseModel):
    """What is typed of a place; `act` was minted with the page."""

    act: UUID
    name: str = Field(default="", max_length=300)
    kind: str = Field(default="", max_length=200)
    commune: str = Field(default="", max_length=200)
    address: str = Field(default="", max_length=300)
    access: str = Field(default="", max_length=300)
    online_booking: str = Field(default="", max_length=10)


Typed = Annotated[PlaceForm, Form()]


@router.get("/places/new")
async def blank(request: Request, member: AsMember) -> HTMLResponse:
    """A place that is not known yet."""
    return _page(request, member, None, pages.Form())


@router.post("/places/new")
async def declare(request: Request, member: AsMember, said: Typed) -> Response:
    """« Déclarer le lieu »."""
    return await _decided(request, member, None, said)


@router.get("/places/{place}/edit")
async def known(request: Request, place: UUID, member: AsMember) -> HTMLResponse:
    """What is said of the place today."""
    here = await own_place(request, place, member)
    return _page(request, member, here, pages.Form(values=_values(here)))


@router.post("/places/{place}/edit")
async def change(request: Request, place: UUID, member: AsMember, said: Typed) -> Response:
    """« Enregistrer »: said again, whole."""
    return await _decided(request, member, await own_place(request, place, member), said)


async def own_place(request: Request, place: UUID, member: Member) -> Place:
    """An open place of the organisation for which the member acts.

    Raises:
        Problem: 403, or 404 `unknown-place`: none, another's, or closed.
    """
    organisation = member.acting()
    database: Database = request.app.state.database
    async with database.reading() as connection:
        found = await places.find(connection, place)
    if found is None or found.organisation != organisation or found.closed_at is not None:
        raise problem(UnknownPlace(place))
    return found


async def _decided(
    request: Request, member: Member, here: Place | None, said: PlaceForm
) -> Response:
    values = said.model_dump()
    description, faults = _read(said)
    if description is None:
        form = pages.Form(values=values, errors=faults)
        return _page(request, member, here, form, status=422)
    reference = _reference(said) if here is None else here.reference

    async def keep(tx: Transaction) -> Done:
        act = act_of(member, tx, act=said.act)
        return await declare_place(
            tx, DeclarePlace(act=act, reference=reference, description=description)
        )

    try:
        done = await decide(request, "page", keep)
    except RefusedError as error:
        form = pages.Form(values=values, errors={"name": sentence(error.refusal)})
        return _page(request, member, here, form, status=409)
    return RedirectResponse(f"/?place={done.subject}", status_code=303)


def _read(said: PlaceForm) -> tuple[Description | None, dict[str, str]]:
    """The description as typed, or what is wrong with it in the order of the page."""
    commune = commune_of(said.commune)
    wrong = {
        "name": _line_fault(said.name) or ("" if said.name.strip() else "Donnez le nom du lieu."),
        "kind": "" if is_code(PlaceKind, said.kind) else "Choisissez ce qu'est ce lieu.",
        "commune": _commune_fault(commune),
        "address": _line_fault(said.address),
        "access": _line_fault(said.access),
    }
    faults = {field: why for field, why in wrong.items() if why}
    if faults or not isinstance(commune, str):
        return None, faults
    description = Description(
        name=said.name.strip(),
        kind=said.kind,
        commune=commune,
        online_booking=bool(said.online_booking),
        address=said.address.strip() or None,
        access=said.access.strip() or None,
    )
    return description, {}


_LINE: Final[TypeAdapter[str]] = TypeAdapter(PublicLine)


def _line_fault(written: str) -> str:
    if not written.strip():
        return ""
    try:
        _LINE.validate_python(written.strip())
    except ValidationError:
        return (
            "Tout le monde lira ces mots : une seule ligne, 200 signes au plus, sans numéro de "
            "sécurité sociale."
        )
    return ""


def _commune_fault(commune: str | Fault | None) -> str:
    if isinstance(commune, Fault):
        return commune.said
    return "" if commune else "Donnez la commune où se trouve le lieu."


def _reference(said: PlaceForm) -> str:
    """A lasting word for a new place: what it is called, and something of its own.

    The form's own act is in it, so that no place of the same name is ever written over.
    """
    plain = unicodedata.normalize("NFKD", said.name).encode("ascii", "ignore").decode().lower()
    word = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40] or "lieu"
    return f"{word}-{said.act.hex[-8:]}"


def _values(here: Place) -> dict[str, str]:
    said = here.description
    return {
        "name": said.name,
        "kind": said.kind,
        "commune": shown.town(said.commune),
        "address": said.address or "",
        "access": said.access or "",
        "online_booking": "oui" if said.online_booking else "",
    }


def _page(
    request: Request, member: Member, here: Place | None, form: pages.Form, *, status: int = 200
) -> HTMLResponse:
    member.acting()
    return render(
        request,
        "place_form.html",
        member.caller,
        status_code=status,
        here=here,
        form=form,
        act=form.values.get("act") or new_id(),
        kinds=shown.options(PlaceKind),
    )
