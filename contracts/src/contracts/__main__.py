"""`python -m contracts generate | check | gate`, on the working copy that this package lies in.

generate  write schemas, AsyncAPI document and catalogue page
check     fail when one of them is not what `generate` would write
gate      fail when a message or topic breaks what was released
"""

import sys
from pathlib import Path

from contracts import gate, generated

_ROOT = Path(__file__).parents[3]


def main(arguments: list[str]) -> int:
    """Run one command.

    Returns:
        0 when all is well, 1 when something is stale or breaks, 2 when the command is unknown.
    """
    if not (_ROOT / "contracts" / "examples").is_dir():
        _say("contracts generates files for a working copy; install it with `pip install -e`")
        return 2
    match arguments:
        case ["generate"]:
            return _generate()
        case ["check"]:
            return _check()
        case ["gate"]:
            return _gate()
        case _:
            _say((__doc__ or "").strip())
            return 2


def _generate() -> int:
    for path in generated.write(_ROOT):
        _say(f"wrote {path.relative_to(_ROOT)}")
    return 0


def _check() -> int:
    paths = generated.stale(_ROOT, generated.files(_ROOT))
    for path in paths:
        _say(f"{path.relative_to(_ROOT)} is not current: run `make contracts` and commit it")
    return 1 if paths else 0


def _gate() -> int:
    found = gate.objections(_ROOT / "contracts")
    for each in found:
        _say(each)
    return 1 if found else 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
