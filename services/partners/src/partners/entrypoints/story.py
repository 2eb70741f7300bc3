"""The story of one submission, step by step, for its page."""

from pages import Step
from partners.domain.submission import Door, Submission, SubmissionState
from partners.entrypoints.wording import reason

_DOORS = {Door.HTTP: "par HTTP", Door.KAFKA: "par votre topic Kafka"}


def story(of: Submission) -> list[Step]:
    """What happened, oldest first, and what is expected next."""
    steps = [
        Step(
            key="received",
            title=f"Envoi reçu {_DOORS[of.door]}",
            state_word="Reçu",
            tone="done",
            at=of.received_at,
        )
    ]
    if of.forwarded_at is not None:
        steps.append(
            Step(
                key="forwarded",
                title="Transmis au service qui décide",
                state_word="Transmis",
                tone="done",
                at=of.forwarded_at,
            )
        )
    steps.append(_answer(of))
    return steps


def _answer(of: Submission) -> Step:
    match of.state:
        case SubmissionState.ACCEPTED:
            return Step(
                key="answer",
                title="Réponse : accepté",
                state_word="Accepté",
                tone="done",
                at=of.answered_at,
            )
        case SubmissionState.REFUSED:
            return Step(
                key="answer",
                title="Réponse : refusé",
                state_word="Refusé",
                tone="late",
                at=of.answered_at,
                detail=reason(of.reason),
            )
        case SubmissionState.RECEIVED if of.forwarded_at is None:
            return Step(
                key="answer",
                title="Identifiant de la personne pas encore connu ici",
                state_word="En attente",
                tone="watch",
                detail=(
                    "Nous attendons une minute que l'identité déposée nous soit annoncée, "
                    "puis l'envoi sera refusé."
                ),
            )
        case SubmissionState.RECEIVED:
            return Step(
                key="answer", title="Réponse attendue", state_word="En attente", tone="neutral"
            )
