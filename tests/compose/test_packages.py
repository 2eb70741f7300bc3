"""The wheels that images install hold everything the packages need: templates and scripts too."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.architecture.sources import PACKAGES, ROOT, kept_files

BUILD = "import sys, uv_build; print(uv_build.build_wheel(sys.argv[1]))"


@pytest.mark.parametrize("package", PACKAGES)
def test_a_wheel_holds_every_file_of_its_package(package: str, tmp_path: Path) -> None:
    home = PACKAGES[package].removesuffix(f"/src/{package}")
    kept = {
        path.removeprefix(f"{home}/src/")
        for path in kept_files()
        if path.startswith(f"{home}/src/")
    }

    done = subprocess.run(
        [sys.executable, "-c", BUILD, tmp_path],
        cwd=ROOT / home,
        check=True,
        capture_output=True,
        text=True,
        env={"PATH": str(Path(sys.executable).parent)},
    )
    with zipfile.ZipFile(tmp_path / done.stdout.strip().splitlines()[-1]) as wheel:
        held = set(wheel.namelist())

    assert kept
    assert kept - held == set()
