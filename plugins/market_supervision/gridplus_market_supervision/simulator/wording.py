"""How the 12315 platform and an office's clerk write down what they heard: utterance → letter, or table.

For the simulator; the nasty ways of writing are in `DEFECTS` (letters) and `TABLE_DEFECTS` (tables).
"""

import io
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any, Final

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from hub import RequestType, Stage
from hub.plugin import Utterance

Letter = dict[str, Any]
"""One letter as JSON: the platform's own field names."""

_LOCAL: Final = timezone(timedelta(hours=8))
_KIND: Final = {
    RequestType.COMPLAINT: "1",
    RequestType.REPORT: "2",
    RequestType.CONSULT: "3",
    RequestType.SUGGESTION: "4",
}
_STATUS: Final = {
    Stage.RECEIVED: "待分送",
    Stage.DISPATCHED: "已分送",
    Stage.ACCEPTED: "已受理",
    Stage.VERIFYING: "核查中",
    Stage.IN_PROGRESS: "调解中",
    Stage.DONE_BY_DEPT: "已反馈",
    Stage.CLOSED: "已归档",
    Stage.REJECTED: "不予立案",
    Stage.CANCELLED: "消费者撤回",
}
_HEADINGS: Final = (
    "信件编号", "类型", "登记时间", "被投诉单位", "统一社会\n信用代码", "经营地址", "区划代码",
    "投诉人", "联系电话", "身份证号", "分类代码", "内容", "举报人保密", "备注",
)  # fmt: skip  # one line of a form
_MERGED: Final = (1, 3, 4, 5, 6, 7, 8, 9, 10, 11)
"""Columns that a clerk merges over the rows of one letter."""


def letter_of(said: Utterance) -> Letter:
    """The letter as the platform writes it.

    It is complaint and report in one (N13) where `extra["parts"]` names both, or where `extra["report"]`
    holds the words of the report beside a complaint.
    """
    clue = said.extra.get("report", "")
    kinds = [_KIND.get(said.request_type, "9")]
    if said.extra.get("parts") == "complaint,report":
        kinds = ["1", "2"]
    elif clue and "2" not in kinds:
        kinds.append("2")
    letter: Letter = {
        "letterNo": said.ref,
        "provinceNo": said.second_ref,
        "infType": ",".join(kinds),
        "regTime": local(said.reported_at),
        "happenTime": local(said.occurred_at),
        "updTime": local(said.at),
        "status": _STATUS.get(said.stage, "待分送"),
        "channel": "12315平台",
        "categoryCode": said.code,
        "title": said.title,
        "content": said.content,
        "address": said.address,
        "areaCode": said.area_code,
        "isUpdate": "1" if said.revision else "0",
        "accused": {"name": said.accused_name, "uscc": said.accused_uscc, "address": said.address},
        "remark": "",
    }
    if "1" in kinds:
        letter["complaint"] = {
            "content": said.content,
            "acceptDue": local(said.reported_at + timedelta(days=9)),
            "concludeDue": local(said.reported_at + timedelta(days=65)),
        }
    if "2" in kinds:
        letter["report"] = {
            "content": clue or said.content,
            "secret": "1" if said.secret else "0",
            "verifyDue": local(said.reported_at + timedelta(days=21)),
        }
    elif said.secret:
        letter |= {"secret": "1"}
    if said.requester is not None:
        letter["person"] = {
            "name": said.requester.name,
            "phone": said.requester.phone,
            "idNo": said.requester.id_number,
            "callback": "1" if said.requester.callback else "0",
            "anonymous": "1" if said.requester.anonymous else "0",
        }
    return letter


def local(moment: datetime) -> str:
    """As the platform writes times: digits, its own zone, and no word about it (N33, N34)."""
    return moment.astimezone(_LOCAL).strftime("%Y%m%d%H%M%S")


def _gbk_mojibake(letter: Letter, said: Utterance) -> None:
    broken = (said.content or said.title).encode("gbk", "ignore").decode("utf-8", "replace") + "\ufffd"
    for block in (letter, letter.get("complaint", {}), letter.get("report", {})):
        block["content"] = broken


def _missing_ref(letter: Letter, _: Utterance) -> None:
    letter["letterNo"] = ""


def _unknown_code(letter: Letter, _: Utterance) -> None:
    letter["categoryCode"] = "SJ9977"


def _fraction_type(letter: Letter, said: Utterance) -> None:
    letter["infType"] = f"{_KIND.get(said.request_type, '9')}.0"


def _test_data(letter: Letter, _: Utterance) -> None:
    letter["title"] = f"测试信件，勿派 {letter['title']}"


def _duplicate_note(letter: Letter, said: Utterance) -> None:
    letter["remark"] = f"重复件，原信件编号：{said.extra.get('original_ref', '')}"


def _bad_uscc(letter: Letter, said: Utterance) -> None:
    letter["accused"]["uscc"] = f"{said.accused_uscc[:-1] or '91329901MA1TEST00'}I"


