"""The one Jinja environment every service renders its pages with."""

from pathlib import Path

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PackageLoader,
    StrictUndefined,
)

from pages import french
from pages.assets import static_url
from pages.explanations import explain


def environment(*sources: str | Path) -> Environment:
    """Build the environment that finds a service's templates first, then the shared ones.

    A source is a directory (``Path``) or the import name of a package (``str``) that has a
    folder ``templates``. Everything is escaped whatever the file is called, and a name that a
    template misspells is an error, never an empty string.

    Raises:
        ValueError: a named package has no folder ``templates``.
    """
    shared = FileSystemLoader(Path(__file__).parent / "templates")
    templates = Environment(
        loader=ChoiceLoader([*map(_loader, sources), shared]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters.update(french.FILTERS)
    templates.globals.update(explain=explain, static_url=static_url)
    return templates


def _loader(source: str | Path) -> BaseLoader:
    if isinstance(source, Path):
        return FileSystemLoader(source)
    return PackageLoader(source, "templates")
