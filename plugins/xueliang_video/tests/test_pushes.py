"""Pushes over real sockets: who may come in, what is answered, and what each alarm becomes."""

from datetime import timedelta
from typing import TYPE_CHECKING

import httpx
import orjson
import pytest
from gridplus_xueliang_video.simulator.wording import xml28181
from pydantic import SecretStr

from hub.errors import PeerRefused
from hub.model import Crs, Draft, Stage, Urgency
from hub.plugin import PeerRequest
from hub.plugin.transport.digest_auth import Challenged, Gate, authorization, challenge_in

if TYPE_CHECKING:
    from plugins.xueliang_video.tests.conftest import Desk, Say, Start

NOTIFY = "/VIID/SubscribeNotifications"


def drafts(desk: "Desk") -> list[Draft]:
    return desk.drafts()


def post(
    desk: "Desk", body: bytes, path: str = NOTIFY, *, who: str = "push_password", **headers: str
) -> httpx.Response:
    """One push as another program would send it, signed."""
    config = desk.platform.config()
    user = str(config["platform_id"] if who == "push_password" else config["gateway_id"])
    auth = httpx.DigestAuth(user, str(config[who]))
    named = {"user-identify": user} | {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.post(desk.door.url + path, content=body, headers=named, auth=auth, verify=False)  # noqa: S501  no TLS


def test_an_alarm_comes_through_as_the_platform_has_it(say: "Say", start: "Start") -> None:
    said = [say(number, urgency=Urgency.CRITICAL) for number in range(1, 9)]
    desk = start(*said)
    assert [one.ref for one in said] == [draft.source_ref for draft in drafts(desk)]
    for draft in drafts(desk):
        assert ("video-v1", "890") == (draft.category.table, draft.category.value)
        assert ("32990100001320000007", "青石路云桥路口") == (draft.device_ref, draft.address)
        assert (said[0].occurred_at, said[0].reported_at) == (draft.occurred_at, draft.reported_at)
        assert (Urgency.CRITICAL, Stage.RECEIVED, 0.93) == (draft.urgency, draft.stage, draft.confidence)
        assert draft.position is not None
        assert (120.85, 32.0, Crs.WGS84) == (draft.position.x, draft.position.y, draft.position.crs)
        assert (None, "", "", False) == (draft.requester, draft.title, draft.content, draft.is_update)
    # things and alarms, numbers and texts, all of them were among the eight
    assert 8 == desk.platform.said() == len(desk.door.bodies)


@pytest.mark.nasty("N33", "zone-less time, declared by the source")
def test_a_sensor_alarm_comes_through_the_gateway(say: "Say", start: "Start") -> None:
    (draft,) = drafts(start(say(1, code="902", urgency=Urgency.URGENT)))
    said = say(1)
    assert (said.ref, "902", "gb28181") == (draft.source_ref, draft.category.value, draft.channel)
    assert (said.occurred_at, said.device_ref) == (draft.occurred_at, draft.device_ref)
    assert Urgency.URGENT is draft.urgency


def test_another_zone_can_be_declared(say: "Say", start: "Start") -> None:
    (draft,) = drafts(start(say(1, code="902"), zone="UTC"))
    assert draft.occurred_at == say(1).occurred_at + timedelta(hours=8)


@pytest.mark.nasty("N76", "recovered before the alarm")
@pytest.mark.parametrize(
    ("defect", "told"),
    [
        ("recovered", [(Stage.RECEIVED, False), (Stage.CLOSED, True)]),
        ("recovered_first", [(Stage.CLOSED, True), (Stage.RECEIVED, False)]),
        ("backwards_state", [(Stage.RECEIVED, False), (Stage.CLOSED, True), (Stage.RECEIVED, False)]),
    ],
)
def test_a_recovery_is_an_update_of_its_alarm(
    say: "Say", start: "Start", defect: str, told: list[tuple[Stage, bool]]
) -> None:
    for number in range(1, 7):  # as alarm and as thing
        found = drafts(start(say(number, defect=defect)))
        assert told == [(draft.stage, draft.is_update) for draft in found]
        assert 1 == len({draft.source_ref for draft in found})
        assert all(("recovered" in draft.flags) == draft.is_update for draft in found)
        (closed,) = (draft.version for draft in found if draft.is_update)
        assert closed > min(draft.version for draft in found if not draft.is_update)


@pytest.mark.nasty("N75", "one sensor, again and again")
@pytest.mark.parametrize("code", ["890", "901"])
def test_a_flapping_sensor_gives_one_draft_an_alarm_each_with_its_device(
    say: "Say", start: "Start", code: str
) -> None:
    found = drafts(start(say(1, code=code, defect="flapping", extra={"repeats": "12"})))
    assert 12 == len({draft.source_ref for draft in found}) == len(found)
    assert {"32990100001320000007"} == {draft.device_ref for draft in found}


def test_several_alarms_of_one_push_are_records_of_their_own(say: "Say", start: "Start") -> None:
    desk = start(say(1, defect="several_in_one"))
    assert 6 == len(drafts(desk)) == len(desk.door.bodies) == desk.platform.said()


@pytest.mark.nasty("N01", "the same alarm, byte for byte")
@pytest.mark.parametrize("code", ["890", "901"])
def test_a_resend_is_the_same_to_the_last_byte(say: "Say", start: "Start", code: str) -> None:
    once, again = start(say(1, code=code, defect="resend")).taken()
    assert once == again


@pytest.mark.nasty("N02", "same number and time, other content")
def test_a_changed_alarm_differs_and_keeps_its_number(say: "Say", start: "Start") -> None:
    first, second = drafts(start(say(1, defect="same_time_changed")))
    assert (first.source_ref, first.version) == (second.source_ref, second.version)
    assert first != second


@pytest.mark.parametrize("code", ["890", "901"])
@pytest.mark.parametrize(
    ("defect", "ends"),
    [
        pytest.param("unknown_code", {"category": "7777"}, marks=pytest.mark.nasty("N25", "an unknown code")),
        pytest.param("code_as_hex", {"category": "own"}, marks=pytest.mark.nasty("N28", "a code as hex")),
        pytest.param("code_with_fraction", {"category": "own"}, marks=pytest.mark.nasty("N26", "901.0")),
        pytest.param("two_decimals", {"decimals": 2}, marks=pytest.mark.nasty("N44", "two decimals")),
        pytest.param("swapped_axes", {"x": 32.0}, marks=pytest.mark.nasty("N43", "swapped")),
        pytest.param("impossible_longitude", {"x": 171.3}, marks=pytest.mark.nasty("N43", "171.3 degrees")),
        pytest.param("no_point", {"x": None}, marks=pytest.mark.nasty("N43", "0, 0")),
        pytest.param("clock_1970", {"flags": ("clock_suspect",)}, marks=pytest.mark.nasty("N36", "1970")),
        pytest.param("clock_fast", {"flags": ("clock_suspect", "times_disordered")}, marks=pytest.mark.nasty("N36", "2 h fast")),
    ],
)  # fmt: skip
def test_a_strange_alarm_is_passed_on_with_what_is_strange_about_it(
    say: "Say", start: "Start", code: str, defect: str, ends: dict[str, object]
) -> None:
    (draft,) = drafts(start(say(1, code=code, defect=defect)))
    shown: dict[str, object] = {
        "category": "own" if draft.category.value == code else draft.category.value,
        "decimals": draft.position and draft.position.decimals,
        "x": draft.position and draft.position.x,
        "flags": draft.flags,
    }
    assert ends == {name: shown[name] for name in ends}


@pytest.mark.parametrize(
    ("code", "defect", "ends"),
    [
        pytest.param("890", "bad_time", "R203", id="a month 13"),
        pytest.param("901", "bad_time", "R203", id="a month 13, by the gateway"),
        pytest.param("890", "low_confidence", "R305", id="a machine that is not sure"),
        pytest.param("890", "unreadable", "R105", id="cut off"),
        pytest.param("901", "unreadable", "R105", id="cut off, by the gateway"),
        pytest.param("901", "xxe", "R105", id="an entity"),
        pytest.param("890", "faces", "R105", id="faces"),
    ],
)
def test_an_alarm_that_cannot_be_used_ends_with_its_code(
    say: "Say", start: "Start", code: str, defect: str, ends: str
) -> None:
    assert [ends] == start(say(1, code=code, defect=defect)).outcomes()


@pytest.mark.nasty("N30", "GB2312 declared, GB18030 or UTF-8 sent")
def test_whatever_charset_the_gateway_uses_the_alarm_is_read(say: "Say", start: "Start") -> None:
    utf8, gbk = drafts(start(say(1, code="902"), say(2, code="902", defect="gbk_bytes")))
    assert (utf8.category, utf8.device_ref) == (gbk.category, gbk.device_ref)


@pytest.mark.nasty("N77", "the vendor's own test")
def test_a_test_is_marked_as_one(say: "Say", start: "Start") -> None:
    assert [("test_data",), ("test_data",)] == [
        draft.flags for draft in drafts(start(*(say(number, defect="test_data") for number in (1, 2))))
    ]


def test_a_camera_that_went_off_line_is_a_matter_and_one_that_is_well_is_none(
    say: "Say", start: "Start"
) -> None:
    (draft,) = drafts(start(say(1, defect="device_offline")))
    assert ("905", "32990100001320000007", "青石路云桥路口") == (
        draft.category.value,
        draft.device_ref,
        draft.address,
    )


@pytest.mark.nasty("N85", "a field nobody knows")
def test_a_field_that_is_new_stops_nothing(say: "Say", start: "Start") -> None:
    assert ["890"] == [draft.category.value for draft in drafts(start(say(1, defect="field_added")))]


# --- who may come in, and what is answered


@pytest.mark.nasty("N73", "wrong digest, missing User-Identify, nonce reuse")
@pytest.mark.parametrize(
    ("failure", "code"),
    [("wrong_password_push", "P106"), ("no_identity_push", "P105"), ("replayed_push", "P103")],
)
@pytest.mark.parametrize("kind", ["890", "901"])
def test_a_push_that_is_not_signed_well_is_refused_and_the_good_one_is_taken(
    say: "Say", start: "Start", failure: str, code: str, kind: str
) -> None:
    desk = start(say(1, code=kind), say(2, code=kind), failures=(failure,))
    assert ["XL20260310000001", "XL20260310000002"] == [draft.source_ref for draft in drafts(desk)]
    desk.platform.stop()  # the replay of the last push has come by then
    assert code in desk.door.refused
    assert set(desk.door.refused) == {code}  # being challenged is no refusal


@pytest.mark.nasty("N68", "the answer was lost: the same push once more")
def test_a_push_whose_answer_was_lost_comes_twice_and_alike(say: "Say", start: "Start") -> None:
    once, again = start(say(1), failures=("ack_lost",)).taken()
    assert once == again


def test_a_hub_that_cannot_store_answers_that_it_is_busy_and_gets_it_again(
    say: "Say", start: "Start"
) -> None:
    desk = start(say(1), failing=2)
    assert 1 == len(drafts(desk))


def test_the_gateway_and_the_platform_cannot_speak_for_each_other(say: "Say", start: "Start") -> None:
    desk = start(say(1))
    assert 403 == post(desk, b"{}", who="gateway_password").status_code
    assert 403 == post(desk, b"<a/>", "/alarm28181").status_code
    assert 403 == post(desk, b"{}", user_identify="32990100002000000002").status_code
    assert ["P105", "P105", "P105"] == desk.door.refused


def test_every_refusal_is_said_in_the_protocols_own_words(say: "Say", start: "Start") -> None:
    desk = start(say(1), body_limit=4096)
    desk.taken()
    for answer, status in (
        (httpx.post(desk.door.url + NOTIFY, content=b"{}"), 401),
        (httpx.post(desk.door.url + "/VIID/Faces", content=b"{}"), 404),
        (httpx.get(desk.door.url + NOTIFY), 404),
        (post(desk, b" " * 5000), 413),
    ):
        assert status == answer.status_code
        (said,) = answer.json()["ResponseStatusListObject"]["ResponseStatusObject"]
        assert (4, "无效操作") == (said["StatusCode"], said["StatusString"])
        assert "20260310120000" == said["LocalTime"]
    assert challenge_in(httpx.post(desk.door.url + NOTIFY).headers["www-authenticate"]) is not None


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        pytest.param(b"{", [7], id="no JSON"),
        pytest.param(b"{}", [0], id="nothing said"),
        pytest.param(
            b'{"FaceListObject": {"FaceObject": [{"FaceID": "1"}]}}', [4], id="faces by another door"
        ),
    ],
)
def test_what_a_push_gets_for_an_answer(start: "Start", body: bytes, codes: list[int]) -> None:
    answer = post(start(), body)
    assert 200 == answer.status_code
    assert codes == [
        one["StatusCode"] for one in answer.json()["ResponseStatusListObject"]["ResponseStatusObject"]
    ]


