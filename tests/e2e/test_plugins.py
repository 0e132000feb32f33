"""The page of sources: what an engineer sees of them and does for them, over HTTP as a browser."""

from collections.abc import Iterator

import httpx
import pytest

from hub.errors import SourceGone
from hub.model import Code, Position
from hub.model.account import Role
from hub.plugin.supervisor import Health, State
from hub.store import sources
from tests.e2e.people import signed_in
from tests.e2e.served import served
from tests.instruments import HubInHand, at, stated
from tests.unit.run.sources import Feed
from tests.unit.run.test_source import worker_of

pytestmark = pytest.mark.doors
SOURCE = "hotline_12345"
CANARY = "暗号丁香七"


@pytest.fixture
def url(hub: HubInHand) -> Iterator[str]:
    """Where the hub answers."""
    with served(hub) as where:
        yield where


@pytest.fixture
def engineer(hub: HubInHand, url: str) -> httpx.Client:
    """The engineer's browser."""
    return signed_in(url, hub, Role.ENGINEER)


def there(hub: HubInHand) -> Position:
    """A place of the district."""
    address = hub.hub.pack.geography.addresses[1000]
    return at(address.lon, address.lat)


def page(client: httpx.Client, path: str = f"/plugins/{SOURCE}") -> str:
    """The page as text."""
    answer = client.get(path)
    assert 200 == answer.status_code
    return answer.text


def test_the_first_page_of_an_engineer_is_the_sources_and_counts_add_up(
    hub: HubInHand, engineer: httpx.Client
) -> None:
    hub.tell(stated("P1", position=there(hub)), stated("P2"), b"boom")
    hub.settle()
    assert "/plugins" == engineer.get("/").headers["location"]
    first = page(engineer, "/plugins")
    assert all(f"/plugins/{name}" in first for name in hub.hub.pack.sources)
    (standing,) = (one for one in hub.hub.upkeep.all() if one.setup.name == SOURCE)
    counts = standing.counts
    assert (
        3 == counts["records"] == sum(counts[one] for one in ("published", "linked", "held", "dead", "open"))
    )


def test_trouble_is_told_in_words_with_its_facts_and_stays_readable_once_it_has_passed(
    hub: HubInHand, engineer: httpx.Client
) -> None:
    trouble = SourceGone("S107", columns="-fzr", fingerprint="ab12")
    with hub.hub.store.write() as conn:
        health = Health(state=State.FAILED, since=hub.clock.now(), trouble=trouble, failures=2)
        sources.note(conn, SOURCE, "hotline_12345", health)
    failed = page(engineer)
    assert "视图列与登记的不符：-fzr" in failed
    assert "fingerprint 设为 ab12" in failed
    with hub.hub.store.write() as conn:
        sources.note(conn, SOURCE, "hotline_12345", Health(state=State.RUNNING, since=hub.clock.now()))
    passed = page(engineer)
    assert "上一次故障（已恢复）" in passed
    assert "-fzr" in passed


def test_a_pause_and_going_on_reach_the_worker_wherever_it_runs(
    hub: HubInHand, engineer: httpx.Client
) -> None:
    worker = worker_of(hub, Feed())
    worker.step()
    assert 303 == engineer.post(f"/plugins/{SOURCE}/wish", data={"turn": "pause"}).status_code
    assert "已请求暂停" in page(engineer)
    worker.step()
    assert "已暂停" in page(engineer)
    assert 422 == engineer.post(f"/plugins/{SOURCE}/wish", data={"turn": "pause"}).status_code
    engineer.post(f"/plugins/{SOURCE}/wish", data={"turn": "resume"})
    worker.step()
    assert "运行中" in page(engineer)


class Silent(Feed):
    """Does not answer."""

    def check(self) -> None:
        """Not today."""
        raise SourceGone("S102", status=502)


def test_a_test_is_made_by_who_works_on_the_source_and_its_answer_is_shown(
    hub: HubInHand, engineer: httpx.Client
) -> None:
    assert 303 == engineer.post(f"/plugins/{SOURCE}/test").status_code
    assert "等待运行该来源的进程应答" in page(engineer)
    hub.clock.pause(31)
    assert "没有进程应答这次测试" in page(engineer)
    worker_of(hub, Feed()).step()
    assert "测试通过" in page(engineer)


