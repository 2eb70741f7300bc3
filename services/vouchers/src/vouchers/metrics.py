"""Every metric of vouchers, named once with its reason."""

from prometheus_client import CollectorRegistry, Counter


class Metrics:
    """The series of one process on one registry; built by the composition root."""

    def __init__(self, registry: CollectorRegistry) -> None:
        # The directory is quiet: a steady rate tells of a replay, none at all after `make up` of a
        # reader that hears nothing. A batch tried again counts again.
        self.directory_facts_total = Counter(
            "vouchers_directory_facts_total",
            "Facts of the directory taken, by type",
            ("type",),
            registry=registry,
        )
        # How handing over goes: a rising share of `no-stock` is a distributor to be supplied.
        self.issues_total = Counter(
            "vouchers_issues_total",
            "Booklets to hand over, by door and result: accepted, or the code of the refusal",
            ("door", "result"),
            registry=registry,
        )
