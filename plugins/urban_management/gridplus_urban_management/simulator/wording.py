"""How the platform writes a case down: utterance → its fields, codes, plane and words. For the simulator.

Careful writing first; the nasty ways are in `DEFECTS`, by name.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from random import Random
from typing import Final

from gridplus_urban_management.simulator.plane import planar, with_zone
from hub import Stage, Urgency
from hub.plugin import Utterance
from hub.plugin.times import local_text

Case = dict[str, str]
"""One case: field name of the vendor's task list → text."""

MERIDIAN_DEG: Final = 120.0
_STATES: Final[Mapping[Stage, tuple[tuple[str, str], ...]]] = {
    # step and state; the same platform writes both by number and by word (N28)
    Stage.RECEIVED: (("1", "reported"), ("上报", "上报")),
    Stage.VERIFYING: (("1", "核实"), ("1.0", "pending_verify")),
    Stage.ACCEPTED: (("2", "立案"), ("立案", "pending_dispatch")),
    Stage.DISPATCHED: (("3", "已派遣"), ("派遣", "pending_handle")),
    Stage.IN_PROGRESS: (("4", "处置中"), ("处置", "handling")),
    Stage.SUSPENDED: (("4", "挂账"),),
    Stage.RETURNED: (("3", "returned"), ("3", "回退")),
    Stage.DONE_BY_DEPT: (("5", "核查"), ("反馈", "handle_finish")),
    Stage.CLOSED: (("6", "结案"), ("6", "closed"), ("结案", "")),
    Stage.REJECTED: (("2", "not_accepted"), ("2", "不予立案")),
    Stage.CANCELLED: (("2", "作废"),),
    Stage.REOPENED: (("4", "返工"),),
}
_URGENCY: Final = {Urgency.ROUTINE: "普通", Urgency.URGENT: "紧急", Urgency.CRITICAL: "特急"}
_CHANNELS: Final = ("监督员上报", "公众举报", "视频巡查", "12345热线案件")


def case_of(said: Utterance, dice: Random) -> Case:
    """The case as a careful desk writes it."""
    kind, big, small = _class(said.code)
    step, state = dice.choice(_STATES.get(said.stage, (("", "正常移交"),)))
    case = {
        "rec_id": said.ref,
        "task_num": said.second_ref or f"AJ{said.ref}",
        "other_task_num": said.extra.get("other_task_num", ""),
        "code_version": said.code_table.removeprefix("cg-"),
        "event_type_id": kind,
        "main_type_id": big,
        "sub_type_id": small,
        "event_desc": said.content or said.title,
        "address": said.address,
        "street_code": said.area_code[:9],
        "community_code": said.area_code if len(said.area_code) > 9 else "",
        "cell_code": said.grid_code,
        "event_src_name": dice.choice(_CHANNELS),
        "occur_time": local_text(said.occurred_at) + ".0",
        "create_time": local_text(said.reported_at),
        "dispatch_time": local_text(said.reported_at),
        "act_deadline_time": local_text(said.reported_at + timedelta(days=2)),
        "cond_name": said.condition,
        "limit_text": said.extra.get("limit_text", "2工作日"),
        "urgency": _URGENCY[said.urgency],
        "step": step,
        "state_name": state,
        "update_time": local_text(said.at),
        "change": "变更" if said.revision else "新增",
        "is_secret": "1" if said.secret else "0",
    }
    return case | _point(said, dice) | _reporter(said)


def _class(code: str) -> tuple[str, str, str]:
    """Kind, big and small class of `0110` (事件) or `B0102` (部件)."""
    digits = code.removeprefix("B")
    return "1" if code.startswith("B") else "2", digits[:2], digits[2:]


def _point(said: Utterance, dice: Random) -> Case:
    if said.lon is None or said.lat is None:
        return {"coordinate_x": "0.0", "coordinate_y": "0.0"}
    east, north = planar(said.lon, said.lat, MERIDIAN_DEG)
    if dice.random() < 0.5:  # half of the surveyors write the zone before the easting
        east = with_zone(east, MERIDIAN_DEG)
    return {"coordinate_x": f"{east:.3f}", "coordinate_y": f"{north:.3f}"}


