"""Every kept Python file keeps the house rules, and every rule sees its own breach."""

import pytest

from tests.architecture import rules
from tests.architecture.rules import RULES, Rule, findings
from tests.architecture.sources import Source, python_sources

LONG_FILE = "x = 1\n" * 401
LONG_FUNCTION = "def f() -> None:\n" + "    x = 1\n" * 60

BREACHES: list[tuple[Rule, str, str]] = [
    (rules.files_are_short, "pages/src/pages/layout.py", LONG_FILE),
    (rules.functions_are_short, "tests/e2e/test_chain.py", LONG_FUNCTION),
    (rules.names_say_something, "chassis/src/chassis/utils.py", ""),
    (rules.names_say_something, "tests/helpers.py", ""),
    (rules.suppressions_have_reasons, "chassis/src/chassis/relay.py", "x = 1  # noqa: E501\n"),
    (rules.suppressions_have_reasons, "chassis/src/chassis/relay.py", "x = 1  # noqa\n"),
    (
        rules.suppressions_have_reasons,
        "tests/chassis/test_relay.py",
        "x = 1  # type: ignore[assignment]\n",
    ),
    (
        rules.only_the_edge_commits,
        "services/vouchers/src/vouchers/storage/booklets.py",
        "async def keep(tx) -> None:\n    await tx.connection.commit()\n",
    ),
    (
        rules.time_and_identity_are_given,
        "services/vouchers/src/vouchers/domain/booklet.py",
        "import datetime\nat = datetime.datetime.now(datetime.UTC)\n",
    ),
    (
        rules.time_and_identity_are_given,
        "chassis/src/chassis/relay.py",
        "from datetime import UTC, datetime\nat = datetime.now(UTC)\n",
    ),
    (
        rules.time_and_identity_are_given,
        "chassis/src/chassis/relay.py",
        "import time\nat = time.time()\n",
    ),
    (
        rules.time_and_identity_are_given,
        "services/partners/src/partners/application/intake.py",
        "from uuid import uuid4\n",
    ),
    (
        rules.time_and_identity_are_given,
        "services/partners/src/partners/application/intake.py",
        "import uuid_utils\nidentity = uuid_utils.uuid7()\n",
    ),
    (
        rules.sql_lives_in_storage,
        "services/vouchers/src/vouchers/application/redemption.py",
        "from sqlalchemy import select\n",
    ),
    (
        rules.sql_lives_in_storage,
        "services/vouchers/src/vouchers/entrypoints/api.py",
        "async def read(c) -> None:\n    await c.execute(QUERY)\n",
    ),
    (
        rules.sql_lives_in_storage,
        "services/vouchers/src/vouchers/entrypoints/api.py",
        'QUERY = "SELECT name FROM organisation"\n',
    ),
    (
        rules.chassis_knows_no_domain_noun,
        "chassis/src/chassis/consumer.py",
        'TOKEN = "voucher:1"\n',
    ),
    (
        rules.chassis_knows_no_domain_noun,
        "chassis/src/chassis/consumer.py",
        "def hold_booklets() -> None: ...\n",
    ),
    (
        rules.chassis_knows_no_domain_noun,
        "chassis/src/chassis/consumer.py",
        "class BookingConsumer: ...\n",
    ),
    (
        rules.imports_are_of_my_own_service,
        "tests/vouchers/test_directory.py",
        "from scheduling.storage import organisations\n",
    ),
]

INNOCENT: list[tuple[Rule, str, str]] = [
    (rules.files_are_short, "pages/src/pages/layout.py", "x = 1\n" * 400),
    (rules.functions_are_short, "tests/e2e/test_chain.py", LONG_FUNCTION[: -len("    x = 1\n")]),
    (
        rules.suppressions_have_reasons,
        "chassis/src/chassis/relay.py",
        "x = 1  # noqa: BLE001 - the loop outlives one bad pass\n",
    ),
    (
        rules.suppressions_have_reasons,
        "chassis/src/chassis/relay.py",
        "# The stub of this library forgets the argument.\nx = 1  # type: ignore[call-arg]\n",
    ),
    (rules.suppressions_have_reasons, "chassis/src/chassis/relay.py", 'x = "# noqa"\n'),
    (
        rules.only_the_edge_commits,
        "chassis/src/chassis/database.py",
        "async def close(c) -> None:\n    await c.commit()\n",
    ),
    (
        rules.time_and_identity_are_given,
        "chassis/src/chassis/clock.py",
        "from datetime import UTC, datetime\nat = datetime.now(UTC)\n",
    ),
    (
        rules.time_and_identity_are_given,
        "services/vouchers/src/vouchers/application/redemption.py",
        "async def redeem(tx) -> None:\n    at = tx.now\n",
    ),
    (
        rules.sql_lives_in_storage,
        "services/vouchers/src/vouchers/storage/organisations.py",
        "from sqlalchemy import select\n",
    ),
    (
        rules.sql_lives_in_storage,
        "services/vouchers/src/vouchers/application/redemption.py",
        "from sqlalchemy.ext.asyncio import AsyncConnection\n",
    ),
    (
        rules.chassis_knows_no_domain_noun,
        "chassis/src/chassis/consumer.py",
        "# A person decides; the organisation is the caller's.\n",
    ),
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_house_is_in_order(rule: Rule) -> None:
    found = [str(finding) for source in python_sources() for finding in findings(rule, source)]

    assert not found, "\n".join(found)


@pytest.mark.parametrize(("rule", "path", "code"), BREACHES)
def test_a_breach_is_seen(rule: Rule, path: str, code: str) -> None:
    assert findings(rule, Source(path, code))


@pytest.mark.parametrize(("rule", "path", "code"), INNOCENT)
def test_what_is_in_order_passes(rule: Rule, path: str, code: str) -> None:
    assert not findings(rule, Source(path, code))


def test_every_rule_has_a_breach_that_it_sees() -> None:
    assert {rule for rule, _, _ in BREACHES} == set(RULES)


def test_a_line_steps_out_of_a_rule_only_with_a_reason() -> None:
    path = "services/vouchers/src/vouchers/application/redemption.py"
    bare, reasoned = (
        "from uuid import uuid4  # allowed:\n",
        "from uuid import uuid4  # allowed: a throw-away name for a temporary file\n",
    )

    assert findings(rules.time_and_identity_are_given, Source(path, bare))
    assert not findings(rules.time_and_identity_are_given, Source(path, reasoned))
