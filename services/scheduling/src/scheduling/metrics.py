"""Every metric of scheduling, named once with its reason."""

from prometheus_client import CollectorRegistry, Counter


class Metrics:
    """The series of one process on one registry; built by the composition root."""

    def __init__(self, registry: CollectorRegistry) -> None:
        # The directory is quiet: a steady rate tells of a replay, none at all after `make up` of a
        # reader that hears nothing. A batch tried again counts again.
        self.directory_facts_total = Counter(
            "scheduling_directory_facts_total",
            "Facts of the directory taken, by type",
            ("type",),
            registry=registry,
        )
        # What partners and colleagues asked, and the answers: a rising refusal is a rule that many
        # do not know, or a place that is full.
        self.decisions_total = Counter(
            "scheduling_decisions_total",
            "Commands decided, by door (intake, http, page) and outcome (accepted, or the code)",
            ("door", "outcome"),
            registry=registry,
        )
