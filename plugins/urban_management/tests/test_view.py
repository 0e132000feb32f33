"""The view without update time: only what changed comes, a crash loses nothing, the cursor stays small."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pytest
from gridplus_urban_management.adapter import UrbanManagement

from hub.errors import SourceGone, TryLater
from hub.model import Stage
from hub.plugin import Body, Tells, Utterance
from hub.plugin.transport.sql_view import SqlView

if TYPE_CHECKING:
    from plugins.urban_management.tests.conftest import Desk, Say, Start

ONLY_VIEW = ("no_service",)


def refs(desk: "Desk", bodies: Sequence[Body]) -> list[str]:
    return [desk.draft(body).source_ref[-2:] for body in bodies]


def changed(desk: "Desk", say: "Say", number: int, **changes: object) -> None:
    """The department changes a row while the hub is running."""
    desk.platform.speak(say(number, code_table="cg-2015", **changes))


def rows(say: "Say", count: int) -> list[Utterance]:
    return [say(number, code_table="cg-2015") for number in range(1, count + 1)]


def test_each_row_comes_once_and_again_only_when_it_changes(say: "Say", start: "Start") -> None:
    desk = start(*rows(say, 7), failures=ONLY_VIEW, view={"batch": 3})
    bodies, cursor = desk.pull()
    assert refs(desk, bodies) == ["01", "02", "03", "04", "05", "06", "07"]
    bodies, cursor = desk.next_sweep(cursor)
    assert bodies == []
    changed(desk, say, 4, stage=Stage.RETURNED)
    bodies, cursor = desk.next_sweep(cursor)
    assert [(draft.source_ref, draft.stage) for draft in map(desk.draft, bodies)] == [
        ("UM20260310000004", Stage.RETURNED)
    ]


@pytest.mark.nasty("N24", "the old table is the view's own")
def test_a_row_speaks_the_code_table_of_the_view_unless_it_names_one(say: "Say", start: "Start") -> None:
    desk = start(say(1, code_table="cg-2015", code="0406"), failures=ONLY_VIEW)
    (draft,) = desk.drafts()
    assert (draft.category.table, draft.category.value) == ("cg-2015", "0406")


def test_between_two_passes_the_department_is_left_in_peace(say: "Say", start: "Start") -> None:
    desk = start(*rows(say, 2), failures=ONLY_VIEW, view={"sweep_pause_s": 60.0})
    _, cursor = desk.pull()
    changed(desk, say, 1, address="云桥路2号")
    page = desk.adapter.read(cursor)
    assert ((), cursor, False) == (page.bodies, page.cursor, page.more)
    assert refs(desk, desk.next_sweep(cursor)[0]) == ["01"]


def test_the_cursor_does_not_grow_with_the_view(say: "Say", start: "Start") -> None:
    small = start(*rows(say, 1), failures=ONLY_VIEW).pull()[1]
    large = start(*rows(say, 60), failures=ONLY_VIEW, view={"batch": 7}).pull()[1]
    assert abs(len(small) - len(large)) < 16


def test_a_crash_between_two_pages_loses_no_row(say: "Say", start: "Start") -> None:
    desk = start(*rows(say, 6), failures=ONLY_VIEW, view={"batch": 2})
    first = desk.adapter.read("")
    lost = desk.adapter.read(first.cursor)  # handed out, and never stored
    again = desk.restarted()
    bodies, cursor = again.pull(first.cursor)
    assert refs(desk, lost.bodies) == refs(again, bodies)[:2]
    assert refs(again, bodies) == ["03", "04", "05", "06"]
    # what the killed worker could not keep is told once more, and then never again
    bodies, cursor = again.next_sweep(cursor)
    assert set(refs(again, bodies)) <= {"01", "02"}
    assert again.next_sweep(cursor)[0] == []


def test_without_a_directory_of_its_own_a_restart_tells_everything_once_more(
    say: "Say", start: "Start"
) -> None:
    desk = start(*rows(say, 3), failures=ONLY_VIEW)
    desk.tools = type(desk.tools)(
        source="urban_management", clock=desk.clock, http=desk.tools.http, nonce=desk.tools.nonce
    )
    desk = desk.restarted()
    bodies, cursor = desk.pull()
    assert len(bodies) == 3
    assert desk.next_sweep(cursor)[0] == []
    desk = desk.restarted()
    assert refs(desk, desk.next_sweep(cursor)[0]) == ["01", "02", "03"]


@pytest.mark.nasty("N09", "a row that vanished")
def test_a_row_that_vanished_is_told_after_some_absences_with_its_class_and_place(
    say: "Say", start: "Start"
) -> None:
    desk = start(*rows(say, 30), failures=ONLY_VIEW)
    bodies, cursor = desk.pull()
    before = {draft.source_ref: draft for draft in map(desk.draft, bodies)}
    changed(desk, say, 5, defect="row_deleted")
    told = []
    for _ in range(5):
        bodies, cursor = desk.next_sweep(cursor)
        told.append([desk.draft(body) for body in bodies])
    assert [len(drafts) for drafts in told] == [0, 0, 1, 0, 0]
    (gone,) = told[2]
    was = before["UM20260310000005"]
    assert (gone.stage, gone.is_update, gone.flags) == (Stage.CANCELLED, True, ("row_vanished",))
    assert (was.source_ref, was.category, was.position) == (gone.source_ref, gone.category, gone.position)
    assert (gone.content, gone.address, gone.requester) == ("", "", None)


@pytest.mark.nasty("N85", "a column added without notice")
def test_a_new_column_stops_the_view_names_itself_and_leaves_the_service_running(
    say: "Say", start: "Start"
) -> None:
    desk = start(say(1), say(2, code_table="cg-2015"))
    bodies, cursor = desk.pull()
    assert len(bodies) == 2
    changed(desk, say, 3, defect="column_added")
    desk.platform.speak(say(4))
    bodies, cursor = desk.next_sweep(cursor)
    assert refs(desk, bodies) == ["04"]
    (fault,) = desk.adapter.faults
    assert isinstance(fault, SourceGone)
    assert (fault.code, fault.facts["columns"]) == ("S107", "+remark_2")
    assert desk.next_sweep(cursor) == ([], cursor)  # idle, and still no reason to stop the service
    desk.adapter.check()
    assert [fault.code] == [one.code for one in desk.adapter.faults]

    accepted = {"fingerprint": str(fault.facts["fingerprint"])}
    desk.config = desk.config.model_copy(
        update={"view": desk.config.view and desk.config.view.model_copy(update=accepted)}
    )
    desk = desk.restarted()
    assert refs(desk, desk.next_sweep(cursor)[0]) == ["03"]  # it had waited in the view
    assert desk.adapter.faults == ()


def test_a_view_alone_that_changed_stops_its_source(say: "Say", start: "Start") -> None:
    desk = start(*rows(say, 1), failures=ONLY_VIEW)
    _, cursor = desk.pull()
    changed(desk, say, 2, defect="column_added")
    desk.clock.pause(60)
    for ask in (lambda: desk.adapter.read(cursor), desk.adapter.check):
        with pytest.raises(SourceGone):
            ask()


def test_a_service_that_is_down_does_not_keep_the_view_from_being_read(say: "Say", start: "Start") -> None:
    desk = start(say(1), say(2, code_table="cg-2015"), failures=("server_error",))
    page = desk.adapter.read("")
    assert refs(desk, page.bodies) == ["02"]
    with pytest.raises(TryLater):  # and once there is nothing to hand out, it is seen
        desk.adapter.read(page.cursor)
    assert refs(desk, desk.adapter.read(page.cursor).bodies) == ["01"]


def test_a_view_alone_can_be_told_nothing(say: "Say", start: "Start") -> None:
    desk = start(*rows(say, 1), failures=ONLY_VIEW)
    assert not isinstance(desk.adapter, Tells | UrbanManagement)


@pytest.mark.connected
@pytest.mark.nasty("N85", "on PostgreSQL")
def test_the_same_on_postgresql(say: "Say", start: "Start", postgresql_url: str) -> None:
    desk = start(*rows(say, 7), failures=ONLY_VIEW, store_url=postgresql_url, view={"batch": 3})
    bodies, cursor = desk.pull()
    assert refs(desk, bodies) == ["01", "02", "03", "04", "05", "06", "07"]
    assert b"UM20260310000001  " in bodies[0].content  # CHAR padding, kept in the record
    assert desk.next_sweep(cursor)[0] == []
    changed(desk, say, 3, address="云桥路2号")
    bodies, cursor = desk.next_sweep(cursor)
    assert refs(desk, bodies) == ["03"]
    now = desk.clock.now()
    assert sorted(one.ref for one in desk.adapter.inventory(now, now)) == [
        f"UM2026031000000{number}" for number in range(1, 8)
    ]
    changed(desk, say, 8, defect="column_added")
    desk.clock.pause(60)
    with pytest.raises(SourceGone):
        desk.adapter.read(cursor)


@pytest.mark.connected
def test_postgresql_itself_refuses_to_write_for_a_view(
    say: "Say", start: "Start", postgresql_url: str
) -> None:
    from sqlalchemy import text
    from sqlalchemy.exc import InternalError

    desk = start(*rows(say, 1), failures=ONLY_VIEW, store_url=postgresql_url)
    assert desk.config.view is not None
    view = SqlView(postgresql_url, desk.config.view.view, key="rec_id", columns=())
    # the only way to try is from inside: no public method writes
    with view._connected() as link, pytest.raises(InternalError, match="read-only"):  # noqa: SLF001
        link.execute(text("create table written (by_the_hub text)"))
    view.close()