def _bad_time(letter: Letter, _: Utterance) -> None:
    letter["regTime"] = "年前"


def _null_dates(letter: Letter, _: Utterance) -> None:
    letter |= {"happenTime": "19000101000000", "updTime": letter["updTime"]}
    letter.get("complaint", {})["acceptDue"] = "00000000000000"


def _full_width_ref(letter: Letter, said: Utterance) -> None:
    wide = {at: at + 0xFEE0 for at in range(0x21, 0x7F)}
    letter["letterNo"] = f"　{said.ref.lower().translate(wide)} "


def _complaint_and_report(letter: Letter, said: Utterance) -> None:
    both = letter_of(replace(said, extra={"parts": "complaint,report", "report": f"举报：{said.content}"}))
    letter |= both


DEFECTS: Final[Mapping[str, Callable[[Letter, Utterance], None]]] = {
    "gbk_mojibake": _gbk_mojibake,
    "missing_ref": _missing_ref,
    "unknown_code": _unknown_code,
    "fraction_type": _fraction_type,
    "test_data": _test_data,
    "duplicate_note": _duplicate_note,
    "bad_uscc": _bad_uscc,
    "bad_time": _bad_time,
    "null_dates": _null_dates,
    "full_width_ref": _full_width_ref,
    "complaint_and_report": _complaint_and_report,
    "merged_cells": _complaint_and_report,
    "continuation_rows": _complaint_and_report,
}
"""Ways of writing one letter badly, or fully. Those that need two letters are the simulator's."""


def written(said: Utterance) -> Letter:
    """The letter with its utterance's defect, if that is one of writing."""
    letter = letter_of(said)
    spoil = DEFECTS.get(said.defect)
    if spoil is not None:
        spoil(letter, said)
    return letter


def changed_within_the_second(letter: Letter) -> Letter:
    """Other content under the same update time (N02)."""
    changed = {
        block: letter[block] | {"content": f"{letter[block]['content']}（补充材料）"}
        for block in ("complaint", "report")
        if block in letter
    }
    return letter | changed | {"content": f"{letter['content']}（补充材料）"}


def called_off(said: Utterance) -> Letter:
    """The same letter, withdrawn by its consumer a minute later (N11)."""
    later = replace(
        said, at=said.at + timedelta(minutes=1), stage=Stage.CANCELLED, revision=said.revision + 1
    )
    return letter_of(later)


# --- tables


def _merge(sheet: Worksheet, first: int, last: int) -> None:
    for column in _MERGED:
        sheet.merge_cells(start_row=first, end_row=last, start_column=column, end_column=column)


def _blank(sheet: Worksheet, first: int, last: int) -> None:
    for row in range(first + 1, last + 1):
        for column in _MERGED:
            sheet.cell(row, column).value = None


def _lose_digits(sheet: Worksheet, first: int, last: int) -> None:
    """What Excel does to an 18-digit number typed into a plain cell: 15 digits are left (N21)."""
    for row in range(first, last + 1):
        cell = sheet.cell(row, _HEADINGS.index("身份证号") + 1)
        cell.value = float(329901199001011234)
        cell.number_format = "0.00E+00"


TABLE_DEFECTS: Final[Mapping[str, Callable[[Worksheet, int, int], None]]] = {
    "merged_cells": _merge,
    "continuation_rows": _blank,
    "lost_digits": _lose_digits,
}
"""Ways of filling in a table; each is given the sheet and the letter's first and last row."""


def table_of(letter: Letter, defect: str = "") -> tuple[bytes, int]:
    """A workbook with one letter, a row for each of its matters, and how many rows that is."""
    book = openpyxl.Workbook()
    sheet = book.active
    if not isinstance(sheet, Worksheet):
        raise TypeError("a new workbook has a sheet")
    sheet.append(["投诉举报登记表"])
    sheet.append(list(_HEADINGS))
    parts = [
        (word, letter[name]) for name, word in (("complaint", "投诉"), ("report", "举报")) if name in letter
    ]
    # a type typed as a number comes out of Excel as 3.0 (N26)
    rows: list[tuple[object, Letter]] = [*parts] or [(float(letter["infType"].split(",")[0]), letter)]
    for word, block in rows:
        sheet.append(_cells(letter, word, block))
    last = 2 + len(rows)
    spoil = TABLE_DEFECTS.get(defect)
    if spoil is not None:
        spoil(sheet, 3, last)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue(), len(rows)


def _cells(letter: Letter, word: object, block: Mapping[str, str]) -> list[object]:
    person = letter.get("person", {})
    return [
        letter["letterNo"], word, letter["regTime"], letter["accused"]["name"], letter["accused"]["uscc"],
        letter["address"], letter["areaCode"], person.get("name"), person.get("phone"), person.get("idNo"),
        letter["categoryCode"], block["content"], "是" if block.get("secret") == "1" else "否", letter["remark"],
    ]  # fmt: skip  # one line of a form
