"""What may never get in: faces, persons, plates, pictures and links to them, however they are spelt or wrapped.

Everything that a platform of this kind can send is sent, and looked for in what would be stored.
"""

import re
from base64 import b64encode
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

import orjson
import pytest
from gridplus_xueliang_video.adapter import ALARM28181, NOTIFICATION
from gridplus_xueliang_video.gat1400.allowed import HEAD, INFO, NAMED, NOTIFY, OBJECT
from gridplus_xueliang_video.gat1400.ingress import (
    admit_alarm28181,
    admit_notification,
    read_document,
    wrapped,
)
from gridplus_xueliang_video.gat1400.notification import cut
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hub.model import Arrival

if TYPE_CHECKING:
    from plugins.xueliang_video.tests.conftest import Desk, Say, Start

PICTURE = b64encode(b"\xff\xd8\xff\xe0 an invented picture" * 30).decode()
SECRETS = (
    "测试丙",
    "329901199001010013",
    "13900000000",
    "苏F·12345",
    "苏FD12345",
    "F12345",
    "南通A1234",
    PICTURE,
    f"data:image/jpeg;base64,{PICTURE}",
    "http://10.0.0.8/face.jpg",
    "//10.0.0.8/face",
    "ftp://10.0.0.8/a",
    "10.0.0.8",
    "rtsp://admin:admin@10.0.0.8/1",
    "黑名单人员",
    "男",
    "FaceID",
    "face_match",
    "plate_hit",
    "black_list",
)
"""Values that must never be stored, wherever a platform puts them."""

ALARM = {
    "AlarmID": "XL20260310000001",
    "DeviceID": "32990100001320000007",
    "AlarmType": 890,
    "AlarmTime": "20260310113000",
    "Confidence": 0.93,
    "Longitude": 120.854271,
    "Latitude": "31.997874",
    "Place": "青石路云桥路口（东侧）",
}
MISSPELT = (
    "FaceObjectList", "faceobjectlist", "FACE_OBJECT_LIST", "FaceObjctList", "PersonObjectList", "PersionObjectList",
    "MotorVehicleObjectList", "NonMotorVehicleObjectList", "NonMotorVehcleObjectList", "ImageList", "SubImageList",
    "VideoSliceObjectList", "FileObjectList", "SceneObjectList", "DispositionNotificationList", "FeatureList",
)  # fmt: skip
PERSONAL = (
    "FaceID", "PersonID", "PersionID", "Name", "IDNumber", "IdNumber", "id_number", "EthicCode", "EthnicCode",
    "Similaritydegree", "BodySpeciallMark", "CriminalInvolvedSpecilisationCode", "FaceDisAppearTime", "PlateNo",
    "plate_no", "PlatNo", "StoragePath", "StorageUrl1", "ImageUrl", "PicUrl", "ImageData", "Data", "URL", "Feature",
    "FeatureInfo", "SourceID", "Title", "AlarmDescription", "Remark", "VendorRemark", "IsSuspectedTerrorist",
)  # fmt: skip


def stored(*notifications: dict[str, Any]) -> str:
    """All that would be stored of a push, and the names of what was dropped."""
    body = orjson.dumps(wrapped(list(notifications)))
    pieces = []
    for part in [body, *(part for one in cut(read_document(body)) for part in one.parts)]:
        admitted = admit_notification(part)
        pieces += [(admitted.content or b"").decode(), *admitted.dropped]
    return "\n".join(pieces)


def found_in(text: str) -> list[str]:
    return [secret for secret in SECRETS if secret in text and secret not in ("FaceID", "F12345")] + (
        ["F12345"] if re.search(r"(?<![0-9A-Za-z])F12345", text) else []
    )


def alarm(**more: Any) -> dict[str, Any]:
    return {
        "NotificationID": "329901000020000000010400000000001",
        "AlarmObjectList": {"AlarmObject": [ALARM | more]},
    }


def test_an_alarm_in_good_order_passes_whole() -> None:
    admitted = admit_notification(orjson.dumps(wrapped([alarm()])))
    assert admitted.content is not None
    (kept,) = orjson.loads(admitted.content)["SubscribeNotificationListObject"]["SubscribeNotificationObject"]
    assert kept["AlarmObjectList"]["AlarmObject"] == [{name: str(value) for name, value in ALARM.items()}]
    assert admitted.dropped == ()


