"""The 110 side of the shared middle table, to play with: it writes batches with their headers, and reads what is answered."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Final

from gridplus_police_110.adapter import ROWS
from hub import Stage, Urgency
from hub.plugin import Utterance
from hub.plugin.systems.table_pull import FAILURES as OF_TABLES
from hub.plugin.systems.table_pull import OF_HEADERS, MiddleTableSystem
from hub.plugin.times import local_text
from hub.plugin.transport.view_sweep import Rows

_STATES: Final = {
    Stage.CANCELLED: "撤回",
    Stage.CLOSED: "归档",
    Stage.REOPENED: "重办",
    Stage.IN_PROGRESS: "办理中",
}
_LEVELS: Final = {Urgency.CRITICAL: "特急", Urgency.URGENT: "紧急", Urgency.ROUTINE: "一般"}
FAILURES: Final[Mapping[str, str]] = {**OF_TABLES, **OF_HEADERS}
"""Failure modes by name."""
DEFECTS: Final[Mapping[str, Mapping[str, str]]] = {
    "police_matter": {"JQXZ": "警务", "SXMC": "虚构警情", "JQNR": "虚构嫌疑人甲在场"},
    "no_nature": {"JQXZ": "其他"},
    "becomes_police": {"JQXZ": "警务", "CLZT": "转警务", "JQNR": "虚构嫌疑人甲在场"},
    "unclear_110": {"ZJFS": "三方通话", "ZRF": "未明", "SJF": "110"},
    "unclear_12345": {"ZJFS": "三方通话", "ZRF": "未明", "SJF": "12345", "JQXZ": "未明"},
    "unclear_unheard": {"ZJFS": "三方通话", "ZRF": "未明", "SJF": "110", "JQXZ": "未明"},
}
"""What an utterance's `defect` may name, and what it changes."""
RESULTS: Final = ("HZBH", "HZLX", "LZBH", "PCH", "CLZT", "FKNR", "CBDW", "FKSJ")


class SharedTable(MiddleTableSystem):
    """Failure modes: `FAILURES`; defects: `DEFECTS`. It writes again what it is asked for in the results."""

    FAILURES: ClassVar[Mapping[str, str]] = FAILURES
    status = "QYBZ"

    def rows(self) -> Rows:
        """What its adapter reads."""
        return ROWS

    def results(self) -> Sequence[str]:
        """The columns that answers are written into."""
        return RESULTS

    def heard(self) -> Sequence[Mapping[str, str]]:
        """The answers, oldest first."""
        told = [row for row in super().heard() if row["HZLX"] == "反馈"]
        return [{**row, "ref": row["LZBH"], "stage": row["CLZT"], "nonce": row["HZBH"]} for row in told]

    def asked(self) -> Sequence[Mapping[str, str]]:
        """The batches that the hub asks for."""
        return [row for row in super().heard() if row["HZLX"] == "补发"]

    def let_out(self) -> None:
        """As the base; what somebody asks for is written again."""
        super().let_out()
        for row in self.asked():
            self.asked_for(row["PCH"])

    def row(self, utterance: Utterance) -> Mapping[str, str]:
        """One matter in the table's own words."""
        person = utterance.requester
        return {
            "LZBH": utterance.ref,
            "JQBH": utterance.extra.get("police_no", ""),
            "GDBH": utterance.second_ref,
            "JQXZ": "非警务",
            "ZJFS": "一键转接",
            "SJF": "110",
            "ZRF": "12345",
            "SXDM": utterance.code,
            "SXMC": utterance.title,
            "JQNR": utterance.content,
            "SQLX": "求助",
            "JJCD": _LEVELS[utterance.urgency],
            "CLZT": _STATES.get(utterance.stage, "待接收"),
            "BJSJ": local_text(utterance.reported_at),
            "FSSJ": local_text(utterance.occurred_at),
            "GXSJ": local_text(utterance.at),
            "FSDZ": utterance.address,
            "XZQH": utterance.area_code,
            "JD": "" if utterance.lon is None else f"{utterance.lon:.6f}",
            "WD": "" if utterance.lat is None else f"{utterance.lat:.6f}",
            "LXR": person.name if person else "",
            "LXDH": person.phone if person else "",
            "HFBZ": "1" if person and person.callback else "0",
            "NMBZ": "1" if person and person.anonymous else "0",
            "BMBZ": "1" if utterance.secret else "0",
            "BSDW": utterance.accused_name,
            **DEFECTS.get(utterance.defect, {}),
        }
