"""The urban-management platform, to play with: an exchange service over SOAP 1.1 and a read-only view.

Cases of the old code table (`cg-2015`) stand in the view, as if the old system were still open to look
at, and so does a quarter of the others; the rest goes through the service. How they are written is in `wording`.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Final
from zlib import crc32

from gridplus_urban_management.config import COLUMNS
from gridplus_urban_management.simulator.wording import Case, as_xml, written
from hub import HubError, Stage, digest_of
from hub.plugin import PeerReply, PeerRequest, SimulatorSetup, Utterance
from hub.plugin.simulator_troubles import PAGE_TROUBLES, PageTroubles
from hub.plugin.systems.soap_answers import ANSWER_TROUBLES, XML, SoapAnswering, result
from hub.plugin.systems.tables import OpenTable
from hub.plugin.times import local_text
from hub.plugin.transport.soap import Call, call_in, fault_bytes

FAILURES: Final[Mapping[str, str]] = {
    **PAGE_TROUBLES,
    **ANSWER_TROUBLES,
    "page_repeated": "每页给两遍，同一批案件再来一次",
    "refuses_results": "回写一律答复 code 404",
    "case_left_out": "第一件案件列在编号清单里，却不在变更清单里",
    "no_view": "不提供视图",
    "no_service": "不提供接口，只有视图",
}
"""Failure modes by name."""

ONLY_VIEW: Final = frozenset({"column_added", "row_deleted"})
ONLY_SERVICE: Final = frozenset(
    {
        "resend",
        "same_time_changed",
        "older_after_newer",
        "update_first",
        "backwards_state",
        "unreadable",
        "xxe_case",
    }
)
"""What needs two bodies in one order, or XML: a row shows only its last state."""
_WIDTHS: Final = {"rec_id": 24, "main_type_id": 4, "sub_type_id": 4, "cell_code": 20}
"""Key and codes of the view are CHAR columns, and there is no update time to be had."""
_PATH: Final = "/services/CaseExchange"
_LISTING: Final = Call(operation="GetChangedCases", namespace="http://service.urban.example/exchange")


class UrbanPlatform(SoapAnswering):
    """The platform. Failure modes: `FAILURES`; defects: `wording.DEFECTS`, `ONLY_VIEW`, `ONLY_SERVICE`."""

    def __init__(self, setup: SimulatorSetup) -> None:
        super().__init__(setup)
        self._password: Final = setup.secrets.get("password") or digest_of("password", str(setup.seed))
        self._changes: Final[list[str]] = []
        """`<case>` elements; the serial number of one is its index plus one."""
        self._held: Final[dict[str, str]] = {}
        """Every case of the service as it stands."""
        self._left_out = ""
        self._served = 0
        self._numbers: Final[dict[str, str]] = {}
        self._results: Final[dict[str, str]] = {}
        self._page_troubles: Final = PageTroubles(
            setup.failures,
            self.stopping,
            error=self.reply(_LISTING, result("-1", "系统异常")),
            empty=self.reply(_LISTING, result("0", "成功", "<count>3</count><cases></cases>")),
        )
        url = setup.store_url or f"sqlite:///{setup.place / 'platform.sqlite'}"
        name = f"case_{digest_of(str(setup.place))[:12]}"
        self._table: Final = OpenTable(url, name, columns=COLUMNS, key="rec_id", widths=_WIDTHS)
        self._url: Final = url

    def start(self) -> Mapping[str, object]:
        """Opens the view, then listens and talks."""
        self._table.open()
        return super().start()

    def stop(self) -> None:
        """Stops, and takes the view away where it stands in a database of others."""
        super().stop()
        if self.setup.store_url:
            self._table.drop()
        self._table.close()

    def config(self) -> Mapping[str, object]:
        """Configuration for the adapter, secrets in plain text."""
        made: dict[str, object] = {}
        if not self.fails("no_service"):
            made["soap"] = {"url": self.url + _PATH, "user": "grid", "password": self._password}
        if not self.fails("no_view"):
            made["view"] = {"url": self._url, "view": self._table.view, "sweep_pause_s": 0.0}
        return made

    def outstanding(self) -> int:
        """Changes that the service has not handed out yet."""
        return len(self._changes) - self._served

    def speak(self, utterance: Utterance) -> None:
        """Enters the case: in the service's list of changes, or as a row of the view."""
        dice = Random(f"{self.setup.seed}/{utterance.ref}/{utterance.revision}")  # noqa: S311  a seeded scenario
        if self._is_row(utterance):
            self._put_row(utterance, written(utterance, dice))
            return
        with self.changed:
            self._numbers[utterance.ref] = local_text(utterance.at)
            told = self._told(utterance, dice)
            self._held[utterance.ref] = told[-1]
            if self.fails("case_left_out") and not self._left_out:
                self._left_out = utterance.ref
            else:
                self._changes.extend(told)

    # --- the view

    def _is_row(self, said: Utterance) -> bool:
        if self.fails("no_view"):
            return False
        if self.fails("no_service") or said.defect in ONLY_VIEW:
            return True
        way = said.extra.get("way", "")
        if said.defect in ONLY_SERVICE or way:
            return way == "view"
        return said.code_table == "cg-2015" or crc32(f"{self.setup.seed}/{said.ref}".encode()) % 4 == 0

    def _put_row(self, said: Utterance, case: Case) -> None:
        if said.defect == "row_deleted":
            self._table.remove(case["rec_id"])
            return
        self._table.put(case)
        self.count()
        if said.defect == "column_added":
            self._table.add_column()

    # --- the service

    def _told(self, said: Utterance, dice: Random) -> list[str]:
        """The changes that one utterance comes to, in their order."""
        case = written(said, dice)
        once = as_xml(case)
        match said.defect:
            case "resend":
                return [once, once]
            case "same_time_changed":
                return [once, as_xml(case | {"event_desc": case["event_desc"] + "（补充：影响通行）"})]
            case "older_after_newer":
                newer = case | {"update_time": local_text(said.at + timedelta(minutes=5)), "urgency": "紧急"}
                return [as_xml(newer), once]
            case "update_first":
                return [as_xml(case | {"change": "变更"}), as_xml(case | {"change": "新增"})]
            case "backwards_state":
                return [once, as_xml(written(_returned(said), dice))]
            case "unreadable":
                return [once.replace("</rec_id>", "")]
            case "xxe_case":
                return [once.replace("<![CDATA[", "&secret;<![CDATA[", 1)]
        return [once]

    def answer(self, request: PeerRequest) -> PeerReply:
        """The exchange service's operations."""
        if request.path != _PATH:
            return PeerReply(404)
        try:
            asked = call_in(request.body)
        except HubError:
            return PeerReply(500, fault_bytes("Client", "报文无法识别"), XML)
        operations: dict[str, Callable[[Call], str]] = {
            "GetChangedCases": self._list,
            "SubmitResult": self._take_result,
            "ListCaseIds": self._list_ids,
            "GetCases": self._cases,
        }
        operation = operations.get(asked.operation)
        if operation is None:
            return PeerReply(500, fault_bytes("Client", "没有这个操作"), XML)
        if asked.header != {"UserName": "grid", "Password": self._password}:
            return self.reply(asked, result("401", "用户名或密码错误"))
        trouble = None
        if asked.operation == _LISTING.operation:
            trouble = self.trouble(asked) or self._page_troubles.next()
        return self.reply(asked, operation(asked)) if trouble is None else trouble

    def _list(self, asked: Call) -> str:
        after, size = int(asked.arguments["afterSerial"]), int(asked.arguments["size"])
        with self.changed:
            cases = self._changes[after : after + size]
            last = after + len(cases)
            self.count(max(0, last - max(self._served, after)))
            self._served = max(self._served, last)
            more = last < len(self._changes)
        if self.fails("page_repeated"):
            self.count(len(cases))
            cases = cases * 2
        head = f"<count>{len(cases)}</count><lastSerial>{last}</lastSerial><more>{int(more)}</more>"
        return result("0", "成功", f"{head}<cases>{''.join(cases)}</cases>")

    def _list_ids(self, asked: Call) -> str:
        since, until = asked.arguments["since"], asked.arguments["until"]
        with self.lock:
            found = sorted((ref, at) for ref, at in self._numbers.items() if since <= at < until)
        return result("0", "成功", "".join(f'<id updated="{at}">{ref}</id>' for ref, at in found))

    def _cases(self, asked: Call) -> str:
        with self.lock:
            found = [self._held[ref] for ref in asked.arguments["recIds"].split(",") if ref in self._held]
        return result("0", "成功", f"<cases>{''.join(found)}</cases>")

    def _take_result(self, asked: Call) -> str:
        told = asked.arguments
        if self.fails("refuses_results"):
            return result("404", "案件不存在或已归档")
        with self.lock:
            known = self._results.get(told["nonce"])
            receipt = self._results.setdefault(told["nonce"], f"HF{len(self._results) + 1:08d}")
        if known is None:
            self.hear(
                ref=told["recId"], stage=told["step"], nonce=told["nonce"], text=told["content"],
                dept=told["deptName"],
            )  # fmt: skip
        return result("0", "成功", f"<ref>{receipt}</ref>")


def _returned(said: Utterance) -> Utterance:
    """The department hands it back: the state goes backwards (domain.md 2.3)."""
    return replace(said, stage=Stage.RETURNED, revision=said.revision + 1, defect="")
