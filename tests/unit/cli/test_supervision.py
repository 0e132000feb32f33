"""The centre's commands about cards, answers that are owed, and matters that wait."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner

from hub.cli import main
from tests.instruments import HubInHand
from tests.unit.run.matters import incidents, told_now
from tests.unit.run.sources import pipe
from tests.unit.run.test_deciding import whistle_of
from tests.unit.run.test_moving_on import tell
from tests.unit.run.test_supervising import APPEAL, appealing, look, of_department

ONE, TWO = ["--by", "zhongxin01"], ["--by", "zhongxin02"]


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HubInHand]:
    """A hub whose department was shown a card; the commands find it by the environment."""
    made = HubInHand(tmp_path)
    tell(made, pipe(made, "A1"))
    look(made, hours=2)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GRIDPLUS_HOME", str(tmp_path))
    monkeypatch.setenv("GRIDPLUS_CLOCK_START", "2026-03-10T12:00:00+08:00")
    monkeypatch.setenv("GRIDPLUS_STORE", made.hub.settings.store_url)
    yield made
    made.close()


def call(*words: str, exit_code: int = 0) -> Any:
    """The object that a command prints; its one line where it was refused."""
    done = CliRunner().invoke(main, [*words])
    assert exit_code == done.exit_code, done.output
    return orjson.loads(done.stdout) if done.stdout else done.stderr


def test_an_appeal_is_reviewed_twice_and_stands_in_the_list(hub: HubInHand) -> None:
    (card,) = of_department(hub)
    assert {"cards": []} == call("card", "list")
    appealing(hub).take("zilai", card.id, APPEAL, hub.clock.now())
    assert [card.id] == [one["card"] for one in call("card", "list")["cards"]]
    assert "reviewed" == call("card", "review", card.id, "withdraw", *ONE, "--reason", "RAIN")["state"]
    assert "W134" in call("card", "review", card.id, "withdraw", *ONE, exit_code=1)
    assert "withdrawn" == call("card", "review", card.id, "withdraw", *TWO)["state"]
    (told,) = call("card", "list", "--state", "withdrawn")["cards"]
    assert ["APPEAL", "REVIEW", "WITHDRAW"] == [one["turn"].upper() for one in told["turns"]]
    assert ["RAIN", "WITHDRAW_RAIN", ""] == [one["reason_code"] for one in told["turns"]]


def test_a_check_says_what_is_void_and_exits_so(hub: HubInHand) -> None:
    assert [] == call("card", "check")["void"]
    with hub.hub.store.write() as conn:
        conn.exec_driver_sql(
            "UPDATE card SET calculation = replace(calculation, '\"value\":30', '\"value\":20')"
        )
    (found,) = [
        one for one in call("card", "check", exit_code=1)["void"] if one["card"] == of_department(hub)[0].id
    ]
    assert ["DEADLINE"] == found["differs"]
    assert "W131" in call("card", "void", found["card"], *ONE, exit_code=1)


def test_a_person_makes_a_card_void(hub: HubInHand) -> None:
    (card,) = of_department(hub)
    assert "W130" in call("card", "void", "cd_0", *ONE, exit_code=1)
    assert "void" == call("card", "void", card.id, *ONE, "--reason", "WRONG_CALL")["state"]


def test_an_order_goes_to_the_department_is_answered_and_closed(hub: HubInHand, tmp_path: Path) -> None:
    whistle = whistle_of(hub, "zilai")
    due = ["--why", "poor", "--due", "2026-03-13"]
    record = call("supervise", "open", whistle, *due, *ONE)["record"]
    assert {"id": record, "kind": "order", "step": "answer"}.items() <= told_now(hub, "zilai")[-1]["data"][
        "card"
    ].items()
    assert [record] == [one["record"] for one in call("supervise", "list")["records"]]
    (tmp_path / "answer").write_text("已整改", "utf-8")
    assert "answered" == call("supervise", "answer", record, "--words", "answer", *ONE)["state"]
    assert "closed" == call("supervise", "close", record, *ONE)["state"]
    assert {"records": []} == call("supervise", "list")


def test_a_matter_waits_once_two_accounts_agree(hub: HubInHand) -> None:
    (matter,) = incidents(hub)
    asked = call("defer", "propose", matter, "--review", "2026-03-31", "--reason", "PIPES", *ONE)
    assert "W138" in call("defer", "agree", asked["deferral"], *ONE, exit_code=1)
    assert "agreed" == call("defer", "agree", asked["deferral"], *TWO)["state"]
    (told,) = call("defer", "list")["deferrals"]
    assert {"incident": matter, "reason_code": "PIPES", "proposed_by": "zhongxin01"}.items() <= told.items()
    assert "renewing" == call("defer", "review", asked["deferral"], "--until", "2026-04-30", *ONE)["state"]
    (told,) = call("defer", "list")["deferrals"]
    assert {"asked_by": "zhongxin01", "asked_until": "2026-04-30T16:00:00+00:00"}.items() <= told.items()
    assert "W138" in call("defer", "agree", asked["deferral"], *ONE, exit_code=1)
    assert "agreed" == call("defer", "agree", asked["deferral"], *TWO)["state"]
    assert "ended" == call("defer", "review", asked["deferral"], *ONE)["state"]
    assert {"deferrals": []} == call("defer", "list")
