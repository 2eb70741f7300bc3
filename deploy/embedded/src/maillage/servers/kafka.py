"""Apache Kafka in KRaft mode: one broker, which is its own controller, on loopback.

Nobody speaks to it without a password: SCRAM-SHA-512 for clients, PLAIN between broker and
controller (KRaft keeps SCRAM secrets in the very log the controller must be reached for).
"""

import base64
import os
import secrets
import shutil
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from maillage.servers.java import java
from maillage.servers.postgres import last_line
from maillage.servers.processes import (
    LOOPBACK,
    Identity,
    detach,
    is_free,
    stop,
    wait_until,
    write_private,
)
from maillage.trouble import Trouble

ADMIN = "admin"
BROKER = "broker"  # the broker's own name, towards itself
SECURITY_PROTOCOL = "SASL_PLAINTEXT"
MECHANISM = "SCRAM-SHA-512"
STOP_SIGNAL = signal.SIGTERM
FORMAT_TIMEOUT_S = 60
START_TIMEOUT_S = 90
# Java opens a path with an accent in a UTF-8 locale only.
LOCALE = {"LC_ALL": "C.UTF-8"}
MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Kafka:
    """One broker in `directory`, from `jars` (see maillage.servers.jars.fetch)."""

    directory: Path
    port: int
    controller_port: int
    password: str
    broker_password: str
    jars: Sequence[Path] = ()
    heap_mb: int = 384
    listen_on: str = LOOPBACK
    advertised: str = ""  # what clients are told, when it differs (a container's mapped port)

    @property
    def bootstrap(self) -> str:
        return f"{LOOPBACK}:{self.port}"

    @property
    def data(self) -> Path:
        return self.directory / "data"

    def client(
        self, username: str = ADMIN, password: str = ""
    ) -> dict[str, str | int | float | bool]:
        """Settings of a confluent-kafka client; the administrator's unless told otherwise."""
        return {
            "bootstrap.servers": self.bootstrap,
            "security.protocol": SECURITY_PROTOCOL,
            "sasl.mechanism": MECHANISM,
            "sasl.username": username,
            "sasl.password": password or self.password,
            "log_level": 0,
        }

    def prepare(self) -> None:
        """Writes the settings for these ports and formats the log once."""
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_private(self.directory / "server.properties", self.properties())
        finished = self.data / "maillage-initialised"
        if finished.exists():
            return
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir(parents=True)
        arguments = ["format", "--config", str(self.directory / "server.properties")]
        arguments += ["--cluster-id", cluster_id()]
        for name, secret in ((ADMIN, self.password), (BROKER, self.broker_password)):
            arguments += ["--add-scram", f"{MECHANISM}=[name={name},password={secret}]"]
        self._write_arguments("format.args", "kafka.tools.StorageTool", arguments, heap_mb=128)
        try:
            done = subprocess.run(
                [str(java()), f"@{self.directory / 'format.args'}"],
                capture_output=True,
                text=True,
                timeout=FORMAT_TIMEOUT_S,
                check=False,
                env={**os.environ, **LOCALE},
            )
        finally:
            (self.directory / "format.args").unlink(missing_ok=True)  # it holds the passwords
        if done.returncode != 0:
            raise Trouble(f"Kafka n’a pas pu préparer ses fichiers. {last_line(done.stderr)}")
        finished.touch()

    def command(self) -> list[str]:
        """The broker in the foreground, for whoever supervises it (after `prepare`)."""
        settings = str(self.directory / "server.properties")
        self._write_arguments("server.args", "kafka.Kafka", [settings], heap_mb=self.heap_mb)
        return [str(java()), f"@{self.directory / 'server.args'}"]

    def answers(self) -> bool:
        """Whether the administrator can sign in and read the cluster's description."""
        if is_free(self.port):
            return False
        try:
            AdminClient({**self.client(), "socket.timeout.ms": 2000}).list_topics(timeout=2)
        except KafkaException:
            return False
        return True

    def start(self) -> Identity:
        """Prepares and starts it, and returns once it answers. Raises Trouble."""
        self.prepare()
        log = self.directory / "kafka.log"
        identity = detach(self.command(), log=log, environment={**os.environ, **LOCALE})
        if not wait_until(
            self.answers, timeout_s=START_TIMEOUT_S, alive=lambda: identity.process() is not None
        ):
            stop(identity, timeout_s=5)
            tail = last_line(log.read_text(errors="replace"))
            raise Trouble(f"Kafka n’a pas pu démarrer. {tail}")
        return identity

    def _write_arguments(
        self, name: str, main: str, arguments: Sequence[str], *, heap_mb: int
    ) -> None:
        """A Java argument file: 45 jars make a long line, and passwords must not show in `ps`."""
        temporary = self.directory / "tmp"
        temporary.mkdir(exist_ok=True)
        parts = [
            f"-Xmx{heap_mb}m",
            f"-Xms{min(heap_mb, 128)}m",
            "-XX:+UseSerialGC",
            # One compiler: 40 % less work at each start for 20 % more per record, of which there
            # are few; and the second compiler does not take a core while the services start.
            "-XX:TieredStopAtLevel=1",
            "-XX:-UsePerfData",
            "--enable-native-access=ALL-UNNAMED",
            f"-Djava.io.tmpdir={temporary}",
            "-Djava.awt.headless=true",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
            "-Dorg.slf4j.simpleLogger.showDateTime=true",
            "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
            "-cp",
            os.pathsep.join(str(jar) for jar in self.jars),
            main,
            *arguments,
        ]
        quoted = (f'"{part}"'.replace("\\", "\\\\") for part in parts)
        write_private(self.directory / name, "\n".join(quoted) + "\n")

    def properties(self) -> str:
        """The broker's settings file."""
        plain = "org.apache.kafka.common.security.plain.PlainLoginModule"
        scram = "org.apache.kafka.common.security.scram.ScramLoginModule"
        own = f'username="{BROKER}" password="{self.broker_password}"'
        settings = {
            "process.roles": "broker,controller",
            "node.id": 1,
            "controller.quorum.voters": f"1@{LOOPBACK}:{self.controller_port}",
            "controller.listener.names": "CONTROLLER",
            "listeners": f"CLIENT://{self.listen_on}:{self.port},"
            f"CONTROLLER://{LOOPBACK}:{self.controller_port}",
            "advertised.listeners": f"CLIENT://{self.advertised or self.bootstrap}",
            "listener.security.protocol.map": f"CLIENT:{SECURITY_PROTOCOL},"
            f"CONTROLLER:{SECURITY_PROTOCOL}",
            "inter.broker.listener.name": "CLIENT",
            "sasl.mechanism.inter.broker.protocol": MECHANISM,
            "sasl.mechanism.controller.protocol": "PLAIN",
            "listener.name.client.sasl.enabled.mechanisms": MECHANISM,
            "listener.name.client.scram-sha-512.sasl.jaas.config": f"{scram} required {own};",
            "listener.name.controller.sasl.enabled.mechanisms": "PLAIN",
            "listener.name.controller.plain.sasl.jaas.config": f"{plain} required {own} "
            f'user_{BROKER}="{self.broker_password}";',
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users": f"User:{ADMIN};User:{BROKER}",
            "allow.everyone.if.no.acl.found": "false",
            "auto.create.topics.enable": "false",
            "log.dirs": self.data / "log",
            "log.message.timestamp.type": "LogAppendTime",
            # A broker killed with -9 is taken back after this time; the default makes that 14 s.
            "broker.session.timeout.ms": 3000,
            "broker.heartbeat.interval.ms": 500,
            "group.initial.rebalance.delay.ms": 0,
            "offsets.topic.replication.factor": 1,
            "offsets.topic.num.partitions": 8,
            "transaction.state.log.replication.factor": 1,
            "transaction.state.log.min.isr": 1,
            "transaction.state.log.num.partitions": 4,
            "share.coordinator.state.topic.replication.factor": 1,
            "share.coordinator.state.topic.min.isr": 1,
            "num.network.threads": 2,
            "num.io.threads": 4,
            "log.cleaner.dedupe.buffer.size": 8 * MEBIBYTE,
        }
        # Java reads these files as ISO 8859-1: a path with an accent must be spelt out.
        return "".join(f"{name}={escaped(str(value))}\n" for name, value in settings.items())


def escaped(value: str) -> str:
    """The value as a Java properties file takes it."""
    return "".join(one if one.isascii() and one != "\\" else _spelt_out(one) for one in value)


def _spelt_out(character: str) -> str:
    units = character.encode("utf-16-be").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def cluster_id() -> str:
    """A fresh KRaft cluster id. One that starts with `-` would be taken for an option."""
    while True:
        candidate = base64.urlsafe_b64encode(secrets.token_bytes(16)).rstrip(b"=").decode()
        if not candidate.startswith("-"):
            return candidate
