"""Every metric of partners, named once with its unit, its buckets and its reason."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

# From "at once" over the 60 s that an intent may wait to a night: an answer is a promise.
ANSWER_BUCKETS_S = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 120, 600, 3600, 43_200)


class Metrics:
    """The series of one process on one registry; built by the composition root."""

    def __init__(self, registry: CollectorRegistry) -> None:
        # What comes in, by door and by what became of it at the door: `received`, or the code of
        # the refusal. A partner's release that breaks shows here first. A batch that a door on
        # Kafka had to try again counts again.
        self.submissions_total = Counter(
            "partners_submissions_total",
            "Events at the intake, by door and outcome",
            ("door", "outcome"),
            registry=registry,
        )
        # What the owners decide: accepted or refused.
        self.verdicts_total = Counter(
            "partners_verdicts_total", "Verdicts taken", ("outcome",), registry=registry
        )
        # What the organisations with a topic of their own are told beside the answers to them.
        self.outgoing_facts_total = Counter(
            "partners_outgoing_facts_total",
            "Facts told to an organisation on its own topic, by type",
            ("type",),
            registry=registry,
        )
        # What the partner feels: from received to the final answer.
        self.answer_seconds = Histogram(
            "partners_answer_seconds",
            "From received to answered",
            buckets=ANSWER_BUCKETS_S,
            registry=registry,
        )
        # Submissions held for a person's id; steadily above 0 says that referrals is silent.
        self.waiting_submissions = Gauge(
            "partners_waiting_submissions",
            "Submissions waiting for an outward id",
            registry=registry,
        )
        # Sign-ins of programs: issued, or the error code; a wall of `invalid_client` is a leak
        # being tried or a partner whose secret was changed.
        self.tokens_total = Counter(
            "partners_tokens_total", "Token requests, by outcome", ("outcome",), registry=registry
        )
