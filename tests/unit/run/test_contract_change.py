"""A contract gets its next version: who was called under the old one goes on under it, and nobody is surprised."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema_rs
import orjson
import pytest
from fastapi.testclient import TestClient

from hub.api.app import serve
from hub.api.asyncapi import document
from hub.errors import Refused
from hub.model import Channel, Closing, Code, Contract, Duration, Unit, WaitRules
from hub.run.assembly import Assembly
from hub.schema import schemas
from hub.store import principals
from tests.e2e.test_journey import spot
from tests.instruments import HubInHand, at, demo_pack, stated
from tests.unit.run.matters import findings

PULLER = "renshe"
"""Pulls its whistles."""
OLD_RESULT = {"outcome": "done", "measure": "已调解"}
TODAY, TOMORROW = date(2026, 3, 10), date(2026, 3, 11)
V1 = next(one for one in demo_pack().contracts if one.department == PULLER)
V2 = replace(
    V1,
    version=2,
    valid_from=TOMORROW,
    fields=tuple(one for one in V1.fields if one.field != "incident.summary"),
    form={
        "required": [*V1.form["required"], "hours"],  # type: ignore[misc]  # a list, by the contract's own schema
        "properties": {**V1.form["properties"], "hours": {"type": "integer"}},  # type: ignore[dict-item]
    },
    pauses=WaitRules(reason_codes=("MATERIAL",), longest=Duration(2, Unit.WORK_DAY)),
    closing=Closing.EVERYONE,
)
OTHERS = tuple(one for one in demo_pack().contracts if one.department != PULLER)
ANNOUNCED = (*OTHERS, replace(V1, valid_to=TODAY), V2)
"""Today's pack, with the next version in it."""


def with_contracts(*contracts: Contract) -> Any:
    """The demo pack with these."""
    return replace(demo_pack(), contracts=contracts)


def dispute(hub: HubInHand, ref: str, n: int) -> None:
    """A labour dispute somewhere, which calls the department."""
    code = demo_pack().codes.code_for("hl-2024", "dispute.labour")
    assert code
    hub.tell(
        stated(ref, category=Code("hl-2024", code), position=at(*spot(hub, n)), reported_at=hub.clock.now())
    )
    hub.settle()


@contextmanager
def door(hub: Assembly) -> Iterator[TestClient]:
    """The department's HTTP door."""
    with hub.store.write() as conn:
        principals.register(conn, principals.Principal("department", PULLER), "key", hub.clock.now())
    with TestClient(serve(hub), headers={"authorization": "Bearer key"}) as client:
        yield client


def versions(hub: HubInHand) -> dict[str, dict[str, Any]]:
    """Contract id → what the department may read of it."""
    with door(hub.hub) as client:
        return {
            one["contract_id"]: one for one in client.get("/departments/me/contracts").json()["contracts"]
        }


@pytest.fixture
def changed(hub: HubInHand, tmp_path: Path) -> Iterator[HubInHand]:
    """One whistle was blown under version 1; then the pack announced version 2, and the hub was started anew the next
    day, where a second whistle was blown."""
    dispute(hub, "A1", 0)
    after = HubInHand(tmp_path, pack=with_contracts(*ANNOUNCED))
    after.clock.pause(86_400)
    after._sent = 100
    dispute(after, "A2", 20)
    yield after
    after.close()


def whistle_under(hub: HubInHand, version: int) -> str:
    """The department's whistle that was blown under that version."""
    rows = hub.rows(f"SELECT id, body FROM whistle WHERE department = '{PULLER}'")  # noqa: S608 a name of ours
    (id_,) = [r[0] for r in rows if orjson.loads(r[1])["contract_id"] == f"{PULLER}-v{version}"]
    return str(id_)


def test_each_message_fits_the_version_that_its_whistle_was_blown_under(changed: HubInHand) -> None:
    agreed = versions(changed)
    with door(changed.hub) as client:
        told = {one["id"]: one["data"] for one in client.get("/departments/me/whistles").json()["whistles"]}
    old, new = (told[whistle_under(changed, version)] for version in (1, 2))
    assert "renshe-v1" == old["whistle"]["contract_id"]
    assert jsonschema_rs.is_valid(agreed["renshe-v1"]["whistle"], old)
    assert jsonschema_rs.is_valid(agreed["renshe-v2"]["whistle"], new)
    assert "summary" in old["incident"]
    assert not jsonschema_rs.is_valid(agreed["renshe-v2"]["whistle"], old)


def test_a_result_is_taken_by_the_form_of_its_own_version(changed: HubInHand) -> None:
    take, now = changed.hub.reporting.take, changed.clock.now()
    for version in (1, 2):
        take(PULLER, whistle_under(changed, version), {"nonce": "s", "move": "sign"}, now)
    said = {"nonce": "r", "move": "result", "form": OLD_RESULT}
    assert "result" == take(PULLER, whistle_under(changed, 1), said, now).whistle.state.value
    with pytest.raises(Refused):
        take(PULLER, whistle_under(changed, 2), said, now)
    whole = said | {"form": OLD_RESULT | {"hours": 2}}
    assert "result" == take(PULLER, whistle_under(changed, 2), whole, now).whistle.state.value


