"""Shapes of real systems' messages through the two adapters that know them: 数字城管 and 雪亮.

The data lies outside the repository (`../shared/data`, or GRIDPLUS_DATA); without it the tests are skipped.
"""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from gridplus_urban_management.adapter import UrbanReader
from gridplus_urban_management.adapter import made as urban
from gridplus_urban_management.config import DECLARES, UrbanConfig
from gridplus_xueliang_video.adapter import ALARM28181, XueliangVideo
from gridplus_xueliang_video.config import XueliangConfig

from hub.clock import FixedClock
from hub.errors import HeldRecord
from hub.model import Arrival, Crs, Draft
from hub.plugin import Body, Tools
from hub.plugin.transport.view_sweep import ROW

DATA = Path(os.environ.get("GRIDPLUS_DATA") or Path(__file__).parents[3] / "shared" / "data") / "payloads"
RECEIVED_AT = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)

pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason="the real data (shared/data/payloads) is not on this machine"
)


def tools(source: str) -> Tools:
    return Tools(source=source, clock=FixedClock(RECEIVED_AT), http=httpx.Client, nonce=lambda: "0" * 32)


def city(**place: Any) -> UrbanReader:
    """A city whose codes are the database's own row ids, as eUrbanMIS shows them."""
    settings = {
        "view": {"url": "sqlite:///nowhere", "code_table": "tz-2019"},
        "codes": "row_ids",
        "place": place,
    }
    return urban(UrbanConfig.model_validate(settings), tools("urban_management"))


def row(adapter: UrbanReader, values: dict[str, Any]) -> Draft:
    content = json.dumps(values, ensure_ascii=False).encode()
    (draft,) = adapter.normalise(Body(content, ROW), Arrival(RECEIVED_AT, ROW))
    return draft


def document(name: str) -> Any:
    return json.loads((DATA / name).read_text("utf-8"))


def alarm(name: str) -> Draft:
    config = XueliangConfig(
        base_url="http://127.0.0.1:9",
        device_id="1" * 20,
        password="a",  # type: ignore[arg-type]  # pydantic makes it a secret
        platform_id="2" * 20,
        push_password="b",  # type: ignore[arg-type]  # pydantic makes it a secret
    )
    adapter = XueliangVideo(config, tools("xueliang_video"))
    admitted = adapter.admit(Body((DATA / name).read_bytes(), ALARM28181))
    assert admitted.content is not None
    (draft,) = adapter.normalise(Body(admitted.content, ALARM28181), Arrival(RECEIVED_AT, ALARM28181))
    return draft


def test_a_task_from_the_hotline_has_a_number_a_class_and_no_point() -> None:
    draft = row(city(kind="web_mercator"), document("beijing_tongzhou_eurbanmis_tasks.json")[0])
    assert ("6072", "tz-2019", "81025") == (draft.source_ref, draft.category.table, draft.category.value)
    assert ["hotline_order"] == [
        alias.system for alias in draft.aliases
    ]  # task_num became a date: nobody's number
    assert ("绿地、绿化带", "12345热线案件", "已派单待处置") == (draft.title, draft.channel, draft.status_raw)
    assert draft.position is None
    assert draft.reported_at == datetime(2019, 6, 16, 7, 15, 46, tzinfo=UTC)
    (clock,) = draft.clocks
    assert clock.due_at == datetime(2019, 6, 19, 8, 4, 23, tzinfo=UTC)


def test_a_task_with_metres_lies_in_its_district_and_is_a_test() -> None:
    draft = row(city(kind="web_mercator"), document("beijing_tongzhou_eurbanmis_tasks.json")[1])
    assert draft.position is not None
    assert draft.position.crs is Crs.WGS84
    assert 116.5 < draft.position.x < 117.0  # 北京市通州区
    assert 39.5 < draft.position.y < 40.1
    assert draft.flags == ("test_data",)


def test_every_field_of_the_vendors_task_list_is_known_or_a_name_for_people() -> None:
    fields = set(document("egova_tasklist_fields.json")["fields"])
    names_of_codes = {
        "main_type_name",
        "sub_type_name",
        "district_name",
        "street_name",
        "community_name",
        "cell_name",
    }
    inner = {"act_id", "rec_type_id", "max_event_type_id"}
    assert set() == fields - set(DECLARES) - names_of_codes - inner


def test_a_changed_component_is_no_case_and_says_which_field_it_lacks() -> None:
    """苏州's component changes are no matters: they wait for a person instead of opening an incident."""
    with pytest.raises(HeldRecord) as caught:
        row(city(), document("suzhou_parts_change.json"))
    assert ("R201", "/rec_id") == (caught.value.code, caught.value.pointer)


def test_a_changed_components_place_is_read_as_degrees() -> None:
    part = document("suzhou_parts_change.json")
    draft = row(
        city(), {"rec_id": part["ObjID"], "coordinate_x": part["PointX"], "coordinate_y": part["PointY"]}
    )
    assert draft.position is not None
    assert (121.0, 31.0, 0) == (draft.position.x, draft.position.y, draft.position.decimals)


@pytest.mark.nasty("N33", "an alarm without a zone")
@pytest.mark.nasty("N43", "a longitude outside China, passed on for the hub to judge")
def test_the_alarm_of_the_standard_comes_through() -> None:
    draft = alarm("gb28181_alarm_notify.xml")
    assert draft.occurred_at == datetime(2009, 12, 4, 8, 23, 32, tzinfo=UTC)
    assert ("64010000001340000001", "4", "28181-2") == (
        draft.device_ref,
        draft.urgency_raw,
        draft.category.value,
    )
    assert draft.position is not None
    assert (171.3, 34.2) == (draft.position.x, draft.position.y)
    assert ("", "") == (draft.title, draft.content)  # its description is free text


def test_the_alarm_of_the_2022_edition_lacks_a_device_and_waits() -> None:
    with pytest.raises(HeldRecord) as caught:
        alarm("gb28181_2022_alarm_info.xml")
    assert ("R201", "/Notify/DeviceID") == (caught.value.code, caught.value.pointer)
