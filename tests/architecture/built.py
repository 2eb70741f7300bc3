"""Each service as its composition root builds it, with the settings of docker-compose.yml."""

import functools
import importlib

from chassis.settings import ENV_PREFIX, ServiceSettings
from tests.compose.composition import fresh_environment, read
from web.process import Service


def settings_class(service: str) -> type[ServiceSettings]:
    found: type[ServiceSettings] = importlib.import_module(f"{service}.settings").Settings
    return found


@functools.cache
def build(service: str) -> Service:
    """The service with everything a demonstration has; nothing is opened."""
    composition = read({**fresh_environment(), "DEMONSTRATION": "true"})
    variables = composition["services"][service]["environment"]
    values = {name.removeprefix(ENV_PREFIX).lower(): value for name, value in variables.items()}
    built: Service = importlib.import_module(f"{service}.service").build(
        settings_class(service)(**values)
    )
    return built
