"""Every metric of reporting, named once with its reason."""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

# A batch is 1 to 500 events and two statements: 1 ms when all is well, a second when it is not.
FOLD_BUCKETS_S: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1)


class Metrics:
    """The series of one process on one registry; built by the composition root."""

    def __init__(self, registry: CollectorRegistry) -> None:
        # The rate of what is so in the department; a service that falls silent shows here first.
        self.events_logged_total = Counter(
            "reporting_events_logged_total",
            "Events added to the log, by the service that wrote them",
            ("service",),
            registry=registry,
        )
        # Events that the inbox took for new and the log knew: a topic read again after its inbox
        # rows were pruned. Harmless, but never without a cause.
        self.events_known_total = Counter(
            "reporting_events_known_total", "Events that the log already held", registry=registry
        )
        # Two statements per batch: its growth says that an index or the disk is at its end.
        self.fold_seconds = Histogram(
            "reporting_fold_seconds",
            "Log and fold of one batch, without the commit",
            buckets=FOLD_BUCKETS_S,
            registry=registry,
        )
        # How much a rebuild would read, and how fast the disk fills.
        self.log_events = Gauge(
            "reporting_log_events", "Events in the log (the planner's estimate)", registry=registry
        )
        # At its limit, further readers get a page that does not move.
        self.live_streams = Gauge(
            "reporting_live_streams", "Journeys followed live", registry=registry
        )
