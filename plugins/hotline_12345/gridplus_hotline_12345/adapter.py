"""政务服务便民热线 12345: orders pushed and pulled; progress and results go back by order number.

An order that the hotline itself has split into matters (N14) is a draft for each. Field names: README, 字段; rules:
domain.md 2.5 and the cases named at each line.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Annotated, Final

from pydantic import Field, SecretStr

from hub import Alias, Arrival, Code, Crs, Draft, GridDraft, RequestType, Stage
from hub.plugin import Answer, Body, Listed, PeerRequest, Receipt, Received, Tools
from hub.plugin.fields import Fields
from hub.plugin.notes import flags_of, original_numbers
from hub.plugin.points import crs_of, point_of
from hub.plugin.transport.app_token import AppTokenConfig, AppTokenPull
from hub.plugin.transport.entrances import Entrance, Entrances, Signed
from hub.plugin.transport.paging import Keyset
from hub.plugin.transport.rest_pull import Listing, Numbers
from hub.plugin.transport.signing import Gate
from hub.plugin.words import meanings, request_type_of, satisfaction_of, stage_of, told_as, urgency_of

ORDERS: Final = Entrance(path="/orders", kind="order")
"""Where the platform pushes."""
_LISTED: Final = "/open/orders"
_NUMBERS: Final = Numbers(path=f"{_LISTED}/ids", ref="platformNo", version="updateTime")
_TOLD: Final = told_as(
    accepted="已签收",
    suspended="延期",
    returned="退单",
    done_by_dept="办结",
    closed="结案",
    rejected="不予受理",
    reopened="重办",
)
# this platform's numbers (N28); its older interface sends them as text, the newer one as numbers
_NUMBERED: Final = (
    "received dispatched accepted in_progress done_by_dept closed returned suspended rejected cancelled"
)
_STAGES: Final = {str(number): Stage(stage) for number, stage in enumerate(_NUMBERED.split())}
_REQUESTS: Final = meanings(
    RequestType, consult="01", help="02", complaint="03", report="04", suggestion="05", thanks="06"
)
_CLOCKS: Final = {name: (f"{name}Deadline", f"{name}AssignTime") for name in ("city", "district")}
"""City and district each keep a deadline of their own; an extension may move only one (N39)."""
_CODE_DIGITS: Final = 6
"""GB/T 39666: 2 + 2 + 2; shorter ones have lost a leading zero (N23)."""
_CALLER: Final = ("callerName requesterName", "callerPhone requesterPhone", "callerIdNo", "callerAddress")
_CALLBACK: Final = "needCallback isCallback"
_SATISFACTION: Final = ("satisfaction", "callbackResult")
_ADDRESS: Final = ("address", "incidentAddress")


class HotlineConfig(AppTokenConfig):
    """What an administrator sets for one hotline. Closed; secrets are `SecretStr`."""

    push_key: str
    push_secret: SecretStr
    """Signs the platform's pushes to us; never the same as `app_secret`."""
    code_table: str = "hl-2024"
    crs: Annotated[Crs, Field(strict=False)] = Crs.GCJ02
    """Coordinate system of orders that name none (N45)."""
    since: str = ""
    """Orders changed before are not pulled; in the platform's own time format, "" for all."""
    overlap_s: Annotated[int, Field(ge=0, le=3600)] = 120
    """A pull begins so long before the last order seen: changes within the same second, and rows that
    the platform stored late, are not missed (N02, N66)."""


