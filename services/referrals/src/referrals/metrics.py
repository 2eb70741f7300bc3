"""Every metric of this service, named once, with its unit and its reason.

They count what was tried: a batch that is rolled back and tried again counts twice.
"""

from prometheus_client import CollectorRegistry, Counter


class Metrics:
    """The series of one process, on the registry that its chassis serves."""

    def __init__(self, registry: CollectorRegistry) -> None:
        # How the main job goes: a rising share of one refusal is a partner to be phoned.
        self.decisions_total = Counter(
            "referrals_decisions_total",
            "Intents and forms decided, by door and by result",
            ("door", "result"),
            registry=registry,
        )
        # Deposits in the vault; a door that falls silent is a partner's broken export.
        self.deposits_total = Counter(
            "referrals_deposits_total",
            "Persons deposited, by result: created, known or refused",
            ("result",),
            registry=registry,
        )
        # Names read, or withheld for want of an agreement: reads without cause stand out here.
        self.name_lookups_total = Counter(
            "referrals_name_lookups_total",
            "Names asked for, by result: given, withheld or anonymous",
            ("result",),
            registry=registry,
        )
