"""A view as a source: what is told of a row that vanished, and which numbers it holds."""

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from hub.clock import FixedClock
from hub.model import Arrival, Code, Draft, Stage
from hub.plugin import Body, Tools
from hub.plugin.fields import Fields
from hub.plugin.transport.view_pull import ViewPull, ViewPullConfig
from hub.plugin.transport.view_sweep import Rows

NOON = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)


class View(ViewPull[ViewPullConfig]):
    """Numbers and words."""

    def rows(self) -> Rows:
        return Rows(key="no", columns=("no", "code", "words"), kept=("no", "code"))

    def drafts(self, row: Fields, arrival: Arrival) -> Sequence[Draft]:  # noqa: ARG002  as the base
        category = Code("t", row.ref("code"))
        return [Draft(source_ref=row.needed_ref("no"), category=category, content=row.text("words"))]


@pytest.fixture
def view(tmp_path: Path) -> View:
    link = sqlite3.connect(tmp_path / "d.sqlite")
    with link:
        link.execute("create table v (no text, code text, words text)")
        link.executemany(
            "insert into v values (?, '0101', '甲')", [("A1  ",), ("A1",), ("Ａ２",), ("a2",), (None,)]
        )
    link.close()
    tools = Tools(source="v", clock=FixedClock(NOON), http=httpx.Client, nonce=lambda: "0" * 32)
    config = {"url": f"sqlite:///{tmp_path / 'd.sqlite'}", "view": "v"}
    return View(ViewPullConfig.model_validate(config), tools)


@pytest.mark.nasty("N09", "any view")
def test_of_a_row_that_vanished_is_told_what_was_kept_and_that_it_is_called_off(view: View) -> None:
    body = Body(b'{"gone": "A1", "kept": {"no": "A1", "code": "0101"}}', "gone")
    (gone,) = view.normalise(body, Arrival(NOON, "gone"))
    assert isinstance(gone, Draft)
    assert (gone.source_ref, gone.category.value, gone.content) == ("A1", "0101", "")
    assert (gone.stage, gone.is_update, gone.flags) == (Stage.CANCELLED, True, ("row_vanished",))


def test_each_number_is_listed_once_however_it_is_written(view: View) -> None:
    assert sorted(one.ref for one in view.inventory(NOON, NOON)) == ["A1", "A2"]
    view.close()
    view.close()