class Hotline12345(AppTokenPull[HotlineConfig]):
    """Orders come by push (`/orders`, signed) and by pull."""

    def __init__(self, config: HotlineConfig, tools: Tools) -> None:
        super().__init__(config, tools)
        lock = Signed(Gate({config.push_key: config.push_secret}, clock=tools.clock))
        self._entrances: Final = Entrances([ORDERS], lock)

    def listed(self) -> Listing:
        """Orders by update time and number; the platform itself says which came last."""
        walk = Keyset(
            at="updateTime",
            key="platformNo",
            after="afterNo",
            last=("data", "last"),
            begin=self.config.since,
            overlap_s=self.config.overlap_s,
            zone=self.zone,
        )
        return Listing(path=_LISTED, walk=walk, total=("data", "total"), kind="order")

    def receive(self, request: PeerRequest) -> Received:
        """One pushed order; raises PeerRefused in the platform's own words."""
        return self._entrances.receive(request)

    def tell(self, answer: Answer) -> Receipt:
        """Writes progress or a result to its order; the platform knows `nonce`, so telling twice changes
        nothing. Raises Refused S113 where the order takes no answer any more."""
        told = {**self.told(answer, _TOLD), "itemNo": answer.part}
        return self.write_back(answer, "/replies", told, receipt=("data", "replyNo"))

    def inventory(self, since: datetime, until: datetime) -> Iterator[Listed]:
        """The orders that the platform counts as changed in that time. It compares whole seconds."""
        return self.numbers(_NUMBERS, since, until)

    def fetch(self, refs: Sequence[str]) -> Iterator[Body]:
        """Single orders, each as it stands at the platform now."""
        return self.singly(refs)

    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft | GridDraft]:
        """The matters of one order: one draft, or one a row of `items`; then `part` is the row's number and only the first
        asks for a call back. Raises BadRecord or HeldRecord as `Fields` does; R201 where neither number is given."""
        order = Fields.of_json(body.content)
        rows = order.rows("items", "subItems")
        parts = [
            (row, row.ref("itemNo", "no") or str(number), _CALLBACK if number == 1 else "")
            for number, row in enumerate(rows, start=1)
        ]
        return [self._draft(order, *part, arrival) for part in parts or [(order, "", _CALLBACK)]]

    def _draft(self, order: Fields, item: Fields, part: str, callback: str, arrival: Arrival) -> Draft:
        hotline_no, platform_no = order.ref("orderNo", "hotlineNo"), order.ref("platformNo", "recordNumber")
        # the platform's number is the one answers go to; some messages carry only the hotline's (N06)
        ref = platform_no or hotline_no or order.needed_ref("orderNo")
        # title and class are a matter's own; a place it does not name is the order's, whole or not at all
        where = item if item.has(*_ADDRESS, "lng", "lon") else order
        crs = crs_of(where.text("coordType") or order.text("coordType"), self.config.crs)
        title, content = item.text("title"), item.text("content") or order.text("content")
        code, remark = item.ref("categoryCode", "typeCode"), order.text("remark")
        times = order.times(
            occurred="occurTime", reported="callTime acceptTime", updated="updateTime", zone=self.zone
        )
        status = order.text("status", "pssStatusAttr", "payrollResulttmp")
        urgency, operation = order.text("urgency"), order.text("opType").lower()
        return Draft(
            source_ref=ref,
            part=part,
            aliases=(Alias("hotline_order", hotline_no),) if hotline_no not in ("", ref) else (),
            same_as=original_numbers(f"{remark}\n{content}", own={ref, hotline_no}),
            version=times.version,
            occurred_at=times.occurred_at,
            reported_at=times.reported_at,
            category=Code(self.config.code_table, code.zfill(_CODE_DIGITS) if code.isdigit() else code),
            request_type=request_type_of(order.text("requestType"), _REQUESTS),
            urgency=urgency_of(urgency),
            urgency_raw=urgency,
            channel=order.text("channel"),
            stage=Stage.CANCELLED if operation == "cancel" else stage_of(status, _STAGES),
            status_raw=status,
            # steps of a workflow (泰安's shape) name their order and say nothing of what it is about
            is_update=operation in ("update", "cancel") or not (title or content),
            title=title,
            content=content,
            position=point_of(where.text("lng", "lon"), where.text("lat"), crs),
            address=where.text(*_ADDRESS),
            area_code=order.ref("areaCode"),
            grid_code=order.ref("gridCode"),
            requester=order.person(*_CALLER, callback, "isAnonymous"),
            secret=order.yes("isSecret", "secret"),
            accused_name=order.text("accusedName"),
            accused_uscc=order.ref("accusedCode"),
            clocks=order.clocks(_CLOCKS, zone=self.zone),
            attachments=order.attachments("attachments"),
            flags=(*times.flags(arrival.received_at), *flags_of(f"{title}\n{content}\n{remark}")),
            # one call-back speaks of the whole order, unless a matter of it has a word of its own
            satisfaction=satisfaction_of(item.text(*_SATISFACTION) or order.text(*_SATISFACTION)),
        )
