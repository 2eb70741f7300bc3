"""What happened, step by step: to a submission, to an organisation."""

from collections.abc import Mapping, Sequence
from typing import Any

from pages import Step
from partners.domain.submission import Door, Submission, SubmissionState
from partners.entrypoints.wording import SUSPENSIONS, reason

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


def history(facts: Sequence[Mapping[str, Any]]) -> list[Step]:
    """What happened to an organisation, oldest first, with who did it and why."""
    return [
        Step(
            key=str(fact["sequence"]),
            title=_FACTS[fact["fact"]],
            state_word=_WORDS[fact["fact"]],
            tone="late" if fact["fact"] == "suspended" else "done",
            at=fact["recorded_at"],
            by=fact["recorded_by"],
            detail=SUSPENSIONS[fact["reason"]] if fact["reason"] else None,
        )
        for fact in facts
    ]


_FACTS = {
    "registered": "Organisation enregistrée",
    "activated": "Organisation activée",
    "changed": "Description modifiée",
    "suspended": "Organisation suspendue",
    "reinstated": "Organisation rétablie",
}
_WORDS = {
    "registered": "Enregistrée",
    "activated": "Active",
    "changed": "Modifiée",
    "suspended": "Suspendue",
    "reinstated": "Active",
}


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
