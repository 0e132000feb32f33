"""A file is imported once, however often and under whatever name it comes; its account says what was new."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hub.run.importing import Import, adapter_for
from hub.run.keys import blindrotation
from hub.run.settling import settle
from tests.instruments import COLUMNS, HubInHand, before, demo_pack

HEAD = "编号,分类,内容,上报时间,经度,纬度\n"
Imported = Callable[[str, str], dict[str, Any]]


def row(ref: str) -> str:
    """A report of a burst pipe, somewhere in the demo's district."""
    here = demo_pack().geography.addresses[1000]
    return f"{ref},010401,门口水管爆了,2026-03-02 09:00,{here.lon:.6f},{here.lat:.6f}\n"


@pytest.fixture
def imported(hub: HubInHand, other: HubInHand, tmp_path: Path) -> Imported:
    """Imports a file of that name and content, each time in another process; returns the account."""
    processes = [hub, other]

    def run(name: str, content: str) -> dict[str, Any]:
        (tmp_path / name).write_text(content, encoding="utf-8")
        here = processes[0].hub
        processes.reverse()
        adapter = adapter_for(here, "history", tmp_path / name, COLUMNS)
        stored = Import(here, "history", adapter).run()
        settle(here, {"history": adapter})
        return {"stored": stored, **here.account()}

    return run


@pytest.mark.nasty("N78")
def test_only_what_is_new_is_stored_and_nobody_is_called(imported: Imported) -> None:
    two, three = HEAD + row("A1") + row("A2"), HEAD + row("A1") + row("A2") + row("A3")
    files = [("a.csv", two), ("a.csv", two), ("b.csv", two), ("a.csv", three), ("a.csv", HEAD + row("B1"))]
    accounts = [imported(*file) for file in files]
    assert [2, 0, 0, 1, 1] == [one["stored"] for one in accounts]
    assert (4, 0) == (accounts[-1]["records"], accounts[-1]["whistles"])
    assert accounts[-1]["records"] == sum(accounts[-1]["fates"].values())


def test_what_is_read_again_after_a_change_makes_no_report_twice(imported: Imported) -> None:
    imported("a.csv", HEAD + row("A1") + row("A2"))
    again = imported("a.csv", HEAD + row("A0") + row("A1") + row("A2"))
    assert (3, 5, 3) == (again["stored"], again["records"], again["events"])


def test_an_import_goes_on_while_the_blind_key_is_rotated(hub: HubInHand, tmp_path: Path) -> None:
    """Whoever works under a lease of intake has to take it anew then."""
    file = tmp_path / "a.csv"
    file.write_text(HEAD + row("A1") + row("A2"), encoding="utf-8")

    def rotate() -> None:
        keys = hub.hub.settings.keys_file
        blindrotation.begin(keys)
        blindrotation.finish(hub.hub.store, keys, hub.hub.pack)

    before(hub.hub.store, "SELECT source_cursor", rotate)
    assert 2 == Import(hub.hub, "history", adapter_for(hub.hub, "history", file, COLUMNS)).run()
    assert (2, 2) == (hub.account()["records"], hub.account()["events"])