def test_an_old_version_serves_also_when_its_file_has_left_the_pack(
    changed: HubInHand, tmp_path: Path
) -> None:
    later = HubInHand(tmp_path, pack=with_contracts(*OTHERS, V2))
    later.clock.pause(2 * 86_400)
    agreed = versions(later)
    with door(later.hub) as client:
        told = {one["id"]: one["data"] for one in client.get("/departments/me/whistles").json()["whistles"]}
    later.close()
    assert {"renshe-v1": "over", "renshe-v2": "valid"} == {
        id_: one["standing"] for id_, one in agreed.items()
    }
    assert jsonschema_rs.is_valid(agreed["renshe-v1"]["whistle"], told[whistle_under(changed, 1)])


@pytest.mark.parametrize(
    ("channels", "status"),
    [
        pytest.param([(Channel.KAFKA,)], 409, id="a topic"),
        pytest.param(
            [(Channel.WEBHOOK,), (Channel.KAFKA,)], 409, id="a webhook, and a topic from tomorrow on"
        ),
        pytest.param([(Channel.KAFKA, Channel.PULL)], 200, id="either"),
        pytest.param(
            [(Channel.PULL,), (Channel.KAFKA,)], 200, id="what was called by the old one is still pulled"
        ),
        pytest.param([(Channel.KAFKA,), (Channel.PULL,)], 200, id="whoever prepares for tomorrow"),
        pytest.param([], 200, id="no contract"),
    ],
)
def test_who_pulls_where_nothing_ever_waits_is_told_by_which_channel_it_comes(
    tmp_path: Path, channels: list[tuple[Channel, ...]], status: int
) -> None:
    versions = [replace(one, channels=some) for one, some in zip((V1, V2), channels, strict=False)]
    if len(versions) == 2:
        versions[0] = replace(versions[0], valid_to=TODAY)
    hub = HubInHand(tmp_path, pack=with_contracts(*OTHERS, *versions))
    with door(hub.hub) as client:
        answer = client.get("/departments/me/whistles", headers={"accept-language": "en"})
    hub.close()
    assert status == answer.status_code
    if status == 409:
        assert "W143" == answer.json()["code"]
        assert answer.json()["cause"].endswith(f"come by {channels[-1][0].value}")


def test_who_was_called_by_a_version_that_has_left_the_pack_pulls_on(
    changed: HubInHand, tmp_path: Path
) -> None:
    later = HubInHand(
        tmp_path, pack=with_contracts(*OTHERS, replace(V2, version=3, channels=(Channel.KAFKA,)))
    )
    with door(later.hub) as client:
        ids = [one["id"] for one in client.get("/departments/me/whistles").json()["whistles"]]
        client.post("/departments/me/whistles/acknowledgements", json={"ids": ids})
        empty = client.get("/departments/me/whistles")
    later.close()
    assert (2, 200) == (len(ids), empty.status_code)


def test_a_version_is_read_before_it_holds(hub: HubInHand, tmp_path: Path) -> None:
    announcing = HubInHand(tmp_path, pack=with_contracts(*ANNOUNCED))
    before = versions(announcing)
    announcing.clock.pause(86_400)
    on_the_day = versions(announcing)
    announcing.close()
    assert [("renshe-v1", "valid", "2026-03-10"), ("renshe-v2", "announced", None)] == [
        (id_, one["standing"], one["valid_to"]) for id_, one in before.items()
    ]
    assert ["over", "valid"] == [one["standing"] for one in on_the_day.values()]
    assert "hours" in before["renshe-v2"]["form"]["required"]
    assert ["MATERIAL"] == before["renshe-v2"]["pauses"]["reason_codes"]
    assert {"value": 2, "unit": "work_day"} == before["renshe-v2"]["pauses"]["longest"]
    assert (
        []
        == before["renshe-v2"]["extensions"]["reason_codes"]
        == before["renshe-v1"]["pauses"]["reason_codes"]
    )
    assert ["leads", "everyone"] == [one["closing"] for one in before.values()]
    assert "summary" not in before["renshe-v2"]["whistle"]["properties"]["incident"]["properties"]


def test_no_department_reads_anothers_contract(hub: HubInHand) -> None:
    assert {"renshe-v1"} == versions(hub).keys()


def test_to_write_the_end_into_a_file_is_no_change_of_what_was_agreed(changed: HubInHand) -> None:
    """Version 1 was first used without an end; the doctor has nothing to say about it."""
    assert [] == findings(changed, "D121")


def test_around_a_change_both_versions_stand_in_the_document_of_the_topics() -> None:
    made = document(with_contracts(*ANNOUNCED), schemas())
    kinds = ("Whistle", "WhistleCancelled", "Card")
    names = [f"{kind}_{mark}" for mark in ("renshe", "renshe_v2") for kind in kinds]
    assert names == list(made["channels"]["whistles_renshe"]["messages"])
    messages = made["components"]["messages"]
    assert "renshe-v1, from 2026-01-01 to 2026-03-10" == messages["Whistle_renshe"]["summary"]
    assert "renshe-v2, from 2026-03-11" == messages["Whistle_renshe_v2"]["summary"]
    fields = [
        messages[name]["payload"]["properties"]["data"]["properties"]["incident"]["properties"]
        for name in ("Whistle_renshe", "Whistle_renshe_v2")
    ]
    assert ["summary" in one for one in fields] == [True, False]
