"""The hotline's adapter: takes pushes, pulls pages, tells results. What an order says is in `order.py`."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final
from urllib.parse import quote

from gridplus_hotline_12345.config import HotlineConfig
from gridplus_hotline_12345.order import drafts_of
from gridplus_hotline_12345.session import SignedIn
from hub import Arrival, Draft, GridDraft, HeldRecord, Stage, TryLater
from hub.plugin import Answer, Body, Listed, PeerRequest, Receipt, Received, Tools
from hub.plugin.text import tidy_ref
from hub.plugin.times import parse_moment, zone_of
from hub.plugin.transport.entrances import Entrance, Entrances, Signed
from hub.plugin.transport.paging import SECONDS, Answered, Keyset
from hub.plugin.transport.rest_pull import Listing
from hub.plugin.transport.signing import Gate

ORDERS: Final = Entrance(path="/orders", kind="order")
"""Where the platform pushes."""
_LISTED: Final = "/open/orders"
_ROWS: Final = ("data", "list")
_WORDS: Final = {
    Stage.ACCEPTED: "已签收",
    Stage.IN_PROGRESS: "办理中",
    Stage.SUSPENDED: "延期",
    Stage.RETURNED: "退单",
    Stage.DONE_BY_DEPT: "办结",
    Stage.CLOSED: "结案",
    Stage.REJECTED: "不予受理",
    Stage.REOPENED: "重办",
}
"""How the platform calls the stages that it can be told; every other stage is 办理中 to it."""


class Hotline12345(SignedIn):
    """Orders come by push (`/orders`, signed) and by pull; progress and results go back by order number."""

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
            zone=zone_of(self.config.zone),
        )
        return Listing(path=_LISTED, walk=walk, rows=_ROWS, total=("data", "total"), kind="order")

    def receive(self, request: PeerRequest) -> Received:
        """One pushed order; raises PeerRefused in the platform's own words."""
        return self._entrances.receive(request)

    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft | GridDraft]:
        """The matters of one order; see `order.drafts_of`."""
        return drafts_of(body.content, arrival, self.config)

    def tell(self, answer: Answer) -> Receipt:
        """Writes progress or a result to its order; the platform knows `nonce`, so telling twice changes
        nothing. Raises Refused S113 where the order takes no answer any more."""
        told = {
            "nonce": answer.nonce,
            "status": _WORDS.get(answer.stage, "办理中"),
            "itemNo": answer.part,
            "result": answer.text,
            "dept": answer.department,
            "time": answer.at.astimezone(self.zone).strftime(SECONDS),
        }
        data = _data(self.ask("POST", f"{_LISTED}/{quote(answer.source_ref, safe='')}/replies", json=told))
        return Receipt(str(data.get("replyNo") or ""))

    def inventory(self, since: datetime, until: datetime) -> Iterator[Listed]:
        """The orders that the platform counts as changed in that time. It compares whole seconds."""
        asked = {"since": self._local(since), "until": self._local(until)}
        listed = _data(self.ask("GET", f"{_LISTED}/ids", params=asked)).get("list")
        if not isinstance(listed, list):
            raise TryLater("S104")
        yield from (self._listed(one) for one in listed)

    def fetch(self, refs: Sequence[str]) -> Iterator[Body]:
        """Single orders, each as it stands at the platform now."""
        for ref in refs:
            reply, said = self.exchange("GET", f"{_LISTED}/{quote(ref, safe='')}")
            yield from (Body(row, "order") for row in Answered.of(reply.content, said, _ROWS).rows)

    def _local(self, moment: datetime) -> str:
        return moment.astimezone(self.zone).strftime(SECONDS)

    def _listed(self, one: object) -> Listed:
        """A number with its update time; older platforms list bare numbers."""
        if not isinstance(one, Mapping):
            return Listed(tidy_ref(one))
        try:
            updated_at = parse_moment(str(one.get("updateTime") or ""), zone=self.zone)
        except HeldRecord:
            updated_at = None
        return Listed(tidy_ref(one.get("platformNo")), updated_at.isoformat() if updated_at else "")


def _data(said: Mapping[str, object]) -> Mapping[str, object]:
    data = said.get("data")
    return data if isinstance(data, Mapping) else {}
