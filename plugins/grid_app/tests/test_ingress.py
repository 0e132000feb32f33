"""The worker ends at the door: who, where, and where they have been; and so does everything that nobody listed."""

import json
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from gridplus_grid_app.adapter import ALLOWED, FORBIDDEN, GridApp

from hub.errors import BadRecord
from hub.model import Draft
from hub.plugin import Body, Utterance

CANARY = "canary-5f0c"
MATTER = {"sjbh": "WG202603100001", "ms": "污水井盖破损"}


def event(row: object) -> Body:
    return Body(orjson.dumps(row), "event")


@pytest.mark.parametrize("name", sorted(name for name in FORBIDDEN if "." not in name))
@pytest.mark.parametrize("shape", [CANARY, {"jd": CANARY}, [{"jd": CANARY}, CANARY]])
def test_what_is_the_workers_or_the_tellers_is_cut_and_named(
    adapter: GridApp, name: str, shape: object
) -> None:
    admitted = adapter.admit(event({**MATTER, name.upper(): shape}))
    assert (MATTER, (name,)) == (json.loads(admitted.content or b""), admitted.dropped)


def test_of_a_photo_the_link_alone_is_held(adapter: GridApp) -> None:
    photo = {
        "lj": "https://files.wgt.example/1.jpg",
        "mc": CANARY,
        "psjd": CANARY,
        "pswd": CANARY,
        "nr": CANARY,
    }
    admitted = adapter.admit(event({**MATTER, "zp": [photo]}))
    assert [{"lj": photo["lj"]}] == json.loads(admitted.content or b"")["zp"]
    assert ("zp.mc", "zp.nr", "zp.psjd", "zp.pswd") == admitted.dropped


def test_where_the_worker_stands_never_becomes_where_the_matter_is(read: Callable[..., Draft]) -> None:
    draft = read(ms="井盖破损", jd="", wd="", wgyJd="120.850001", wgyWd="32.000001", gj=[{"jd": "120.85"}])
    assert draft.position is None
    assert "120.85" not in repr(draft)


@pytest.mark.parametrize(
    "row",
    [
        {"wgyId": "W1", "gj": [{"jd": "1", "wd": "2"}], "scsj": "2026-03-10 09:00:00"},
        {"sjbh": "", "bt": None, "jd": "120.8512", "wd": "32.0013"},
        {},
    ],
)
def test_a_row_without_a_matter_is_not_held_at_all(adapter: GridApp, row: object) -> None:
    assert adapter.admit(event(row)).content is None


@pytest.mark.parametrize("content", [b"", b"[]", b'{"sjbh": "WG1", "gj": [', b"\xff\xff"])
def test_what_cannot_be_judged_is_not_held(adapter: GridApp, content: bytes) -> None:
    with pytest.raises(BadRecord):
        adapter.admit(Body(content, "event"))


def test_of_all_that_the_app_sends_nothing_of_the_worker_or_the_teller_is_held(
    start: Callable[..., Any], say: Callable[..., Utterance]
) -> None:
    desk = start(say(1, extra={"photos": "2"}), say(2, defect="track_row"), say(3, defect="inline_photo"))
    bodies = desk.all_said()
    held = [desk.adapter.admit(body) for body in bodies]
    assert 4 == len(held)
    assert [None] == [one.content for one in held if one.content is None]
    for trace in (
        "网格员",
        "13800000001",
        "120.850001",
        "WGY-TEST",
        "IMEI",
        "测试甲",
        "13800000000",
        "4AAQSk",
    ):
        assert any(trace in str(json.loads(body.content)) for body in bodies), trace
        assert not any(trace in str(json.loads(one.content or b"{}")) for one in held), trace
    for one in held:
        assert set(json.loads(one.content or b"{}")) <= {name.partition(".")[0] for name in ALLOWED}
