"""Where a sign-in may lead: back into the house, and nowhere else."""

import pytest

from partners.entrypoints.sign_in import safe_next
from tests.partners.world import HERE, NOWHERE, REPORTING, settings_of

SETTINGS = settings_of(NOWHERE)


@pytest.mark.parametrize(
    "wanted",
    [
        f"{REPORTING}/journeys/1?a=b#c",
        f"{HERE}/organisations",
        "http://127.0.0.1:8002/",
    ],
)
def test_a_page_of_the_house_is_taken(wanted: str) -> None:
    assert safe_next(wanted, SETTINGS) == wanted


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.test/",
        "//evil.test/",
        "\\\\evil.test",
        "/\\evil.test",
        "http:evil.test",
        "http:///evil.test",
        "javascript:alert(1)",
        "data:text/html,x",
        f"{HERE}@evil.test/",
        f"{HERE}.evil.test/",
        f"{HERE}:80@evil.test/",
        "http://127.0.0.1:8001\\@evil.test/",
        "http://127.0.0.1:9999/",
        "https://127.0.0.1:8001/",
        "http://127.0.0.1:8001\r\nset-cookie: a=b",
        "http://127.0.0.1:8001\t.evil.test/",
        " http://evil.test/",
        "http://[::1",
        "http://127.0.0.1:99999999/",
        "HTTP://EVIL.TEST/",
        "http://127.0.0.1。evil.test:8001/",
        "organisations",
        "",
    ],
)
def test_any_other_address_leads_to_our_first_page(wanted: str) -> None:
    assert safe_next(wanted, SETTINGS) == f"{HERE}/"
