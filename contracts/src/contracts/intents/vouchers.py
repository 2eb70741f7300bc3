"""What a partner says about booklets of vouchers."""

from typing import ClassVar

from contracts.fields import Id
from contracts.intents.intent import Intent


class BookletIssued(Intent):
    """A distributor hands a booklet of its stock over to a person (remise d'un carnet)."""

    type: ClassVar[str] = "maillage.intent.booklet.issued.v1"
    decided_by: ClassVar[str] = "vouchers"
    key: ClassVar[str] = "referral"
    about: ClassVar[str | None] = "person"

    programme: Id
    person: Id
    """The id that `PUT /v1/persons/{reference}` answered to your organisation."""
    referral: Id | None = None
    """The referral under which the person came, if there is one."""
