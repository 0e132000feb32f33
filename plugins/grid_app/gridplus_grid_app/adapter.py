"""全要素网格通: the app server pushes what grid workers' telephones have uploaded, and is told what came of it.

Telephones without a network upload hours later and in any order, and their clocks may be wrong (domain.md N03, N36).
The hub co-ordinates matters: who reported is the app's to know, which shows them what came of it, and where they stand
and walk is nobody's here (PIPL 28: whereabouts are sensitive).
"""

from collections.abc import Sequence
from typing import Final

from pydantic import SecretStr

from hub import Arrival, AttachmentRef, Code, Crs, Draft, GridDraft, Stage
from hub.plugin import Admitted, Answer, Body, Receipt, Tools
from hub.plugin.declared import declared
from hub.plugin.fields import Fields
from hub.plugin.json_text import read_json
from hub.plugin.notes import looks_like_a_test
from hub.plugin.points import point_of
from hub.plugin.times import time_flags
from hub.plugin.transport.allow_list import AllowList
from hub.plugin.transport.credentials import Hmac
from hub.plugin.transport.entrances import AnsweredOnly, Entrance, Lock, Signed
from hub.plugin.transport.http import call, document, opened
from hub.plugin.transport.paging import SECONDS
from hub.plugin.transport.rest_push import RestPush, RestPushConfig
from hub.plugin.transport.signing import Gate, Headers
from hub.plugin.words import stage_of, urgency_of

EVENTS: Final = Entrance(path="/sj/sb", kind="event", rows=("sjlb",))
"""事件上报: several in one request, where a telephone was without a network."""
TRACKS: Final = tuple(AnsweredOnly(path=path) for path in ("/wgy/xt", "/wgy/gj"))
"""心跳、轨迹: answered, so that the app server does not try for ever; nothing of them is kept."""
FEEDBACK: Final = "/openapi/sj/hz"
PARTS: Final = Headers("wgt-appid", "wgt-timestamp", "wgt-nonce", "wgt-sign")
ALLOWED: Final = declared(
    internal="sjbh bbh czlx lbdm fssj sbsj sjsz scsj ly jjcd zt zbx jd wd xzqh wgbm",
    personal="bt ms dz zp.lj",
)
"""What may be held; meanings stand in the README. Free text counts as personal: workers name people in it."""
FORBIDDEN: Final = declared(
    sensitive="wgyid wgyxm wgydh wgysfzh wgyjd wgywd gj sbm fyrxm fyrdh fyrsfzh dsr zp.mc zp.psjd zp.pswd zp.nr"
)
"""What the app is known to send beside it; dropped before anything is stored."""
DECLARES: Final = {**ALLOWED, **FORBIDDEN}
_ALLOW_LIST: Final = AllowList(ALLOWED, known=FORBIDDEN, matter=("sjbh", "lbdm", "bt", "ms"))
_CRS: Final = {"WGS84": Crs.WGS84, "WGS-84": Crs.WGS84}
"""Without a network the map's SDK says what the telephone's GPS says, unshifted."""
_SETTLED: Final = {"当场办结": Stage.CLOSED, "自行处置": Stage.CLOSED}
_WORDS: Final = {Stage.DONE_BY_DEPT: "已办结", Stage.CLOSED: "已结案", Stage.RETURNED: "已退回"}
"""How the app calls the stages that a worker is shown; every other one is 处理中 there."""


class GridAppConfig(RestPushConfig):
    """What an administrator sets."""

    app_id: str
    push_secret: SecretStr
    """Signs what the app server sends us."""
    feedback_url: str
    feedback_secret: SecretStr
    """Signs what we tell it; never the same as `push_secret`."""
    code_table: str = "qw-2026"


class GridApp(RestPush[GridAppConfig]):
    """One matter a record (`event`)."""

    def __init__(self, config: GridAppConfig, tools: Tools) -> None:
        super().__init__(config, tools)
        signed = Hmac(
            config.app_id, config.feedback_secret, clock=tools.clock, nonce=tools.nonce, headers=PARTS
        )
        self._client: Final = tools.http(base_url=config.feedback_url, auth=signed.auth())

    def entrances(self) -> Sequence[Entrance]:
        """Matters, and what is not kept."""
        return (EVENTS, *TRACKS)

    def lock(self) -> Lock:
        """The app's signature."""
        return Signed(
            Gate({self.config.app_id: self.config.push_secret}, clock=self.tools.clock, headers=PARTS)
        )

    def admit(self, body: Body) -> Admitted:
        """The matter, without the worker, where they stand and walk, and without who told them; None where no matter is
        left. Raises BadRecord for what cannot be read, and so cannot be judged."""
        return _ALLOW_LIST.of_json(body.content)

    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft | GridDraft]:
        """The matter of one record. Raises BadRecord or HeldRecord with a pointer to the field, never its value."""
        row = Fields.of(read_json(body.content))
        happened, told, *uploaded = (
            row.moment(one, zone=self.zone) for one in ("fssj", "sbsj", "sjsz", "scsj")
        )
        flags = time_flags(
            occurred_at=happened, reported_at=told, received_at=arrival.received_at, by_each_clock=uploaded
        )
        title, content = row.text("bt"), row.text("ms")
        return [
            Draft(
                source_ref=row.needed_ref("sjbh"),
                version=row.ref("bbh").zfill(8) if row.has("bbh") else "",
                is_update=row.text("czlx") not in ("", "新增"),
                category=Code(self.config.code_table, row.ref("lbdm")),
                occurred_at=happened,
                reported_at=told or uploaded[-1],
                title=title,
                content=content,
                channel=row.text("ly"),
                urgency=urgency_of(row.text("jjcd")),
                urgency_raw=row.text("jjcd"),
                stage=stage_of(row.text("zt"), _SETTLED),
                status_raw=row.text("zt"),
                position=point_of(row.text("jd"), row.text("wd"), _CRS.get(row.ref("zbx"), Crs.GCJ02)),
                address=row.text("dz"),
                area_code=row.ref("xzqh"),
                grid_code=row.ref("wgbm"),
                attachments=tuple(AttachmentRef(one.text("lj")) for one in row.rows("zp") if one.has("lj")),
                flags=(*flags, "test_data") if looks_like_a_test(f"{title}\n{content}") else flags,
            )
        ]

    def tell(self, answer: Answer) -> Receipt:
        """Shows the worker what came of the matter; the app knows `nonce`, so telling twice changes nothing."""
        told = {
            "sjbh": answer.source_ref,
            "hzbh": answer.nonce,
            "zt": _WORDS.get(answer.stage, "处理中"),
            "nr": answer.text,
            "dw": answer.department,
            "sj": answer.at.astimezone(self.zone).strftime(SECONDS),
        }
        said = opened(document(call(self._client, "POST", FEEDBACK, json=told)))
        return Receipt(str(said.get("lsh") or ""))

    def close(self) -> None:
        """Gives the connections back; may be called twice."""
        self._client.close()