def test_a_test_that_fails_says_why(hub: HubInHand, engineer: httpx.Client) -> None:
    engineer.post(f"/plugins/{SOURCE}/test")
    worker_of(hub, Silent()).step()
    failed = page(engineer)
    assert "测试未通过：来源返回 HTTP 502" in failed


def test_parked_records_are_shown_without_their_content_and_put_back_with_before_and_now(
    hub: HubInHand, engineer: httpx.Client
) -> None:
    hub.tell(stated("P1", content=CANARY), stated("P2", content=CANARY))
    hub.settle()
    held = [row.id for row in hub.rows("SELECT id FROM record WHERE fate = 'held' ORDER BY id")]
    shown = page(engineer)
    assert all(one in shown for one in held)
    assert CANARY not in shown
    answer = engineer.post(f"/plugins/{SOURCE}/replay", data={"record": held[:1]})
    assert f"/plugins/{SOURCE}?put_back=1#put-back" == answer.headers["location"]
    between = page(engineer, answer.headers["location"])
    assert between.count("处理中") > shown.count("处理中")
    hub.settle()
    hub.clock.pause(1)
    assert [(held[0], "held", "R401", "engineer")] == [
        tuple(row) for row in hub.rows("SELECT record_id, fate, code, asked_by FROM replayed")
    ]
    engineer.post(f"/plugins/{SOURCE}/replay", data={"code": "R401", "fate": "held", "every": "true"})
    assert 3 == len(hub.rows("SELECT 1 FROM replayed"))
    whos = [row.rows for row in hub.rows("SELECT rows FROM audit")]
    assert 2 == sum('"purpose":"replay"' in one for one in whos)


def test_only_records_of_the_page_s_source_are_put_back(hub: HubInHand, engineer: httpx.Client) -> None:
    hub.tell(stated("P1"))
    hub.settle()
    (held,) = hub.rows("SELECT id FROM record WHERE fate = 'held'")
    answer = engineer.post("/plugins/police_grid/replay", data={"record": [held.id]})
    assert "/plugins/police_grid?put_back=0#put-back" == answer.headers["location"]
    assert [] == hub.rows("SELECT 1 FROM replayed")


def test_a_code_that_no_table_knows_is_shown_with_what_it_may_mean(
    hub: HubInHand, engineer: httpx.Client
) -> None:
    place = there(hub)
    hub.tell(
        stated("U1", category=Code("hl-2024", "占道经营"), position=place),
        stated("U2", category=Code("hl-2024", "010499"), position=place, title="别的"),
        stated("U3", category=Code("hl-2024", "x" * 65), position=place, title="又一件"),
        stated("U4", category=Code("hl-2024", "回电13800138000"), position=place, title="再一件"),
    )
    hub.settle()
    shown = page(engineer)
    assert "street_order.occupy_road" in shown
    assert "010401" in shown
    assert "x" * 65 not in shown
    assert "13800138000" not in shown


def test_the_flow_of_a_source_counts_each_record_once(hub: HubInHand, engineer: httpx.Client) -> None:
    hub.tell(stated("P1"), stated("P2"))
    hub.settle()
    hub.clock.pause(120)
    hub.tell(stated("P3"))
    for span in ("hour", "day", "week"):
        found = engineer.get(f"/plugins/{SOURCE}/flow?span={span}").json()
        assert 3 == sum(found["received"])
        assert len(found["at"]) == len(found["received"]) == len(found["lag_s"])
    assert 422 == engineer.get(f"/plugins/{SOURCE}/flow?span=year").status_code


def test_a_system_admin_reads_and_does_nothing(hub: HubInHand, url: str) -> None:
    client = signed_in(url, hub, Role.SYSTEM_ADMIN)
    assert "<button" not in page(client).partition("<main")[2].replace('<button type="button" data-span', "")
    assert 403 == client.post(f"/plugins/{SOURCE}/test").status_code


def test_settings_of_a_plugin_are_named_and_secrets_marked_without_a_value(
    hub: HubInHand, engineer: httpx.Client
) -> None:
    shown = page(engineer)
    assert "app_secret" in shown
    assert "密钥" in shown


def test_a_source_that_the_pack_does_not_have_is_not_there(engineer: httpx.Client) -> None:
    assert 404 == engineer.get("/plugins/nobody").status_code
