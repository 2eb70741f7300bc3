"""From a fact of scheduling' domain to the message that the contract promises.

Scheduling decides nothing yet, so it has nothing to tell. Each message gets a function here,
registered for its domain event:

    @wire.register
    def _(fact: BookingConfirmed) -> Wire: ...
"""

import functools

from chassis.database import Wire


@functools.singledispatch
def wire(fact: object) -> Wire:
    """The message for a fact of the domain.

    Raises:
        TypeError: no message is declared for facts of this class.
    """
    raise TypeError(f"scheduling has no message for {type(fact).__name__}")
