"""How a hotline desk writes down what it heard: utterance → order, in the platform's fields, words, zone
and coordinates. For the simulator; the nasty ways of writing are in `DEFECTS`.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any, Final

from hub import RequestType, Satisfaction, Stage, Urgency
from hub.plugin import Utterance
from hub.plugin.systems.gcj02 import shifted
from hub.plugin.times import local_text

Order = dict[str, Any]
"""One order as JSON: the platform's own field names."""

_STATUS: Final[Mapping[Stage, tuple[object, ...]]] = {
    # the same platform says the same thing in several ways (N28)
    Stage.RECEIVED: ("已登记", "0"),
    Stage.DISPATCHED: ("已派单", "待签收", 1),
    Stage.ACCEPTED: ("已签收", "2"),
    Stage.IN_PROGRESS: ("办理中", "处理中", 3),
    Stage.SUSPENDED: ("延期", "7"),
    Stage.RETURNED: ("退单", "6"),
    Stage.DONE_BY_DEPT: ("办结", "已办结", "4"),
    Stage.CLOSED: ("结案", "closed", 5),
    Stage.REJECTED: ("不予受理", "8"),
    Stage.CANCELLED: ("作废", "9"),
    Stage.REOPENED: ("重办",),
}
_REQUEST: Final = {
    RequestType.CONSULT: "咨询",
    RequestType.HELP: "求助",
    RequestType.COMPLAINT: "投诉",
    RequestType.REPORT: "举报",
    RequestType.SUGGESTION: "建议",
    RequestType.THANKS: "感谢",
    RequestType.OTHER: "其他",
}
_SATISFACTION: Final = {
    Satisfaction.SATISFIED: ("满意", "非常满意", "基本满意"),
    Satisfaction.NEUTRAL: ("一般",),
    Satisfaction.DISSATISFIED: ("不满意", "非常不满意"),
}
_URGENCY: Final = {Urgency.ROUTINE: "普通", Urgency.URGENT: "紧急", Urgency.CRITICAL: "特急"}
_CHANNELS: Final = ("电话", "网站", "微信", "APP", "省平台交办")


def order_of(said: Utterance, dice: Random) -> Order:
    """The order as a careful desk writes it."""
    order: Order = {
        "orderNo": said.second_ref,
        "platformNo": said.ref,
        "opType": "update" if said.revision else "create",
        "title": said.title,
        "content": said.content,
        "requestType": _REQUEST[said.request_type],
        "categoryCode": said.code,
        "channel": dice.choice(_CHANNELS),
        "urgency": _URGENCY[said.urgency],
        "status": dice.choice(_STATUS.get(said.stage, ("待定",))),
        "areaCode": said.area_code,
        "gridCode": said.grid_code,
        "address": said.address,
        "isSecret": "是" if said.secret else "否",
        "occurTime": local_text(said.occurred_at),
        "callTime": local_text(said.reported_at),
        "updateTime": local_text(said.at),
        "accusedName": said.accused_name,
        "accusedCode": said.accused_uscc,
        "cityAssignTime": local_text(said.reported_at),
        "cityDeadline": local_text(said.reported_at + timedelta(days=7)),
        "districtAssignTime": local_text(said.at),
        "districtDeadline": local_text(said.at + timedelta(days=5)),
        "remark": "",
    }
    if said.lon is not None and said.lat is not None:
        lon, lat = shifted(said.lon, said.lat)
        order |= {"lng": f"{lon:.6f}", "lat": f"{lat:.6f}", "coordType": "gcj02"}
    if said.requester is not None:
        order |= {
            "callerName": said.requester.name,
            "callerPhone": said.requester.phone,
            "callerIdNo": said.requester.id_number,
            "callerAddress": said.requester.address,
            "isAnonymous": "1" if said.requester.anonymous else "0",
            "needCallback": "1" if said.requester.callback else "0",
        }
    if (said_so := said.extra.get("satisfaction")) is not None:
        order["satisfaction"] = dice.choice(_SATISFACTION[Satisfaction(said_so)])
    return order


def _gbk_mojibake(order: Order, _: Utterance) -> None:
    broken = str(order["content"] or order["title"]).encode("gbk", "ignore").decode("utf-8", "replace")
    order["content"] = broken if "\ufffd" in broken else broken + "\ufffd"


def _missing_ref(order: Order, _: Utterance) -> None:
    order["orderNo"] = order["platformNo"] = ""


def _unknown_code(order: Order, _: Utterance) -> None:
    order["categoryCode"] = "998877"


def _two_decimals(order: Order, _: Utterance) -> None:
    for name in ("lng", "lat"):
        if name in order:
            order[name] = f"{float(order[name]):.2f}"


