"""Topics, principals, rights and quotas of the broker, made to be what `contracts.topics` says.

Idempotent: what is missing is made, what is no longer declared is taken away.
"""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from typing import Any

from confluent_kafka import KafkaException
from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialAlteration,
    UserScramCredentialUpsertion,
)
from confluent_kafka.cimpl import NewTopic

from contracts import topics
from contracts.topics import Acl, Topic
from maillage import quotas
from maillage.trouble import Trouble

PATIENCE_S = 30
SCRAM_ITERATIONS = 8192
RESOURCES = {"topic": ResourceType.TOPIC, "group": ResourceType.GROUP}
PATTERNS = {"literal": ResourcePatternType.LITERAL, "prefixed": ResourcePatternType.PREFIXED}
OPERATIONS = {
    "read": AclOperation.READ,
    "write": AclOperation.WRITE,
    "describe": AclOperation.DESCRIBE,
}


def principals(partners: Iterable[str]) -> list[str]:
    """Everyone who signs in at the broker, the administrator apart."""
    return [*topics.SERVICES, *(topics.partner_principal(one) for one in partners), topics.AUDITOR]


def prepare(
    client: Mapping[str, str | int | float | bool],
    *,
    partners: list[str],
    password: Callable[[str], str],
) -> None:
    """Makes the broker ready for all services and the given partners' Kafka doors.

    Args:
        client: Settings of a confluent-kafka client that may do everything.
        partners: Slugs of the organisations with topics of their own.
        password: The password of a principal.

    Raises:
        Trouble: The broker refuses or does not answer, or a topic has other partitions.
    """
    admin = AdminClient(dict(client))
    try:
        declare_topics(admin, [*topics.TOPICS, *_partner_topics(partners)])
        declare_people(admin, {name: password(name) for name in principals(partners)})
        declare_rights(admin, _acls(partners))
    except KafkaException as error:
        raise Trouble(f"Kafka a refusé sa préparation : {error.args[0].str()}") from error
    limits = {topics.partner_principal(one): topics.PARTNER_QUOTA_BYTES_PER_S for one in partners}
    quotas.declare(client, producer_bytes_per_s=limits)


def declare_topics(admin: AdminClient, wanted: list[Topic]) -> None:
    """Makes the topics, and gives the standing ones their settings."""
    standing = admin.list_topics(timeout=PATIENCE_S).topics
    missing = [one for one in wanted if one.name not in standing]
    if missing:
        _wait(
            admin.create_topics(
                [
                    NewTopic(one.name, one.partitions, replication_factor=1, config=one.configs())
                    for one in missing
                ]
            )
        )
    kept = [one for one in wanted if one.name in standing]
    for one in kept:
        partitions = len(standing[one.name].partitions)
        if partitions != one.partitions:
            raise Trouble(
                f"Le sujet {one.name} a {partitions} partitions au lieu de {one.partitions} : "
                "les clés n’y seraient plus dans l’ordre. Repartez de zéro avec « make reset »."
            )
    if kept:
        _wait(admin.incremental_alter_configs([_settings(one) for one in kept]))


def declare_people(admin: AdminClient, passwords: Mapping[str, str]) -> None:
    """SCRAM credentials: set anew each time, so that they are what the secrets file says."""
    kind = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, SCRAM_ITERATIONS)
    changes: list[UserScramCredentialAlteration] = [
        UserScramCredentialUpsertion(name, kind, secret.encode())
        for name, secret in passwords.items()
    ]
    _wait(admin.alter_user_scram_credentials(changes))


def declare_rights(admin: AdminClient, wanted: list[Acl]) -> None:
    """Exactly these rights, no other."""
    anything: Any = None  # what the filter takes for it, though its annotation says str
    everything = AclBindingFilter(
        ResourceType.ANY,
        anything,
        ResourcePatternType.ANY,
        anything,
        anything,
        AclOperation.ANY,
        AclPermissionType.ANY,
    )
    standing = set(admin.describe_acls(everything, request_timeout=PATIENCE_S).result())
    declared = {_binding(one) for one in wanted}
    if missing := declared - standing:
        _wait(admin.create_acls(list(missing)))
    if extra := standing - declared:
        _wait(admin.delete_acls([_exactly(one) for one in extra]))


def _partner_topics(partners: list[str]) -> list[Topic]:
    return [topic for slug in partners for topic in topics.partner_topics(slug)]


def _acls(partners: list[str]) -> list[Acl]:
    rights = [acl for service in topics.SERVICES for acl in topics.service_acls(service)]
    rights += [acl for slug in partners for acl in topics.partner_acls(slug)]
    return rights + topics.auditor_acls()


def _binding(acl: Acl) -> AclBinding:
    return AclBinding(
        RESOURCES[acl.resource],
        acl.name,
        PATTERNS[acl.pattern],
        f"User:{acl.principal}",
        "*",
        OPERATIONS[acl.operation],
        AclPermissionType.ALLOW,
    )


def _exactly(binding: AclBinding) -> AclBindingFilter:
    return AclBindingFilter(
        binding.restype,
        binding.name,
        binding.resource_pattern_type,
        binding.principal,
        binding.host,
        binding.operation,
        binding.permission_type,
    )


def _settings(topic: Topic) -> ConfigResource:
    entries = [
        ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET)
        for name, value in topic.configs().items()
    ]
    return ConfigResource(ConfigResource.Type.TOPIC, topic.name, incremental_configs=entries)


def _wait(futures: Mapping[Any, "Future[Any]"]) -> None:
    for future in futures.values():
        future.result(PATIENCE_S)
