"""全要素网格通, to play with: telephones of grid workers, and the app server that pushes what they upload.

With every matter it sends what such an app sends beside it: the worker, where they stand, where they have walked.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, ClassVar, Final

import orjson
from pydantic import SecretStr

from gridplus_grid_app.adapter import EVENTS, FEEDBACK, PARTS, TRACKS
from hub import Stage, Urgency
from hub.plugin import PeerReply, PeerRequest, SimulatorSetup, Utterance
from hub.plugin.systems.gcj02 import shifted
from hub.plugin.systems.rest_push import FAILURES, RestPushSystem
from hub.plugin.times import local_text
from hub.plugin.transport.credentials import Hmac
from hub.plugin.transport.entrances import Entrance
from hub.plugin.transport.signing import Signer

Row = dict[str, Any]
_APP: Final = "wgt-320600"
_STATES: Final = {
    Stage.CANCELLED: "已作废",
    Stage.CLOSED: "已结案",
    Stage.DONE_BY_DEPT: "已办结",
    Stage.IN_PROGRESS: "处理中",
    Stage.REOPENED: "重办",
}
_URGENCIES: Final = {Urgency.URGENT: "紧急", Urgency.CRITICAL: "特急"}
_OFFLINE: Final = timedelta(hours=3)
_JSON: Final = {"content-type": "application/json;charset=UTF-8"}


class GridAppServer(RestPushSystem):
    """What it knows of nasty: `FAILURES` switched on for all it says, `DEFECTS` in one utterance; `extra["photos"]` is a
    number of pictures, `extra["settled"]` says that the worker settled the matter on the spot."""

    FAILURES: ClassVar[Mapping[str, str]] = {
        **FAILURES,
        "tracks": "每次上报前先推一次心跳和一段轨迹",
        "refuses_replies": "回执一律以 code 409 拒收",
    }

    def __init__(self, setup: SimulatorSetup) -> None:
        super().__init__(setup)
        self._kept: Final[list[Row]] = []
        self._nonces: Final[set[str]] = set()
        secret = SecretStr(self.secret("feedback_secret"))
        self._feedback: Final = Hmac(_APP, secret, clock=setup.clock, nonce=self.nonce, headers=PARTS)

    def entrance(self) -> Entrance:
        """What its adapter takes."""
        return EVENTS

    def shown(self, body: bytes) -> Mapping[str, str]:
        """A signature over the request."""
        return self._signed(EVENTS, body)

    def settings(self) -> Mapping[str, object]:
        """Where it listens, and the secrets of both directions."""
        names = ("push_secret", "feedback_secret")
        return {"app_id": _APP, "feedback_url": self.url, **{name: self.secret(name) for name in names}}

    def speak(self, utterance: Utterance) -> None:
        """Uploads it; a telephone without a network keeps it, and uploads three hours later what it has gathered."""
        if self.fails("tracks"):
            self._push_tracks()
        row = dict(self.row(utterance))
        match utterance.defect:
            case "offline":
                self._kept.append(row)
                self.later(utterance.at + _OFFLINE, self._upload_kept)
            case "update_first":
                self.upload([orjson.dumps(row | {"czlx": "修改", "bbh": 2}), orjson.dumps(row)])
            case "track_row":
                self.upload([orjson.dumps(_walked() | {"scsj": row["scsj"]}), orjson.dumps(row)])
            case "resend":
                self.upload([orjson.dumps(row)] * 2)
            case _:
                super().speak(utterance)

    def row(self, utterance: Utterance) -> Mapping[str, object]:
        """One matter as the app writes it, the worker beside it."""
        lon, lat = _drawn(utterance)
        person, uploaded = utterance.requester, local_text(utterance.at)
        row = {
            "sjbh": utterance.ref,
            "bbh": utterance.revision + 1,
            "czlx": "修改" if utterance.revision else "新增",
            "lbdm": utterance.code,
            "bt": utterance.title,
            "ms": utterance.content,
            "fssj": local_text(utterance.occurred_at),
            "sbsj": local_text(utterance.reported_at),
            "sjsz": uploaded,
            "scsj": uploaded,
            "ly": utterance.extra.get("channel", "日常巡查"),
            "jjcd": _URGENCIES.get(utterance.urgency, "一般"),
            "zt": "当场办结" if "settled" in utterance.extra else _STATES.get(utterance.stage, "待处置"),
            "zbx": "GCJ-02",
            "jd": lon,
            "wd": lat,
            "dz": utterance.address,
            "xzqh": utterance.area_code,
            "wgbm": utterance.grid_code,
            "zp": [self._photo(number) for number in range(int(utterance.extra.get("photos", "0")))],
            "fyrXm": person.name if person else "",
            "fyrDh": person.phone if person else "",
            **_walked(),
        }
        DEFECTS.get(utterance.defect, _nothing)(row, utterance)
        return row

    def answer(self, request: PeerRequest) -> PeerReply:
        """事件回执: what the worker is shown."""
        if (request.method, request.path) != ("POST", FEEDBACK):
            return PeerReply(404)
        if not self._feedback.admits(request):
            return PeerReply(401)
        if self.fails("refuses_replies"):
            return _said({"code": 409, "msg": "事件已归档"})
        told = orjson.loads(request.body)
        with self.lock:
            known = told["hzbh"] in self._nonces
            self._nonces.add(told["hzbh"])
        if not known:
            self.hear(ref=told["sjbh"], stage=told["zt"], nonce=told["hzbh"], text=told["nr"])
        return _said({"code": 0, "msg": "success", "lsh": f"HZ{told['hzbh'][:8]}"})

    def _upload_kept(self) -> None:
        """The last one first, and all in one request."""
        rows, self._kept[:] = list(reversed(self._kept)), []
        uploaded = local_text(self.setup.clock.now())
        if rows:
            self.upload([orjson.dumps(row | {"sjsz": uploaded, "scsj": uploaded}) for row in rows])

    def _push_tracks(self) -> None:
        for entrance in TRACKS:
            body = orjson.dumps(_walked())
            self.send("POST", entrance.path, headers={**self._signed(entrance, body), **_JSON}, body=body)

    def _signed(self, entrance: Entrance, body: bytes) -> Mapping[str, str]:
        secret = SecretStr(self.secret("push_secret"))
        signer = Signer(_APP, secret, clock=self.clock, nonce=self.nonce, headers=PARTS)
        return signer.sign(entrance.method, entrance.path, body=body)

    def _photo(self, number: int) -> Row:
        """A link to the app's file server, and what the telephone writes beside it."""
        return {
            "lj": f"{self.url}/files/{number + 1}.jpg",
            "mc": f"测试网格员_{number + 1}.jpg",
            "psjd": "120.850001",
            "pswd": "32.000001",
        }


