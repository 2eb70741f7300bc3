"""One platform for all tests of this folder: they run one after the other, in one process."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.stack import Stack, running
from tests.servers.shared import of_group


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.xdist_group("stack"))
            if item.get_closest_marker("timeout") is None:
                item.add_marker(pytest.mark.timeout(240))
    # It leaves on the facts topic what no other test expects there: broken bytes, and a gap.
    items.sort(key=lambda item: item.path == here / "test_broken_record.py")


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Iterator[Stack]:
    made = running(tmp_path_factory.mktemp("stack"))
    with of_group("stack", made, config=pytestconfig) as one:
        yield one
