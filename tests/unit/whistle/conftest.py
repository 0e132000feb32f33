"""The demo pack's working calendar, 2025 and 2026, read by hand so that these tests need no pack."""

from datetime import date, time, timedelta
from pathlib import Path

import pytest
import yaml

from hub.whistle.calendar import Calendar, OfficeHours, Span

FILE = Path(__file__).parents[3] / "contracts" / "demo" / "calendar.yaml"


def read_calendar(until: date | None = None) -> Calendar:
    """The calendar of `contracts/demo/calendar.yaml`, its coverage cut off after `until`."""
    data = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    holidays = {
        run["from"] + timedelta(days=offset): run["name"]
        for year in data["years"]
        for run in year["holidays"]
        for offset in range((run["to"] - run["from"]).days + 1)
    }
    return Calendar(
        covers_from=data["covers"]["from"],
        covers_to=until or data["covers"]["to"],
        hours=[
            OfficeHours(season["from"], season["to"], tuple(map(_span, season["spans"])))
            for season in data["hours"]
        ],
        holidays=holidays,
        make_up_days=[day for year in data["years"] for day in year["make_up_days"]],
        version=data["version"],
    )


def _span(text: str) -> Span:
    start, end = text.split("-")
    return Span(time.fromisoformat(start), time.fromisoformat(end))


@pytest.fixture(scope="session")
def calendar() -> Calendar:
    """Demo calendar; covers 2025-01-01 to 2026-12-31."""
    return read_calendar()
