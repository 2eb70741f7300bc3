"""Cursors come back as they left, and nothing else is taken."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web import cursors
from web.problems import Problem

POSITIONS = st.dictionaries(
    st.text(max_size=8), st.one_of(st.text(max_size=20), st.integers(), st.none()), max_size=3
)


@given(POSITIONS)
def test_a_position_comes_back(position: dict[str, str | int | None]) -> None:
    cursor = cursors.encode(position)

    assert cursor.isascii()
    assert "=" not in cursor
    if len(cursor) <= cursors.CURSOR_MAX_CHARACTERS:
        assert cursors.decode(cursor) == position


def told(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@given(
    st.one_of(
        st.text(max_size=50),
        st.sampled_from(
            ["a", "====", told([1]), told("x"), told({"a": [1]}), told({"a": {}}), "W" * 10_000]
        ),
    )
)
def test_anything_else_is_a_bad_cursor(cursor: str) -> None:
    with pytest.raises(Problem) as refused:
        cursors.decode(cursor)

    assert (refused.value.status, refused.value.code) == (400, "bad-cursor")
