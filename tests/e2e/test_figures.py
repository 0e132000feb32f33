"""The board: figures of days over HTTP, within a viewer's scope and grants."""

import csv
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from io import StringIO
from pathlib import Path

import httpx
import pytest

from hub.model import Output
from hub.model.account import Role
from hub.web.csvfile import harmless
from tests.e2e.people import signed_in
from tests.e2e.served import blow, served
from tests.instruments import HubInHand, demo_pack

pytestmark = pytest.mark.doors
RANGE = "from=2026-03-01&to=2026-03-31"
CALLED = {"zilai": 7, "ranqi": 6, "jiaoyu": 2}
"""Department → how many matters it leads."""


def lived(hub: HubInHand) -> None:
    """Departments were called, and the days are counted."""
    for department, number in CALLED.items():
        for n in range(number):
            blow(hub, department, 1 + n + 10 * len(department))
    count(hub)


def count(hub: HubInHand) -> None:
    """All days that are due."""
    worker = hub.hub.plain_day_counts()
    while worker.step():
        pass
    worker.close()


@pytest.fixture
def url(hub: HubInHand) -> Iterator[str]:
    """Where the hub answers."""
    with served(hub) as where:
        yield where


def rows(client: httpx.Client, query: str) -> list[dict[str, str]]:
    """The exported table."""
    answer = client.get(f"/figures.csv?{RANGE}&{query}")
    assert 200 == answer.status_code, answer.text
    assert answer.text.startswith("\ufeff")
    return list(csv.DictReader(StringIO(answer.text.removeprefix("\ufeff"))))


def whole(found: list[dict[str, str]], id_: str, measure: str = "事项数") -> dict[str, str]:
    """The row of the whole time."""
    (row,) = (one for one in found if one["编号"] == id_ and one["指标"] == measure and "/" in one["时间"])
    return row


def test_the_centre_sees_all_with_intervals_and_few_cases_hidden(hub: HubInHand, url: str) -> None:
    lived(hub)
    client = signed_in(url, hub, Role.DISTRICT)
    found = rows(client, "by=department")
    for department in ("zilai", "ranqi"):
        row = whole(found, department)
        assert str(CALLED[department]) == row["数量"]
        assert float(row["下限"]) < float(row["份额"]) <= float(row["上限"])
    assert "" == whole(found, "jiaoyu")["数量"]
    page = client.get(f"/figures?{RANGE}&by=department&measure=sign").text
    assert "按时签收率" in page
    assert hub.hub.names["zilai"] in page


def test_a_subdistrict_and_an_operator_see_their_own_part_alone(tmp_path: Path) -> None:
    pack = demo_pack()
    told = tuple(replace(one, figures=replace(one.figures, hidden_below=1)) for one in pack.whistles)
    hub = HubInHand(tmp_path, pack=replace(pack, whistles=told))
    lived(hub)
    with served(hub) as url:
        operator = signed_in(url, hub, Role.OPERATOR, organisation="zilai")
        assert str(CALLED["zilai"]) == whole(rows(operator, "by="), "")["数量"]
        by_area = rows(signed_in(url, hub, Role.DISTRICT), "by=subdistrict")
        areas = hub.rows("SELECT subdistrict_id AS id, count(*) AS n FROM incident GROUP BY 1")
        assert len(areas) > 1
        for one in areas:
            assert str(one.n) == whole(by_area, one.id)["数量"]
        office = signed_in(url, hub, Role.SUBDISTRICT, area=areas[0].id)
        assert str(areas[0].n) == whole(rows(office, "by="), "")["数量"]
        assert 403 == office.get(f"/figures?{RANGE}&by=subdistrict").status_code
        assert 403 == operator.get(f"/figures?{RANGE}&by=department").status_code
    hub.close()


