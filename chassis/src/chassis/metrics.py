"""Every metric of the chassis, named once with its unit, its buckets and its reason.

The names are the same in every service, so that one alert serves all of them; Prometheus tells the
services apart by `job`. A service declares its own series in its `metrics.py`, on the same registry
and prefixed with its name. A label takes few values: never an id, a key, a path or a caller's text.
"""

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
)

# A page is felt as instant below 0.1 s and as slow above 1 s; half-steps lie where p99 is argued.
HTTP_BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
# From a few milliseconds (all is well) over a broker's restart (15 s) to an hour of arrears.
DELAY_BUCKETS_S = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 15, 60, 300, 900, 3600)
# A batch that needs more than a minute comes near to being thrown out of its consumer group.
BATCH_BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 15, 60)


class Metrics:
    """The series of one process on one registry; built by the composition root."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self.registry = registry if registry is not None else CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        self._relay()
        self._consumers()
        self._http()

    def _relay(self) -> None:
        # How much is waiting to leave: grows when the broker or the relay is away.
        self.outbox_pending = self._gauge("outbox_pending", "Outbox rows not yet sent")
        # How long the first of it has waited: what a reader feels as lateness; the alert's series.
        self.outbox_oldest_age_seconds = self._gauge(
            "outbox_oldest_age_seconds", "Age of the oldest outbox row not yet sent"
        )
        # Keys taken out of the queue because they cannot be sent; anything above 0 is an alarm.
        self.outbox_stuck_keys = self._gauge("outbox_stuck_keys", "Keys whose rows cannot be sent")
        # Exactly one process per service must say 1: the sum is the alert's series.
        self.relay_leader = self._gauge("relay_leader", "1 while this process leads the relay")
        # The outgoing rate; beside outbox_pending it tells a burst from a standstill.
        self.relay_published_total = self._counter("relay_published_total", "Rows acknowledged")
        # Sends that failed: with a steady rate of published ones, a key; without, the broker.
        self.relay_failures_total = self._counter("relay_failures_total", "Sends that failed")

    def _consumers(self) -> None:
        by_subscription = ("subscription",)
        # What became of each record (taken; of these refused, waiting, held, poison): RED's rate.
        self.records_total = self._counter(
            "records_total", "Records taken, by what became of them", (*by_subscription, "outcome")
        )
        # Harmless by design, but a jump tells of a relay that sends again or a group moved back.
        self.inbox_duplicates_total = self._counter(
            "inbox_duplicates_total", "Records already applied", by_subscription
        )
        # A missing number: rare re-ordering at the source; one still open at 60 s is an alarm.
        self.inbox_gaps_total = self._counter(
            "inbox_gaps_total", "Missing numbers that held a key", by_subscription
        )
        # Someone must decide: every open dead letter is work for a person.
        self.dead_letters_open = self._gauge("dead_letters_open", "Dead letters awaiting a person")
        # How many aggregates stand still because of it.
        self.parked_keys = self._gauge("parked_keys", "Keys parked behind a dead letter")
        # Records held for a missing number or waiting for another one, by which of both (`state`).
        by_state = (*by_subscription, "state")
        self.records_standing = self._gauge("records_standing", "Held or waiting", by_state)
        # An alarm at 60 s for held ones (messages.md §3), at 15 min for waiting ones (§4).
        self.records_standing_oldest_age_seconds = self._gauge(
            "records_standing_oldest_age_seconds", "Age of the oldest of these records", by_state
        )
        # Lag as people understand it: from learnt at the source to applied here.
        self.event_apply_delay_seconds = self._histogram(
            "event_apply_delay_seconds", "From recordedtime to applied", DELAY_BUCKETS_S
        )
        # One transaction per batch: its duration is what max_poll_interval_ms must exceed.
        self.batch_seconds = self._histogram("batch_seconds", "One batch", BATCH_BUCKETS_S)
        # Deadlocks, serialisation failures, lost connections: bounded retries, rarely above 0.
        self.batch_retries_total = self._counter(
            "batch_retries_total", "Batches tried again", by_subscription
        )
        # A loop that failed goes on; a rising count says that a sweep does nothing any more.
        self.timer_failures_total = self._counter(
            "timer_failures_total", "Sweeps that failed", ("timer",)
        )

    def _http(self) -> None:
        # RED's rate and errors; route is the template, or `unmatched`.
        self.http_requests_total = self._counter(
            "http_requests_total", "Requests answered", ("method", "route", "status")
        )
        # RED's duration, without the status: a label more would multiply the buckets by ten.
        self.http_request_duration_seconds = Histogram(
            "http_request_duration_seconds",
            "From the request's head to the end of its answer",
            ("method", "route"),
            buckets=HTTP_BUCKETS_S,
            registry=self.registry,
        )

    def _gauge(self, name: str, documentation: str, labels: tuple[str, ...] = ()) -> Gauge:
        return Gauge(name, documentation, labels, registry=self.registry)

    def _counter(self, name: str, documentation: str, labels: tuple[str, ...] = ()) -> Counter:
        return Counter(name, documentation, labels, registry=self.registry)

    def _histogram(self, name: str, documentation: str, buckets: tuple[float, ...]) -> Histogram:
        return Histogram(
            name, documentation, ("subscription",), buckets=buckets, registry=self.registry
        )
