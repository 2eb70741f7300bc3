"""What vouchers counts in its own tables, for whoever compares it with the dashboard."""

from datetime import datetime

from fastapi import APIRouter, Request
from pydantic import BaseModel

from chassis.database import Database
from vouchers.entrypoints.performing import Overseer
from vouchers.storage import counts as stored

router = APIRouter(prefix="/v1")


class Counts(BaseModel):
    """Figures by name; amounts in cents, from the transfers of the journal."""

    as_of: datetime
    counts: dict[str, int]


@router.get("/counts")
async def show_counts(request: Request, _: Overseer) -> Counts:
    """Booklets, redemptions and settlements as they stand; nobody's name is near them."""
    database: Database = request.app.state.database
    async with database.reading() as connection:
        return Counts(as_of=database.clock.now(), counts=await stored.counts(connection))