def test_of_a_months_sheet_only_the_centre_sees_every_departments_row(hub: HubInHand, url: str) -> None:
    lived(hub)
    hub.clock.pause(timedelta(days=41).total_seconds())
    count(hub)
    names = hub.hub.names
    told = {
        role: signed_in(url, hub, role, **said).get("/figures").text.partition('<dl class="card')[0]
        for role, said in (
            (Role.DISTRICT, {}),
            (Role.SUBDISTRICT, {}),
            (Role.OPERATOR, {"organisation": "zilai"}),
        )
    }
    seen = {
        role: {one for one in ("zilai", "ranqi") if f'<th scope="row">{names[one]}</th>' in page}
        for role, page in told.items()
    }
    assert {Role.DISTRICT: {"zilai", "ranqi"}, Role.SUBDISTRICT: set(), Role.OPERATOR: {"zilai"}} == seen


def test_who_has_no_grant_for_statistics_counts_nothing(tmp_path: Path) -> None:
    pack = demo_pack()
    kept = tuple(
        one for one in pack.grants if not (one.department == "zhongxin" and one.field == "incident.id")
    )
    plain = tuple(
        replace(one, outputs=tuple(each for each in one.outputs if each is not Output.STAT))
        if (one.department, one.field) == ("zilai", "incident.category")
        else one
        for one in kept
    )
    hub = HubInHand(tmp_path, pack=replace(pack, grants=plain))
    with served(hub) as url:
        assert 403 == signed_in(url, hub, Role.DISTRICT).get("/figures").status_code
        operator = signed_in(url, hub, Role.OPERATOR, organisation="zilai")
        assert 200 == operator.get("/figures").status_code
        assert 403 == operator.get("/figures?by=category").status_code
        assert '"result":"deny"' in "".join(row.rows for row in hub.rows("SELECT rows FROM audit"))
    hub.close()


def test_an_auditor_gets_whole_months(hub: HubInHand, url: str) -> None:
    client = signed_in(url, hub, Role.AUDITOR)
    page = client.get("/figures?from=2026-02-11&to=2026-03-02").text
    assert 'value="2026-02-01"' in page
    assert 'value="2026-03-31"' in page


def test_a_day_is_counted_again_the_sooner_the_younger_it_is(hub: HubInHand) -> None:
    lived(hub)
    ((first,),) = hub.rows("SELECT counted_us FROM figure_day WHERE day = '2026-03-10'")
    hub.clock.pause(60)
    count(hub)
    assert [(first,)] == hub.rows("SELECT counted_us FROM figure_day WHERE day = '2026-03-10'")
    blow(hub, "zilai", 9)
    hub.clock.pause(600)
    count(hub)
    total = hub.rows(
        "SELECT n FROM figure_count WHERE scope = '' AND split = '' AND measure = 'matters' AND day = '2026-03-10'"
    )
    assert [(sum(CALLED.values()) + 1,)] == total
    hub.clock.pause(timedelta(days=20).total_seconds())
    count(hub)
    hub.clock.pause(3600)
    ((old,),) = hub.rows("SELECT counted_us FROM figure_day WHERE day = '2026-03-10'")
    count(hub)
    assert [(old,)] == hub.rows("SELECT counted_us FROM figure_day WHERE day = '2026-03-10'")


def test_times_that_cannot_be_are_refused(hub: HubInHand, url: str) -> None:
    client = signed_in(url, hub, Role.DISTRICT)
    for query in (
        "from=2026-03-02&to=2026-03-01",
        "from=x",
        "from=2020-01-01&to=2026-01-01",
        "by=phone",
        "to=0001-01-01",
        "from=9999-12-01&to=9999-12-31",
    ):
        assert 422 == client.get(f"/figures?{query}").status_code


def test_each_look_and_each_export_stands_in_the_audit(hub: HubInHand, url: str) -> None:
    client = signed_in(url, hub, Role.DISTRICT)
    client.get("/figures?by=category")
    client.get("/figures.csv?by=category")
    said = "".join(row.rows for row in hub.rows("SELECT rows FROM audit"))
    assert 1 == said.count('"exit":"export"')
    assert "incident.category" in said


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1"])
def test_a_spreadsheet_runs_no_cell(cell: str) -> None:
    assert f"'{cell}" == harmless(cell)


def test_a_number_stays_a_number() -> None:
    assert ["-1", "0.5", "", "街道"] == [harmless(one) for one in (-1, 0.5, None, "街道")]
