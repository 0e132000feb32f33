"""Utterances → rows in the words of the police system. Pure; what the simulator says, not when or how."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from hub import RequestType, Stage, Urgency
from hub.plugin import Utterance
from hub.plugin.times import zone_of

CHARSET: Final = "gb18030"
_ZONE: Final = zone_of("Asia/Shanghai")
_STAGES: Final = {
    Stage.RECEIVED: "10",
    Stage.DISPATCHED: "20",
    Stage.IN_PROGRESS: "30",
    Stage.DONE_BY_DEPT: "40",
    Stage.CLOSED: "50",
    Stage.CANCELLED: "90",
}
_URGENCIES: Final = {Urgency.CRITICAL: "1", Urgency.URGENT: "2", Urgency.ROUTINE: "3"}
_REQUESTS: Final = {
    RequestType.CONSULT: "1",
    RequestType.HELP: "2",
    RequestType.COMPLAINT: "3",
    RequestType.REPORT: "4",
}
_FORBIDDEN: Final[Mapping[str, object]] = {
    "CPHM": "苏F00000",
    "SFZH": "110101190001010000",
    "XYRXM": "测试嫌疑人",
    "RLTZ": {"vector": [0.1, 0.2]},
    "GJXX": [[120.85, 32.0]],
    "ZPDZ": "http://192.0.2.1/1.jpg",
    "BZXX": "名单外字段",
}
"""What must not get past the ingress filter; invented, and no real number of anything."""


def matter(one: Utterance, *, defect: str = "") -> bytes:
    """One matter as a line without its end. `defect`: `unknown_code`, `test_data`, `forbidden_fields`,
    `mojibake`, `no_number`, `unreadable`.
    """
    person = one.requester
    row: dict[str, object] = {
        "LX": "FJW",
        "JQBH": "" if defect == "no_number" else one.ref,
        "ZBDBH": one.second_ref,
        "SJLY": one.extra.get("channel", "110"),
        "SQLX": _REQUESTS.get(one.request_type, ""),
        "SXDM": "9999" if defect == "unknown_code" else one.code,
        "SXMC": one.title,
        "JQNR": one.content,
        "JJCD": _URGENCIES[one.urgency],
        "CLZT": _STAGES.get(one.stage, "10"),
        "BJSJ": _compact(one.reported_at),
        "FSSJ": _compact(one.occurred_at),
        "GXSJ": _compact(one.at),
        "FSDZ": one.address,
        "XZQH": one.area_code,
        "JWGBH": one.grid_code,
        "ZBX": "WGS84",  # the same as CGCS2000 to the centimetre (domain.md 6.2)
        "JD": "" if one.lon is None else f"{one.lon:.6f}",
        "WD": "" if one.lat is None else f"{one.lat:.6f}",
        "LXR": person.name if person else "",
        "LXDH": person.phone if person else "",
        "HFBZ": "1" if person and person.callback else "0",
        "NMBZ": "1" if person and person.anonymous else "0",
        "BMBZ": "1" if one.secret else "0",
        "BSDW": one.accused_name,
    }
    if defect == "test_data":
        row |= {"CSBZ": "1", "JQNR": "测试数据，勿派"}
    if defect == "forbidden_fields":
        row |= _FORBIDDEN
    if defect == "mojibake":
        row["JQNR"] = f"{one.content}青澜区".encode().decode("gb18030", "replace")
    line = _line(row)
    return line[: len(line) // 2] if defect == "unreadable" else line


def grid(one: Utterance) -> bytes:
    """A police grid: `extra["boundary"]` is its outline in WKT, with `valid_from`, `valid_to` (yyyyMMdd)
    and `duty_phone` beside it.
    """
    return _line(
        {
            "LX": "JWG",
            "JWGBH": one.grid_code,
            "JWGMC": one.title,
            "BJ": one.extra["boundary"],
            "ZBX": "WGS84",
            "QSRQ": one.extra.get("valid_from", ""),
            "ZZRQ": one.extra.get("valid_to", "99991231"),
            "ZBDH": one.extra.get("duty_phone", ""),
            "ZRMJ": "测试民警",  # not approved for this border: cut at ingress
        }
    )


def case_row(one: Utterance) -> bytes:
    """A row of a kind that must not be held: a case file."""
    return _line({"LX": "AJ", "AJBH": f"A{one.ref}", "XYRXM": "测试嫌疑人"})


def _line(row: Mapping[str, object]) -> bytes:
    return json.dumps(row, ensure_ascii=False).encode(CHARSET)


def _compact(moment: datetime) -> str:
    return moment.astimezone(_ZONE).strftime("%Y%m%d%H%M%S")