@pytest.mark.nasty("N32", "misspelt and re-cased list names")
@pytest.mark.parametrize("name", MISSPELT)
@pytest.mark.parametrize("beside", ["alone", "beside an alarm"])
def test_a_list_of_people_vehicles_or_pictures_never_gets_in(name: str, beside: str) -> None:
    face: dict[str, str] = dict(zip(PERSONAL * 2, SECRETS * 3, strict=False))
    face |= {"DeviceID": "32990100001320000007", "ShotTime": "20260310113000"}
    sent = {name: {name.removesuffix("List"): [face, {"Nested": {"Deep": [face]}}]}}
    text = stored((alarm() if beside != "alone" else {}) | sent)
    assert found_in(text) == []
    assert ("AlarmType" in text) == (beside != "alone")


@pytest.mark.nasty("N32", "misspelt and re-cased field names")
@pytest.mark.parametrize("name", PERSONAL)
def test_a_personal_field_of_an_alarm_is_cut_out_whatever_it_holds(name: str) -> None:
    for secret in SECRETS:
        for value in (secret, [secret], {"Value": secret}, {"A": [{"B": secret}]}):
            text = stored(alarm(**{name: value}) | {name: value})
            assert found_in(text) == [], (name, secret)
            assert "890" in text


@pytest.mark.parametrize("name", sorted({one.name for one in (*OBJECT.values(), *HEAD.values())}))
def test_not_even_an_allowed_field_carries_a_secret(name: str) -> None:
    for secret in SECRETS:
        for value in (secret, f"  {secret}", f"青石路{secret}号", [secret], {"Value": secret}):
            text = stored(alarm(**{name: value}) | {name: value})
            assert found_in(text) == [], (name, secret)


def test_a_name_made_up_by_the_source_is_counted_and_not_repeated() -> None:
    text = stored(alarm(**{"测试丙": 1, "苏F·12345": "x", PICTURE: 2}))
    assert found_in(text) == []
    assert "unlisted" in text


def test_a_face_among_the_things_is_no_alarm() -> None:
    face = {"ThingID": "XL20260310000002", "DeviceID": ALARM["DeviceID"], "FaceID": "x", "Longitude": 120.85}
    admitted = admit_notification(orjson.dumps(wrapped([{"ThingObjectList": {"ThingObject": [face]}}])))
    assert admitted.content is None
    assert admitted.dropped == ("FaceID",)


def test_what_was_dropped_is_named_and_its_values_are_not() -> None:
    sent = alarm(IDNumber="329901199001010013", SubImageList={"Data": PICTURE}, AlarmDescription="一名男子")
    admitted = admit_notification(orjson.dumps(wrapped([sent | {"FaceObjectList": {"FaceObject": [{}]}}])))
    assert admitted.dropped == ("AlarmDescription", "FaceObjectList", "IDNumber", "SubImageList")


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\xff\xfe\x00", id="no text"),
        pytest.param(b'{"SubscribeNotificationListObject":', id="cut off"),
        pytest.param(b"[" * 5000 + b"]" * 5000, id="deep"),
        pytest.param(b"[]", id="an empty list"),
        pytest.param(b'"' + PICTURE.encode() + b'"', id="a bare picture"),
        pytest.param(PICTURE.encode(), id="base64 of something"),
        pytest.param(b'{"a": NaN}', id="NaN"),
        pytest.param(b"<Notify><CmdType>Alarm</CmdType></Notify>", id="the other protocol"),
    ],
)
def test_what_cannot_be_read_is_not_kept_at_all(content: bytes) -> None:
    assert admit_notification(content).content is None


def test_a_platform_that_sends_everything_has_nothing_of_it_stored(say: "Say", start: "Start") -> None:
    desk = start(
        say(1, defect="faces"),
        say(2, defect="faces_beside"),
        say(3, defect="field_added"),
        say(4, code="901"),
    )
    kept = [desk.adapter.admit(body) for body in desk.taken()]
    text = "\n".join([(one.content or b"").decode() for one in kept])
    for secret in (
        "测试",
        "329901199001010013",
        "苏F",
        "南通A",
        "http",
        "/9j/",
        "13900000000",
        "Face",
        "Person",
    ):
        assert secret not in text
    # faces alone: dead; beside an alarm: the alarm lives, and what stood beside it is dead by itself
    assert [None, True, None, True, True] == [None if one.content is None else True for one in kept]
    assert {
        "FaceObjectList",
        "PersonObjectList",
        "MotorVehicleObjectList",
        "NonMotorVehicleObjectList",
    } <= set(kept[0].dropped)


