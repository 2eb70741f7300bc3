"""What this service counts in its own tables, for whoever compares it with the figures."""

from datetime import datetime

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel

from chassis.database import Database
from referrals.storage.counts import all_counts
from web.auth import require

router = APIRouter(
    prefix="/v1", dependencies=[Depends(require("department", "auditor", "administrator"))]
)


class Counts(BaseModel):
    """`counts` by name, all read at the one moment `as_of`."""

    as_of: datetime
    counts: dict[str, int]


@router.get("/counts")
async def counts(request: Request) -> Counts:
    """Persons, referrals and answers; reporting's figures of the same names are to be equal."""
    database: Database = request.app.state.database
    async with database.reading() as connection:
        return Counts(as_of=database.clock.now(), counts=await all_counts(connection))
