"""Prints `.env.example` with a fresh secret behind every name that has no value.

Standard library only, so that it runs before anything is installed:

    python deploy/compose/new_env.py > .env
"""

import base64
import secrets
import sys
from collections.abc import Iterator
from pathlib import Path

EXAMPLE = Path(__file__).parents[2] / ".env.example"
# RFC 8410: the fixed head of a private Ed25519 key; the 32 bytes behind it are the secret.
ED25519_HEAD = bytes.fromhex("302e020100300506032b657004220420")
SEED_BYTES = 32


def filled(example: str) -> Iterator[str]:
    """The lines of the example, each empty value replaced by a secret."""
    for line in example.splitlines():
        name, equals, value = line.partition("=")
        if line.startswith("#") or not equals or value:
            yield line
        else:
            yield f"{name}={signing_key() if name == 'SIGNING_KEY' else secrets.token_urlsafe(32)}"


def signing_key() -> str:
    """A private Ed25519 key as PEM on one line: Compose unescapes double quotes."""
    body = base64.b64encode(ED25519_HEAD + secrets.token_bytes(SEED_BYTES)).decode()
    return f'"-----BEGIN PRIVATE KEY-----\\n{body}\\n-----END PRIVATE KEY-----\\n"'


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in filled(EXAMPLE.read_text(encoding="utf-8")))
