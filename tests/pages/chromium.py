"""Debian's Chromium, and how tests start it."""

import os
import shutil

import pytest

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
)


def chromium() -> str:
    """Where it is. CI must have it; on a machine without it its tests are left out."""
    found = shutil.which("chromium")
    if found is None:
        if "CI" in os.environ:  # noqa: TID251 - the one question only the environment answers
            pytest.fail("chromium is not installed: apt-get install chromium")
        pytest.skip("chromium is not installed")
    return found
