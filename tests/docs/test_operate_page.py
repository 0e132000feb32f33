"""The operators' page tells what to do for every line of the doctor and every alert, and alerts ask for real figures."""

import re
from datetime import timedelta
from typing import Any

import orjson
import pytest
import yaml

import hub.pack
from hub.messages import doctor
from hub.pack.manifest import AUDIT_LEAST, LOGS_LEAST
from hub.run.metrics import NAMES
from tests.docs.blocks import ROOT

PAGE = (ROOT / "docs/operate.md").read_text("utf-8")
ALERTS: list[dict[str, Any]] = [
    rule
    for group in yaml.safe_load((ROOT / "ops/prometheus/alerts.yaml").read_text("utf-8"))["groups"]
    for rule in group["rules"]
]
DASHBOARD = orjson.loads((ROOT / "ops/grafana/gridplus.json").read_bytes())
ASKED = {
    **{rule["alert"]: rule["expr"] for rule in ALERTS},
    **{f"{p['title']} {t['refId']}": t["expr"] for p in DASHBOARD["panels"] for t in p["targets"]},
}


def rows(heading: str) -> dict[str, list[str]]:
    """First cell → the others, of the table below a heading."""
    below = PAGE.split(f"\n{heading}\n", 1)[1].split("\n#", 1)[0]
    cells = [
        [one.strip() for one in line.strip("|").split(" | ")]
        for line in below.splitlines()
        if line[:1] == "|"
    ]
    return {re.sub(r"<[^>]*>", "", first).strip(): rest for first, *rest in cells[2:]}


def test_each_line_that_the_doctor_can_print_has_its_next_step() -> None:
    told = rows("### What doctor says")
    assert doctor.TEXTS.keys() | {"C105"} == told.keys()
    assert [] == [code for code, rest in told.items() if len(rest) != 2 or not all(rest)]


def test_each_code_that_the_doctor_raises_is_its_own() -> None:
    names = ("care/doctor.py", "keys/brokers.py", "matters/oncall.py", "sources/versions.py")
    rooms = [ROOT / "hub/run" / name for name in names]
    raised = {code for room in rooms for code in re.findall(r'"(D[0-9]+)"', room.read_text("utf-8"))}
    assert doctor.TEXTS.keys() == raised


def test_each_alert_has_its_line_and_leads_to_it() -> None:
    assert {rule["alert"] for rule in ALERTS} == rows("### Alerts").keys()
    for rule in ALERTS:
        assert f"docs/operate.md#{rule['alert'].lower()}" == rule["annotations"]["runbook"]
        assert f'<a id="{rule["alert"].lower()}">' in PAGE
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert rule["annotations"]["summary"]


@pytest.mark.parametrize("name", ASKED)
def test_each_figure_that_is_asked_for_is_told(name: str) -> None:
    figures = set(re.findall(r"gridplus_\w+", ASKED[name]))
    assert figures
    assert set() == figures - NAMES


def test_every_figure_stands_on_the_dashboard() -> None:
    assert NAMES == set(re.findall(r"gridplus_\w+", " ".join(ASKED.values())))


def test_panels_of_the_dashboard_lie_beside_each_other() -> None:
    places = [(p["gridPos"]["x"], p["gridPos"]["y"]) for p in DASHBOARD["panels"]]
    assert len(places) == len(set(places)) == len({p["id"] for p in DASHBOARD["panels"]})


def test_logs_are_kept_for_six_months_and_the_audit_for_three_years_by_default() -> None:
    kept = hub.pack.load().retention
    assert (timedelta(days=183), timedelta(days=3 * 365)) == (LOGS_LEAST, AUDIT_LEAST)
    assert kept.logs >= LOGS_LEAST
    assert kept.audit >= AUDIT_LEAST
    days = re.search(r"MaxRetentionSec=(\d+)day", PAGE)
    assert days
    assert timedelta(days=int(days[1])) >= LOGS_LEAST
