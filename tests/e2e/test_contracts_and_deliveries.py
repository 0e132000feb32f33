"""What an engineer reads of contracts and schemas, and does for what departments did not get."""

from collections.abc import Iterator

import httpx
import pytest

from hub.model.account import Role
from hub.schema import schemas
from tests.e2e.people import signed_in
from tests.e2e.served import blow, served
from tests.instruments import HubInHand

pytestmark = pytest.mark.doors


@pytest.fixture
def engineer(hub: HubInHand) -> Iterator[httpx.Client]:
    """The engineer's browser."""
    with served(hub) as url:
        yield signed_in(url, hub, Role.ENGINEER)


def test_every_contract_is_there_with_its_time_limits_in_words(
    hub: HubInHand, engineer: httpx.Client
) -> None:
    listed = engineer.get("/contracts").text
    assert all(f"/contracts/{one.id}" in listed for one in hub.hub.pack.contracts)
    one = engineer.get("/contracts/chengguan-v1").text
    assert "10 分钟（不分昼夜）" in one
    assert "5 个工作日" in one
    assert "占道经营由城管主办" in one
    assert "phone_3_4" in one
    for contract in hub.hub.pack.contracts:
        assert 200 == engineer.get(f"/contracts/{contract.id}").status_code
    assert 404 == engineer.get("/contracts/nobody-v1").status_code


def test_every_schema_can_be_read(engineer: httpx.Client) -> None:
    for name in schemas():
        assert 200 == engineer.get(f"/contracts/schemas/{name}").status_code
    assert 404 == engineer.get("/contracts/schemas/nothing").status_code


def test_what_a_webhook_refused_is_told_with_its_next_step_and_sent_again(
    hub: HubInHand, engineer: httpx.Client
) -> None:
    blow(hub, "zilai")
    with hub.hub.store.write() as conn:
        conn.exec_driver_sql("UPDATE delivery SET state = 'failed', code = 'S119' WHERE department = 'zilai'")
    before = engineer.get("/deliveries").text
    assert "部门的 webhook 拒收" in before
    assert "/deliveries/zilai/again" in before
    answer = engineer.post("/deliveries/zilai/again")
    assert "/deliveries?again=1" == answer.headers["location"]
    assert "/deliveries/zilai/again" not in engineer.get("/deliveries").text
    assert ["waiting"] == [
        row.state for row in hub.rows("SELECT state FROM delivery WHERE department = 'zilai'")
    ]
    assert 1 == sum('"purpose":"send_again"' in row.rows for row in hub.rows("SELECT rows FROM audit"))
    assert 404 == engineer.post("/deliveries/nobody/again").status_code
