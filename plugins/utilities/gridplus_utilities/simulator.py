"""A supply company, to play with: the platform of its hotline, and the office that sends a weekly table."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

from pydantic import SecretStr

from gridplus_utilities.adapter import COLUMNS, LISTING
from hub import RequestType, Stage, Urgency
from hub.plugin import Utterance
from hub.plugin.systems.excel_upload import ExcelSystem
from hub.plugin.systems.rest_pull import RestPullSystem
from hub.plugin.times import local_text
from hub.plugin.transport.credentials import ApiKey, Credentials
from hub.plugin.transport.rest_pull import Listing

EXTRA: Final = {
    "areas": "计划停供影响的社区代码，`、` 隔开；平台给了它才是公告，否则是报修或故障；表格不给即取 `area_code`",
    "left": "从公告中移出的社区代码（只有平台给）",
    "until": "计划结束时间，`yyyy-MM-dd HH:mm:ss`；不给即开始后八小时",
    "back": "实际恢复时间（只有平台给）",
}
"""What an utterance may say in `extra`."""
DEFECTS: Final = {
    "no_end": "公告没有结束时间",
    "end_in_another_century": "公告的结束年份写错，写成 2062 年",
    "no_area": "公告没有社区代码，只写了社区名称",
    "another_code": "计划停供挂在故障停供的代码下（只有平台给）",
}
_STATES: Final = {
    Stage.IN_PROGRESS: "执行中",
    Stage.DONE_BY_DEPT: "提前恢复",
    Stage.CANCELLED: "作废",
    Stage.CLOSED: "已归档",
    Stage.REOPENED: "重办",
}
_ENDS: Final = {"no_end": "", "end_in_another_century": "2062-03-12 17:00:00"}
_COMPANIES: Final = {"S": "water", "D": "power", "Q": "gas", "R": "heat"}
_WORDS: Final = {"water": "水", "power": "电", "gas": "气", "heat": "热"}
_PLANNED_FOR: Final = timedelta(hours=8)


class SupplyPlatform(RestPullSystem):
    """Failure modes: `hub.plugin.systems.rest_pull.FAILURES`; defects: `DEFECTS`."""

    def credentials(self) -> Credentials:
        """The key that it gave out."""
        return ApiKey(SecretStr(self._key))

    def listed(self) -> Listing:
        """What its adapter reads."""
        return LISTING

    def settings(self) -> Mapping[str, object]:
        """The key, and whose platform it is."""
        return {"api_key": self._key, "utility": _utility(self.setup.utterances)}

    def row(self, utterance: Utterance) -> Mapping[str, object]:
        """A repair order, a fault or a notice in the platform's own words, with what it should keep to itself."""
        planned = "areas" in utterance.extra
        fault = "故障停供" if utterance.request_type is RequestType.OTHER else "报修"
        row = {
            **_told(utterance),
            "lx": f"计划停{_WORDS[_utility((utterance,))]}" if planned else fault,
            "ywdm": "S02" if utterance.defect == "another_code" else utterance.code,
            "jjcd": "紧急" if utterance.urgency is Urgency.URGENT else "一般",
            "fbsj": local_text(utterance.reported_at),
            "gxsj": local_text(utterance.at),
        }
        if planned:
            return row | {"ycsq": utterance.extra.get("left", ""), "hfsj": utterance.extra.get("back", "")}
        del row["yxsq"], row["jssj"]
        return row | _place(utterance) | _household(utterance)

    @property
    def _key(self) -> str:
        return self.setup.secrets.get("api_key", f"key-{self.setup.seed}")


class SupplyOffice(ExcelSystem):
    """Failure modes: `hub.plugin.systems.excel_upload.FAILURES`; defects: `DEFECTS`."""

    def headings(self) -> Sequence[str]:
        """As the office heads its table."""
        return [seen[0] for seen in COLUMNS.headings.values()]

    def config(self) -> Mapping[str, object]:
        """The key, and whose table it is."""
        return {**super().config(), "utility": _utility(self.setup.utterances)}

    def row(self, utterance: Utterance) -> Mapping[str, str]:
        """One planned outage."""
        told = _told(utterance)
        return {seen[0]: told[name] for name, seen in COLUMNS.headings.items()}


def _told(utterance: Utterance) -> dict[str, str]:
    """What both ways say."""
    until = utterance.extra.get("until") or local_text(utterance.occurred_at + _PLANNED_FOR)
    areas = utterance.extra.get("areas") or utterance.area_code
    return {
        "bh": utterance.ref,
        "bt": utterance.title,
        "nr": utterance.content,
        "yxsq": "测试社区、虚构社区" if utterance.defect == "no_area" else areas,
        "kssj": local_text(utterance.occurred_at),
        "jssj": _ENDS.get(utterance.defect, until),
        "zt": _STATES.get(utterance.stage, "已发布" if "areas" in utterance.extra else "待受理"),
    }


def _place(utterance: Utterance) -> dict[str, str]:
    return {
        "dz": utterance.address,
        "qhdm": utterance.area_code,
        "jd": "" if utterance.lon is None else f"{utterance.lon:.6f}",
        "wd": "" if utterance.lat is None else f"{utterance.lat:.6f}",
    }


def _household(utterance: Utterance) -> dict[str, str]:
    """What such platforms send of the household that called."""
    person = utterance.requester
    return {
        "lxr": person.name if person else "",
        "lxdh": person.phone if person else "",
        "yhbh": "0000000000",
        "bds": "1024",
        "qf": "0.00",
        "mgyh": "独居老人",
    }


def _utility(utterances: Sequence[Utterance]) -> str:
    """By the first code; water where it tells nothing."""
    return _COMPANIES.get(utterances[0].code[:1], "water") if utterances else "water"