def _walked() -> Row:
    """The worker as the app sends them with everything: who, where, and where they have been."""
    points = [
        {"jd": f"120.85{at:04d}", "wd": f"32.00{at:04d}", "sj": 1_773_100_000 + 60 * at} for at in range(3)
    ]
    return {
        "wgyId": "WGY-TEST-001",
        "wgyXm": "测试网格员",
        "wgyDh": "13800000001",
        "wgyJd": "120.850001",
        "wgyWd": "32.000001",
        "gj": points,
        "sbm": "TEST-IMEI-000000",
    }


def _drawn(utterance: Utterance) -> tuple[str, str]:
    """Where the matter is, as the map on the telephone has it."""
    if utterance.lon is None or utterance.lat is None:
        return "", ""
    at = (utterance.lon, utterance.lat)
    lon, lat = at if utterance.defect == "plain_gps" else shifted(*at)
    return f"{lon:.6f}", f"{lat:.6f}"


def _by_a_clock(hours: float) -> Callable[[Row, Utterance], None]:
    def spoil(row: Row, said: Utterance) -> None:
        for name, moment in (("fssj", said.occurred_at), ("sbsj", said.reported_at), ("sjsz", said.at)):
            row[name] = local_text(moment + timedelta(hours=hours))

    return spoil


def _nothing(_: Row, __: Utterance) -> None:
    """Most matters are said as they are."""


DEFECTS: Final[Mapping[str, Callable[[Row, Utterance], None]]] = {
    "offline": _nothing,
    "update_first": _nothing,
    "track_row": _nothing,
    "resend": _nothing,
    "slow_clock": _by_a_clock(-2),
    "fast_clock": _by_a_clock(2),
    "clock_of_1970": lambda row, _: row.update(fssj="1970-01-01 08:03:12", sjsz="1970-01-01 08:05:00"),
    "plain_gps": lambda row, _: row.update(zbx="WGS-84"),
    "inline_photo": lambda row, _: row.update(zp=[{"nr": "/9j/4AAQSkZJRgABAQ=="}]),
    "missing_ref": lambda row, _: row.update(sjbh=""),
    "unknown_code": lambda row, _: row.update(lbdm="QW9999"),
    "test_data": lambda row, _: row.update(bt="测试件，请勿派单"),
}
"""What is nasty about one utterance, by name."""


def _said(content: Row) -> PeerReply:
    return PeerReply(200, orjson.dumps(content), _JSON)
