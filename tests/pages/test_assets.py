import re

import pytest

import pages

LINES_MAX = 200


@pytest.mark.parametrize("name", ["styles.css", "live.js", "icon.svg"])
def test_a_file_is_served_under_a_name_that_hashes_its_content(name: str) -> None:
    url = pages.static_url(name)

    served = pages.static_file(url.removeprefix("/static/"))

    assert re.fullmatch(r"/static/[a-z]+\.[0-9a-f]{12}\.[a-z]+", url)
    assert served is not None
    assert served.content == (pages.static_directory() / name).read_bytes()


@pytest.mark.parametrize("name", ["styles.css", "../__init__.py", "..%2f__init__.py", "", "."])
def test_only_published_names_are_served(name: str) -> None:
    assert pages.static_file(name) is None


def test_an_unknown_file_has_no_address() -> None:
    with pytest.raises(KeyError):
        pages.static_url("style.css")


def test_the_script_stays_small() -> None:
    lines = (pages.static_directory() / "live.js").read_text(encoding="utf-8").splitlines()

    assert len(lines) <= LINES_MAX
