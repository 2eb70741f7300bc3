"""`maillage down` and the first half of `maillage reset`."""

from maillage import running
from maillage.home import Home
from maillage.narration import Narration


def down(home: Home, narration: Narration) -> None:
    """Ends every process of the stack and leaves no temporary file; the data stay."""
    if not home.path.exists():
        narration.say("Maillage n’a jamais été lancé ici : il n’y a rien à arrêter.")
        return
    with home.alone():
        with narration.step("Arrêt : services, puis Kafka et PostgreSQL"):
            ran = running.end(home)
        if ran:
            narration.say("Maillage est arrêté. Les données restent ; « make up » les retrouve.")
        else:
            narration.say("Maillage ne tournait pas. Les données restent.")


def wipe(home: Home, narration: Narration) -> None:
    """Ends the stack and removes its data, logs and secrets. Ports and department are kept."""
    if not home.path.exists():
        return
    with home.alone(), narration.step("Arrêt, puis effacement des données"):
        running.end(home)
        home.wipe()
