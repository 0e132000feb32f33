"""The source's own words for state, way and urgency travel outside the vault: short, and nothing personal in them."""

from dataclasses import replace
from typing import Any

import orjson
import pytest

from hub.model import Person
from tests.instruments import HubInHand
from tests.unit.run.sources import pipe

FIELDS = ("channel", "status_raw", "urgency_raw", "condition")


@pytest.mark.nasty("N31")
@pytest.mark.parametrize(
    ("said", "kept"),
    [
        pytest.param("办理中", "办理中", id="a plain word"),
        pytest.param("已转13800000000办理", "已转[电话]办理", id="a phone"),
        pytest.param("退回：证件32990119900101001X不符", "退回：证件[证件号]不符", id="an identity number"),
        pytest.param("测试甲已知晓", "[姓名]已知晓", id="the requester's name"),
        pytest.param("等" * 300, "等" * 64, id="a whole story"),
    ],
)
def test_a_label_is_cut_and_masked_and_never_costs_the_report(hub: HubInHand, said: str, kept: str) -> None:
    labels: dict[str, Any] = dict.fromkeys(FIELDS, said)
    hub.tell(replace(pipe(hub, "A1"), requester=Person(name="测试甲"), **labels))
    hub.settle()
    assert 1 == hub.account()["fates"]["published"]
    (body,) = (orjson.loads(r[0]) for r in hub.rows("SELECT body FROM event"))
    assert {kept} == {body[field] for field in FIELDS}
