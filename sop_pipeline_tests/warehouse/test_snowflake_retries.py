"""What may pass by itself is tried again, with a bound; data and permission errors never are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from sop_pipeline.errors import WarehouseUnavailable
from sop_pipeline.warehouse import SnowflakeSettings, SnowflakeWarehouse
from sop_pipeline.warehouse.snowflake_errors import Patience
from sop_pipeline.warehouse.snowflake_reader import forget_reader
from sop_pipeline_tests.contract.plans import (
    DIFFERENT_PLANS,
    invented_plan,
    publication,
)
from sop_pipeline_tests.emulator import Emulator
from sop_pipeline_tests.warehouse.proxy import SIGN_IN, Proxy, Trouble, proxy_to

BASE = 1
LOCK_SECONDS = 5.0
SITES = "SELECT SITE_ID"
COPY_IN_THE_MIDDLE = "COPY INTO SOP_LOGISTICS.BUILD_PLAN_WAREHOUSE"
PLAN = "SOP_LOGISTICS.RECOMMENDED_BUILD_PLAN"


@dataclass
class House:
    """A warehouse behind a proxy, with a published plan, and the waits between attempts."""

    warehouse: SnowflakeWarehouse
    direct: SnowflakeWarehouse
    proxy: Proxy
    waits: list[float]

    def publish(self, figure: float, run: str) -> None:
        """Publish through the proxy."""
        self.warehouse.publish(publication(invented_plan(BASE, figure), run))

    def holds(self, figure: float) -> bool:
        """Whether the plan of this figure is there, whole."""
        plan = self.direct.read_plan(BASE)
        expected = invented_plan(BASE, figure)
        return all(plan[name].equals(frame) for name, frame in expected.items())

    def history(self) -> Counter[str]:
        """Rows of the history per run."""
        with self.emulator.connect(self.database) as connection:
            query = f"SELECT RUN_ID FROM {PLAN}_HISTORY"
            return Counter(run for (run,) in connection.cursor().execute(query).fetchall())

    emulator: Emulator = None  # type: ignore[assignment]
    database: str = ""


@pytest.fixture(scope="module")
def behind_proxy(emulator: Emulator) -> Iterator[House]:
    database = emulator.new_database()
    environment = emulator.environment(database)
    waits: list[float] = []
    with proxy_to(emulator.port) as proxy:
        through = SnowflakeSettings.from_environment(
            {**environment, "SNOWFLAKE_PORT": str(proxy.port)}
        )
        direct = SnowflakeWarehouse(SnowflakeSettings.from_environment(environment))
        direct.create()
        patience = Patience(LOCK_SECONDS, waits.append)
        house = House(SnowflakeWarehouse(through, patience), direct, proxy, waits)
        house.emulator, house.database = emulator, database
        yield house
        forget_reader()


@pytest.fixture
def house(behind_proxy: House) -> House:
    """With the first plan published, and nothing of the test before."""
    forget_reader()
    behind_proxy.proxy.trouble = None
    if behind_proxy.history() != {"first": 4}:
        with behind_proxy.emulator.connect(behind_proxy.database) as connection:
            connection.cursor().execute(f"DELETE FROM {PLAN}_HISTORY")
        behind_proxy.direct.publish(publication(invented_plan(BASE, DIFFERENT_PLANS[0]), "first"))
    behind_proxy.waits.clear()
    return behind_proxy


@pytest.mark.parametrize(
    "trouble",
    [
        Trouble(SIGN_IN, "cut before", times=1),
        Trouble(SIGN_IN, "answer", times=1, status=503),
        Trouble("CREATE TEMPORARY STAGE", "cut before", times=1),
        Trouble("PUT", "cut after", times=1),
        Trouble(COPY_IN_THE_MIDDLE, "cut after", times=1),
        Trouble(COPY_IN_THE_MIDDLE, "answer", times=1, status=503),
        Trouble("COMMIT", "cut before", times=1),
        Trouble("COMMIT", "cut after", times=1),
        Trouble(
            "UPDATE",
            "refuse",
            times=1,
            number="000625",
            state="57014",
            message="Statement 'x' has locked table 'PUBLICATION_TURN' in transaction 1 and this "
            "lock has not yet been released.",
        ),
    ],
    ids=lambda t: f"{t.does} {t.status} {t.number} {t.statement[:20]} {t.times}",
)
def test_a_publication_outlives_passing_trouble(house: House, trouble: Trouble) -> None:
    house.proxy.make(trouble)
    house.publish(DIFFERENT_PLANS[1], "second")
    assert house.holds(DIFFERENT_PLANS[1])
    assert house.history() == {"first": 4, "second": 4}
    assert len(house.waits) == trouble.times


@pytest.mark.parametrize("query", ["scenarios", "site_master"])
def test_a_read_outlives_a_connection_that_is_cut(house: House, query: str) -> None:
    house.warehouse.read(query)
    house.proxy.make(Trouble("SELECT", "cut before", times=1))
    house.warehouse.read(query)
    assert len(house.waits) == 1


def test_a_kept_connection_that_has_ended_is_replaced(house: House) -> None:
    house.warehouse.read("scenarios")
    house.emulator.end_sessions()
    house.warehouse.read("scenarios")
    assert len(house.waits) == 1


def test_waits_grow_and_the_number_of_attempts_is_bound(house: House) -> None:
    house.proxy.make(Trouble(SITES, "cut before"))
    with pytest.raises(WarehouseUnavailable, match="connection was lost"):
        house.warehouse.read("site_master")
    assert house.proxy.count(SITES) == 5
    assert house.waits == sorted(house.waits)


@pytest.mark.parametrize(("status", "attempts"), [(500, 3), (501, 3), (503, 5), (403, 1)])
def test_an_answer_is_tried_again_as_often_as_its_status_allows(
    house: House, status: int, attempts: int
) -> None:
    house.proxy.make(Trouble(SITES, "answer", status=status))
    with pytest.raises(WarehouseUnavailable, match=str(status)):
        house.warehouse.read("site_master")
    assert house.proxy.count(SITES) == attempts


@pytest.mark.parametrize(
    ("number", "state", "message"),
    [
        ("100072", "22000", "NULL result in a non-nullable column"),
        ("003001", "42501", "SQL access control error: Insufficient privileges to operate"),
    ],
)
def test_a_refused_statement_is_not_tried_again_and_all_is_rolled_back(
    house: House, number: str, state: str, message: str
) -> None:
    house.proxy.make(
        Trouble(COPY_IN_THE_MIDDLE, "refuse", number=number, state=state, message=message)
    )
    with pytest.raises(WarehouseUnavailable, match=message):
        house.publish(DIFFERENT_PLANS[1], "second")
    assert house.proxy.count(COPY_IN_THE_MIDDLE) == 1
    assert house.proxy.count("ROLLBACK") == 1
    assert house.proxy.count("COMMIT") == 0
    assert house.waits == []
    assert house.holds(DIFFERENT_PLANS[0])
    assert house.history() == {"first": 4}


@pytest.mark.parametrize(
    ("statement", "number", "message"),
    [
        (SIGN_IN, "390100", "Incorrect username or password was specified."),
        (SIGN_IN, "390189", "Role 'X' specified in the connect string does not exist."),
        (SITES, "100038", "Numeric value 'x' is not recognized"),
        (SITES, "002003", "Object does not exist or not authorized."),
        (SITES, "000630", "Statement reached its statement timeout and was canceled."),
    ],
)
def test_a_refused_read_or_sign_in_is_not_tried_again(
    house: House, statement: str, number: str, message: str
) -> None:
    house.proxy.make(Trouble(statement, "refuse", number=number, state="22000", message=message))
    with pytest.raises(WarehouseUnavailable, match=message):
        house.warehouse.read("site_master")
    assert house.proxy.count(statement) == 1


def test_waiting_for_another_publication_ends_and_names_the_lock(house: House) -> None:
    with house.emulator.connect(house.database) as connection:
        connection.cursor().execute("BEGIN")
        connection.cursor().execute("UPDATE SOP_LOGISTICS.PUBLICATION_TURN SET TURN = TURN + 1")
        impatient = SnowflakeWarehouse(house.warehouse._settings, Patience(lock_seconds=0.5))
        with pytest.raises(WarehouseUnavailable, match="is locked"):
            impatient.publish(publication(invented_plan(BASE, DIFFERENT_PLANS[1]), "second"))
        connection.cursor().execute("ROLLBACK")
    assert house.holds(DIFFERENT_PLANS[0])


def test_no_definition_is_sent_inside_a_transaction_and_stages_are_temporary(house: House) -> None:
    house.proxy.make(Trouble("nothing", "answer"))
    house.publish(DIFFERENT_PLANS[1], "second")
    begin, commit = (house.proxy.seen.index(s) for s in ("BEGIN TRANSACTION", "COMMIT"))
    inside = {statement.split()[0] for statement in house.proxy.seen[begin + 1 : commit]}
    assert inside == {"UPDATE", "DELETE", "COPY", "INSERT", "SELECT"}
    stages = [one for one in house.proxy.seen if "STAGE" in one.split("@")[0]]
    assert [one.split(".")[0] for one in stages] == ["CREATE TEMPORARY STAGE SOP_LOGISTICS"]
    house.publish(DIFFERENT_PLANS[0], "third")
    again = [one for one in house.proxy.seen if "STAGE" in one.split("@")[0]]
    assert len(set(again)) == 2