def _reporter(said: Utterance) -> Case:
    if said.requester is None:
        return {"reporter_name": "", "reporter_contact": ""}
    return {"reporter_name": said.requester.name, "reporter_contact": said.requester.phone}


def _unknown_code(case: Case, _: Utterance) -> None:
    case["main_type_id"], case["sub_type_id"] = "07", "77"


def _one_digit_code(case: Case, _: Utterance) -> None:
    case["main_type_id"] = case["main_type_id"].lstrip("0") + "\n"
    case["sub_type_id"] = f"{int(case['sub_type_id'])}.0"


def _two_decimals(case: Case, said: Utterance) -> None:
    if said.lon is not None and said.lat is not None:
        case["coordinate_x"], case["coordinate_y"] = f"{said.lon:.2f}", f"{said.lat:.2f}"


def _swapped_axes(case: Case, _: Utterance) -> None:
    case["coordinate_x"], case["coordinate_y"] = case["coordinate_y"], case["coordinate_x"]


def _impossible_longitude(case: Case, said: Utterance) -> None:
    case["coordinate_x"], case["coordinate_y"] = "171.3", f"{said.lat or 34.2:.6f}"


def _no_point(case: Case, _: Utterance) -> None:
    case["coordinate_x"] = case["coordinate_y"] = "0.0"


def _mojibake(case: Case, _: Utterance) -> None:
    case["event_desc"] = case["event_desc"].encode("gbk", "ignore").decode("utf-8", "replace") + "\ufffd"


def _control_char(case: Case, _: Utterance) -> None:
    case["event_desc"] = "\x0b".join(case["event_desc"])


def _check_word(case: Case, _: Utterance) -> None:
    case["step"], case["state_name"] = "5", "核实"  # before 结案 here, before 立案 elsewhere


def _state_number(case: Case, _: Utterance) -> None:
    case["step"], case["state_name"] = "4.0", "4"


def _test_data(case: Case, _: Utterance) -> None:
    case["event_desc"] = "测试案件，勿派"


def _odd_limit(case: Case, _: Utterance) -> None:
    case["act_deadline_time"], case["limit_text"] = "", "1紧急工作时制止"


def _bad_time(case: Case, _: Utterance) -> None:
    case["create_time"] = "昨天下午"


def _no_number(case: Case, _: Utterance) -> None:
    case["rec_id"] = ""


DEFECTS: Final[Mapping[str, Callable[[Case, Utterance], None]]] = {
    "unknown_code": _unknown_code,
    "one_digit_code": _one_digit_code,
    "two_decimals": _two_decimals,
    "swapped_axes": _swapped_axes,
    "impossible_longitude": _impossible_longitude,
    "no_point": _no_point,
    "mojibake": _mojibake,
    "control_char": _control_char,
    "check_word": _check_word,
    "state_number": _state_number,
    "test_data": _test_data,
    "odd_limit": _odd_limit,
    "bad_time": _bad_time,
    "no_number": _no_number,
}
"""Nasty ways of writing one case; ways that need several bodies are the simulator's own."""


def written(said: Utterance, dice: Random) -> Case:
    """The case with its utterance's defect, if it has one of `DEFECTS`."""
    case = case_of(said, dice)
    spoil = DEFECTS.get(said.defect)
    if spoil is not None:
        spoil(case, said)
    return case


def as_xml(case: Mapping[str, str]) -> str:
    """The case as the service writes it: free text in CDATA, the rest escaped."""
    free = ("event_desc", "address")
    pieces = (
        f"<{name}><![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]></{name}>"
        if name in free
        else f"<{name}>{_escaped(text)}</{name}>"
        for name, text in case.items()
    )
    return f"<case>{''.join(pieces)}</case>"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