XML = (
    "<Notify><CmdType>Alarm</CmdType><SN>1</SN><DeviceID>32990100001320000007</DeviceID>"
    "<AlarmTime>2026-03-10T11:30:00</AlarmTime>{more}<Info><AlarmType>901</AlarmType>{info}</Info></Notify>"
)


@pytest.mark.parametrize(
    "name", sorted({*PERSONAL, *(one.name for one in (*NOTIFY.values(), *INFO.values()))})
)
def test_nothing_of_people_passes_in_an_alarm_of_the_gateway(name: str) -> None:
    for secret in SECRETS:
        for element in (
            f"<{name}>{escape(secret)}</{name}>",
            f"<{name}><b>{escape(secret)}</b></{name}>",
            f'<{name} a="{escape(secret)}"/>',
            f"<{name}><![CDATA[{secret}]]></{name}>",
            f"<alarmType><{name}>{escape(secret)}</{name}></alarmType>",
        ):
            for document in (XML.format(more=element, info=""), XML.format(more="", info=element)):
                admitted = admit_alarm28181(document.encode())
                text = "\n".join([(admitted.content or b"").decode(), *admitted.dropped])
                assert found_in(text) == [], (name, secret, element)


@pytest.mark.nasty("N30", "XXE in an alarm")
@pytest.mark.parametrize(
    "document",
    [
        '<!DOCTYPE Notify [<!ENTITY x SYSTEM "file:///etc/hostname">]><Notify><CmdType>Alarm</CmdType>&x;</Notify>',
        "<Notify><CmdType>Catalog</CmdType><DeviceID>32990100001320000007</DeviceID></Notify>",
        "<Response><CmdType>Alarm</CmdType></Response>",
        "<Notify><CmdType>Alarm",
        "",
    ],
)
def test_what_is_no_alarm_of_the_gateway_is_not_kept_at_all(document: str) -> None:
    assert admit_alarm28181(document.encode()).content is None


LEAVES = st.sampled_from(
    [*SECRETS, "890", "20260310113000", "32990100001320000007", 1, 0.5, None, True, "青石路"]
)
NAMES = st.sampled_from(
    [
        *PERSONAL,
        *MISSPELT,
        *ALARM,
        *sorted(NAMED),
        "AlarmObjectList",
        "AlarmObject",
        "ThingObjectList",
        "DeviceList",
    ]
)
DOCUMENTS = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=5)
)


@settings(max_examples=150, deadline=None)
@given(DOCUMENTS)
@example({"AlarmObjectList": [{"AlarmType": "890", "Place": "张三家路苏F·12345"}]})
@example([[{"AlarmObject": {"AlarmType": "face_match"}}]])
def test_however_things_are_nested_nothing_gets_past(document: Any) -> None:
    body = orjson.dumps(document)
    for sent in (body, orjson.dumps({"SubscribeNotificationListObject": document})):
        for part in [sent, *(part for one in cut(read_document(sent)) for part in one.parts)]:
            admitted = admit_notification(part)
            assert found_in("\n".join([(admitted.content or b"").decode(), *admitted.dropped])) == []


@settings(max_examples=60, deadline=None)
@given(DOCUMENTS)
def test_what_has_passed_once_passes_again_unchanged(document: Any) -> None:
    once = admit_notification(
        orjson.dumps(wrapped([alarm(), document] if isinstance(document, dict) else [alarm()]))
    )
    assert once.content is not None
    again = admit_notification(once.content)
    assert (once.content, ()) == (again.content, again.dropped)


def test_a_record_reads_the_same_before_and_after_its_passage(say: "Say", start: "Start") -> None:
    def kinds(desk: "Desk") -> list[str]:
        return [body.kind for body in desk.taken()]

    desk = start(say(1), say(2, code="902"), say(3, defect="device_offline"))
    assert [NOTIFICATION, ALARM28181, NOTIFICATION] == kinds(desk)
    for body in desk.taken():
        raw = desk.adapter.normalise(body, Arrival(desk.clock.now(), body.kind))
        assert [desk.outcome(body)] == list(raw)
