"""Which live grants nobody needs, by the audit."""

from datetime import UTC, datetime, timedelta

import orjson
import pytest
from click.testing import CliRunner

from hub.access.account import Result
from hub.access.audit import AuditRow
from hub.access.exits import Exit
from hub.cli import main
from hub.model import Grant
from hub.run.ground.ledger import Ledger
from hub.run.whitelist import unused
from hub.run.whitelist.unused import Unused, used_in
from tests.instruments import HubInHand
from tests.unit.run.whitelists import approve, granting, one_of

PHONE = "resident.phone"


def read(hub: HubInHand, *grants: Grant, ago: timedelta = timedelta(0), chain: str = "w/1") -> None:
    """Something was shown under these, so long ago; each in a block of its own."""
    ledger = Ledger(chain, hub.hub.store, key=hub.hub.keys.audit)
    for grant in grants:
        at = hub.clock.now() - ago
        row = AuditRow(
            at=at,
            who=grant.department,
            exit=Exit.PAGE,
            result=Result.ALLOW,
            purpose=grant.purpose,
            fields=(grant.field,),
            grants=((grant.id, grant.version),),
        )
        with hub.hub.store.write() as conn:
            ledger.append(conn, [row], at)
        ledger.committed()


def found(hub: HubInHand, days: int = 30, most: int | None = None) -> Unused:
    """The report of this moment."""
    return hub.hub.uses.unused(days=days, now=hub.clock.now(), most=most)


def ids(report: Unused) -> list[str]:
    """Grants in its order."""
    return [one.stands.grant.id for one in report.rows]


def test_what_was_read_lately_is_not_among_them_and_what_was_read_before_is(hub: HubInHand) -> None:
    lately, before, never = (one_of(hub, name, PHONE) for name in ("zilai", "shizheng", "shuiwu"))
    read(hub, lately, ago=timedelta(days=29))
    read(hub, before, ago=timedelta(days=30))
    report = found(hub)
    last = {one.stands.grant.id: one.last_on for one in report.rows}
    assert lately.id not in last
    assert ("2026-02-08", None) == (str(last[before.id]), last[never.id])
    assert report.live == len(report.rows) + 1


def test_a_day_is_a_day_of_shanghai(hub: HubInHand) -> None:
    grant = one_of(hub, "zilai", PHONE)
    row = AuditRow(
        at=datetime(2026, 3, 1, 16, 30, tzinfo=UTC),
        who="zilai",
        exit=Exit.PAGE,
        result=Result.ALLOW,
        purpose="handle",
        fields=(PHONE,),
        grants=((grant.id, 1),),
    )
    bare = row.line().decode().replace(f'[["{grant.id}",1]]', "[]")
    assert '"grants":[]' in bare
    assert [(grant.id, "2026-03-02")] == list(used_in(f"{bare}\n{row.line().decode()}"))


def test_the_longest_unused_stands_first_and_a_young_one_last_and_marked(hub: HubInHand) -> None:
    once = one_of(hub, "zilai", PHONE)
    read(hub, once, ago=timedelta(days=40))
    approve(hub, granting(hub))
    rows = found(hub).rows
    assert ("event.status_raw", True, 9) == (
        rows[-1].stands.grant.field,
        rows[-1].is_young,
        rows[-1].age_days,
    )
    old = [one for one in rows if not one.is_young]
    assert once.id == old[-1].stands.grant.id
    assert len(rows) - 1 == len(old)


def test_what_is_not_live_is_not_told_of(hub: HubInHand) -> None:
    expired = granting(hub, valid={"from": hub.clock.now().date(), "to": hub.clock.now().date()})
    approve(hub, expired)
    (id_,) = (change.grant_id for change in expired.changes)
    assert id_ in ids(found(hub))
    hub.clock.pause(86_400)
    assert id_ not in ids(found(hub))


def test_counting_goes_on_where_it_was_over_all_chains(
    hub: HubInHand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unused, "_PORTION", 2)
    some = [one_of(hub, name, PHONE) for name in ("zilai", "shizheng", "shuiwu")]
    read(hub, *some, chain="w/1")
    read(hub, some[0], some[0], chain="w/2")
    first = found(hub, most=2)
    assert ((), True) == (first.rows, first.left > 0)
    assert not set(ids(found(hub))) & {one.id for one in some}
    assert 0 == found(hub, most=1).left
    hub.clock.pause(40 * 86_400)
    assert {one.id for one in some} <= set(ids(found(hub)))
    read(hub, some[1], chain="w/2")
    assert [some[1].id] == [one.id for one in some if one.id not in ids(found(hub))]


def test_blocks_that_are_gone_do_not_keep_it_from_its_end(hub: HubInHand) -> None:
    grant = one_of(hub, "zilai", PHONE)
    read(hub, grant, grant)
    with hub.hub.store.write() as conn:
        conn.exec_driver_sql("DELETE FROM audit")
    assert grant.id in ids(found(hub))


def test_the_command_prints_them_with_age_last_use_and_who_approved(hub: HubInHand) -> None:
    grant = one_of(hub, "zilai", PHONE)
    read(hub, grant, ago=timedelta(days=40))
    settings = hub.hub.settings
    place = {
        "GRIDPLUS_HOME": str(settings.home),
        "GRIDPLUS_STORE": settings.store_url,
        "GRIDPLUS_CLOCK_START": hub.clock.now().isoformat(),
    }
    told = CliRunner().invoke(main, ["whitelist", "unused", "--days", "30", "--json"], env=place)
    assert 0 == told.exit_code, told.output
    (row,) = (one for one in orjson.loads(told.stdout.splitlines()[-1])["unused"] if one["id"] == grant.id)
    assert ("2026-01-29", 68, list(grant.approved_by)) == (
        row["last_use"],
        row["age_days"],
        row["approved_by"],
    )
    lines = CliRunner().invoke(main, ["whitelist", "unused", "--days", "41"], env=place).stdout
    assert grant.id not in lines
