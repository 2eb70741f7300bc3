"""The one Jinja environment every service renders its pages with."""

from pathlib import Path
from typing import Any

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PackageLoader,
    StrictUndefined,
    Template,
)
from typing_extensions import override

from pages import french
from pages.assets import static_url
from pages.explanations import explain
from pages.typography import hold_marks


class _FrenchTemplate(Template):
    """What it renders, a page or a fragment, has the spaces of French."""

    @override
    def render(self, *args: Any, **kwargs: Any) -> str:
        return hold_marks(super().render(*args, **kwargs))


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
    templates.template_class = _FrenchTemplate
    templates.filters.update(french.FILTERS)
    templates.globals.update(explain=explain, static_url=static_url)
    return templates


def _loader(source: str | Path) -> BaseLoader:
    if isinstance(source, Path):
        return FileSystemLoader(source)
    return PackageLoader(source, "templates")
