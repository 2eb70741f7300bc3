"""How far a scenario is, in one small file of the home: whoever was stopped goes on from there."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from maillage.home import Home
from maillage.scenario.happenings import Scenario
from maillage.servers.processes import write_private
from maillage.trouble import Trouble


@dataclass(slots=True, kw_only=True)
class Progress:
    """What was entered, and the ids that what comes later cites.

    Attributes:
        content: A hash of the scenario: half of one and half of another make no year.
        months: How many months of it are in.
        ids: Answered by deposit or submission, for those that later months cite.
        finished: The past is closed.
    """

    path: Path
    content: str
    year: int
    months: int = 0
    ids: dict[str, str] = field(default_factory=dict)
    finished: bool = False

    def keep(self) -> None:
        write_private(self.path, json.dumps(asdict(self) | {"path": self.path.name}))


def path_of(home: Home, variant: str) -> Path:
    return home.path / f"scenario-{variant}.json"


def year_begun(home: Home, variant: str) -> int | None:
    """The year that is being played, or was."""
    try:
        return int(json.loads(path_of(home, variant).read_text())["year"])
    except (FileNotFoundError, ValueError, KeyError):
        return None


def progress_of(home: Home, variant: str, scenario: Scenario) -> Progress:
    """What is remembered of this scenario. Raises Trouble when another one was begun."""
    path, content = path_of(home, variant), fingerprint(scenario)
    fresh = Progress(path=path, content=content, year=scenario.year)
    try:
        kept = Progress(**json.loads(path.read_text()) | {"path": path})
    except FileNotFoundError:
        return fresh
    except (ValueError, TypeError):
        # Everything is said again, and absorbed.
        return fresh
    if kept.content != content and not kept.finished:
        raise Trouble(
            "Le scénario a été commencé par une autre version du code : il ne peut pas être "
            "repris. Repartez de zéro (make reset), ou lancez MAILLAGE_SCENARIO=none make up."
        )
    return kept


def fingerprint(scenario: Scenario) -> str:
    """The same for the same happenings."""
    digest = hashlib.sha256()
    for one in scenario.happenings:
        digest.update(repr(one).encode())
    return digest.hexdigest()