def _swapped_axes(order: Order, _: Utterance) -> None:
    if "lng" in order:
        order["lng"], order["lat"] = order["lat"], order["lng"]


def _no_point(order: Order, _: Utterance) -> None:
    for name in ("lng", "lat", "coordType"):
        order.pop(name, None)


def _zero_point(order: Order, _: Utterance) -> None:
    order |= {"lng": "0.0", "lat": "0.0", "coordType": "gcj02"}


def _wgs84_point(order: Order, said: Utterance) -> None:
    if said.lon is not None and said.lat is not None:
        order |= {"lng": f"{said.lon:.6f}", "lat": f"{said.lat:.6f}", "coordType": "WGS-84"}


def _test_data(order: Order, _: Utterance) -> None:
    order["title"] = f"测试工单，请勿派单 {order['title']}"


def _duplicate_note(order: Order, said: Utterance) -> None:
    original = said.extra.get("original_ref", "")
    order["remark"] = f"重复件　原单号：{original}"


def _three_matters(order: Order, said: Utterance) -> None:
    """One caller, one order, several matters that the desk lists (N14)."""
    rows = [
        {"itemNo": "1", "title": said.title, "content": said.content, "categoryCode": said.code},
        {
            "itemNo": "2",
            "content": said.extra.get("item_2", "路灯不亮"),
            "categoryCode": said.extra.get("item_2_code", "010202"),
        },
        {
            "itemNo": "3",
            "content": said.extra.get("item_3", "垃圾未清运"),
            "categoryCode": said.extra.get("item_3_code", "040102"),
        },
    ]
    order["items"] = rows


def _personal_text(order: Order, said: Utterance) -> None:
    """Personal values in the middle of free text, with markup around them (N31)."""
    who = said.requester
    name, phone = (who.name, who.phone) if who else ("测试甲", "13800000000")
    order["content"] = f"<p>{order['content']}</p>来电人{name}，电话 {phone}；'; DROP TABLE orders;-- 😀"


def _null_dates(order: Order, _: Utterance) -> None:
    order |= {"occurTime": "0000-00-00 00:00:00", "cityDeadline": "9999-12-31", "districtDeadline": ""}


def _bad_time(order: Order, _: Utterance) -> None:
    order["callTime"] = "上周三下午"


def _future_time(order: Order, said: Utterance) -> None:
    order["occurTime"] = local_text(said.at + timedelta(hours=2))


def _full_width_ref(order: Order, said: Utterance) -> None:
    wide = {at: at + 0xFEE0 for at in range(0x21, 0x7F)}
    order["platformNo"] = f" {said.ref.lower().translate(wide)} "


def _short_code(order: Order, said: Utterance) -> None:
    order["categoryCode"] = f"{said.code.lstrip('0')}.0"


def _rare_characters(order: Order, _: Utterance) -> None:
    order["content"] = f"{order['content']}（𠮷祥里，\ue863号）"


DEFECTS: Final[Mapping[str, Callable[[Order, Utterance], None]]] = {
    "gbk_mojibake": _gbk_mojibake,
    "missing_ref": _missing_ref,
    "unknown_code": _unknown_code,
    "two_decimals": _two_decimals,
    "swapped_axes": _swapped_axes,
    "no_point": _no_point,
    "zero_point": _zero_point,
    "wgs84_point": _wgs84_point,
    "test_data": _test_data,
    "duplicate_note": _duplicate_note,
    "three_matters": _three_matters,
    "personal_text": _personal_text,
    "null_dates": _null_dates,
    "bad_time": _bad_time,
    "future_time": _future_time,
    "full_width_ref": _full_width_ref,
    "short_code": _short_code,
    "rare_characters": _rare_characters,
}
"""Ways of writing one order badly. Those that need several bodies, or no JSON, are the simulator's."""


def written(said: Utterance, dice: Random) -> Order:
    """The order with its utterance's defect, if that is one of writing."""
    order = order_of(said, dice)
    spoil = DEFECTS.get(said.defect)
    if spoil is not None:
        spoil(order, said)
    return order


def changed_within_the_second(order: Order) -> Order:
    """Other content under the same update time (N02)."""
    return order | {"content": f"{order['content']}（补充：现场仍未处理）"}


def called_off(said: Utterance, dice: Random) -> Order:
    """The same order, cancelled by its caller a minute later (N11)."""
    later = replace(
        said, at=said.at + timedelta(minutes=1), stage=Stage.CANCELLED, revision=said.revision + 1
    )
    return order_of(later, dice) | {"opType": "cancel"}