def test_a_push_with_half_a_character_or_an_endless_number_is_taken_and_not_sent_for_ever() -> None:
    from gridplus_xueliang_video.gat1400.ingress import wrapped
    from gridplus_xueliang_video.gat1400.notification import cut

    found = {"NotificationID": "1", "AlarmObjectList": {"AlarmObject": [{"AlarmID": "\ud800", "N": 10**400}]}}
    ((part,),) = (one.parts for one in cut(wrapped([found])))
    assert b"\\ud800" in part


def test_each_notification_is_answered_by_its_own_number(say: "Say", start: "Start") -> None:
    desk = start(say(1, defect="faces"), say(2))
    bodies = [orjson.loads(body.content) for body in desk.taken()]
    found = [one["SubscribeNotificationListObject"]["SubscribeNotificationObject"][0] for one in bodies]
    sent = {"SubscribeNotificationListObject": {"SubscribeNotificationObject": found}}
    answer = post(desk, orjson.dumps(sent)).json()["ResponseStatusListObject"]["ResponseStatusObject"]
    assert [(found[0]["NotificationID"], 4), (found[1]["NotificationID"], 0)] == [
        (one["Id"], one["StatusCode"]) for one in answer
    ]


def test_the_gateway_is_answered_with_the_number_of_its_alarm(start: "Start") -> None:
    desk = start()
    alarm = {
        "id": "XL20260310000007", "device": "32990100001320000007", "code": "901", "occurred_at": desk.clock.now(),
        "lon": "120.85", "lat": "32.0", "level": 4,
    }  # fmt: skip
    answer = post(desk, xml28181(alarm).encode(), "/alarm28181", who="gateway_password")
    assert (
        "<Response><CmdType>Alarm</CmdType><SN>7</SN><DeviceID>32990100001320000007</DeviceID>"
        "<Result>OK</Result></Response>"
    ) == answer.text
    wrong = post(desk, b"<html>", "/alarm28181", who="gateway_password")
    assert "<Response><CmdType>Alarm</CmdType><Result>ERROR</Result></Response>" == wrong.text


def test_a_signature_for_one_path_does_not_open_another(start: "Start") -> None:
    desk = start()
    config = desk.platform.config()
    gate = Gate("gridplus", {str(config[f"{who}_id"]): SecretStr(str(config[word])) for who, word in (
        ("platform", "push_password"), ("gateway", "gateway_password"))})  # fmt: skip
    challenged = gate.admit("", method="POST", path="", now=desk.clock.now(), salt="0")
    assert isinstance(challenged, Challenged)
    signed = authorization(
        challenged.challenge, user=str(config["platform_id"]), password=SecretStr(str(config["push_password"])),
        method="POST", uri="/alarm28181", count=1, cnonce="a",
    )  # fmt: skip
    headers = {"authorization": signed, "user-identify": str(config["platform_id"])}
    with pytest.raises(PeerRefused) as caught:
        desk.adapter.receive(PeerRequest("POST", NOTIFY, "", headers, b"{}", "127.0.0.1"))
    assert "P106" == caught.value.code
