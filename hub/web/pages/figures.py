"""指标: how many reports and matters there were, and how much was done in time, split and over time."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Final
from urllib.parse import urlencode

import orjson
from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from hub.access.exits import Exit
from hub.clock import SHANGHAI, day_of
from hub.errors import Refused
from hub.messages.text import Language
from hub.model import AreaId
from hub.model.account import Role
from hub.run.matters.board import Shown
from hub.web.csvfile import csv_file
from hub.web.moments import minute_of
from hub.web.page import Place, draw
from hub.web.visitor import House, Visitor, allowed
from hub.web.words import said
from hub.whistle.board import SHARES, Cell, Line
from hub.whistle.daily import Measure, Split
from hub.whistle.shares import Hidden, Share, wilson

_ROLES = (Role.DISTRICT, Role.SUBDISTRICT, Role.OPERATOR, Role.AUDITOR)
PLACE = Place("/figures", "指标", frozenset(_ROLES))
Viewer = Annotated[Visitor, allowed(*_ROLES)]
router = APIRouter(include_in_schema=False)
_USUAL: Final = timedelta(days=29)
_EARLIEST, _LATEST = date(2000, 1, 1), date(2999, 12, 31)
_DRAWN: Final = 6
"""Lines of one plot beside the whole: more cannot be told apart."""
MEASURES: Final = {
    Measure.REPORTS: "来件数",
    Measure.MATTERS: "事项数",
    Measure.SIGN: "按时签收率",
    Measure.REPORT_IN: "按时报到率",
    Measure.FINISH: "按时办结率",
}
"""Measure → its name in Chinese."""
MEANINGS: Final = {
    Measure.REPORTS: "这些天立项的事项收到的报告条数；“并入”是其中并入已有事项、没有另立新事项的份额。",
    Measure.MATTERS: "这些天立项的事项数，不含撤销的和并入别件的；“吹哨”是其中叫了部门的份额。一件事叫了几个部门，按部门分时各算一件。",
    Measure.SIGN: "这些事项的哨里，签收时限已到或已签收的，有多少按时签收。免责的迟延和已裁定不归该部门的不算。",
    Measure.REPORT_IN: "这些事项的哨里，报到时限已到或已报到的，有多少按时报到。其余同上。",
    Measure.FINISH: "这些事项的哨里，办结时限已到或已办结的，有多少按时办结。其余同上。",
}
"""Measure → what it means, in Chinese."""
SPLITS: Final = {
    Split.ALL: "合计",
    Split.SOURCE: "来源",
    Split.CATEGORY: "分类",
    Split.SUBDISTRICT: "街道",
    Split.DEPARTMENT: "部门",
}
RATES: Final = {
    "response": "响应率",
    "resolve": "解决率",
    "satisfy": "满意率",
    "joint": "联动处置率",
    "returned": "退单率",
}
"""Figure of a month's sheet → its name in Chinese."""
_ON_THE_MAP: Final = {
    Split.SOURCE: "sources",
    Split.CATEGORY: "category",
    Split.SUBDISTRICT: "subdistrict",
    Split.DEPARTMENT: "departments",
}
"""Split → the map's filter for it."""


class Asked:
    """What a request asks of the board, read from its query. Raises Refused S202 for what cannot be asked."""

    def __init__(self, request: Request, house: House) -> None:
        query = request.query_params
        today = day_of(house.clock.now())
        self.last: Final = _day(query.get("to", ""), "to") or today
        self.first: Final = _day(query.get("from", ""), "from") or self.last - _USUAL
        try:
            self.split: Final = Split(query.get("by", ""))
            self.measure: Final = Measure(query.get("measure", Measure.MATTERS))
        except ValueError:
            raise Refused("S202", name="by, measure") from None

    def query(self, **changes: str) -> str:
        """The page's query with `changes`."""
        now = {
            "from": self.first.isoformat(),
            "to": self.last.isoformat(),
            "by": self.split.value,
            "measure": self.measure.value,
        }
        return urlencode(now | changes)


def _day(text: str, name: str) -> date | None:
    """A day, or the first one of a month; of years of which a hub may have figures."""
    if not text:
        return None
    try:
        day = date.fromisoformat(text if len(text) > len("2026-01") else f"{text}-01")
    except ValueError:
        raise Refused("S202", name=name) from None
    if not _EARLIEST <= day <= _LATEST:
        raise Refused("S202", name=name)
    return day


@router.get("/figures")
def figures(request: Request, house: House, visitor: Viewer) -> HTMLResponse:
    """The board."""
    asked, who, language = Asked(request, house), visitor.account, visitor.language
    found = house.board.look(who, asked.first, asked.last, asked.split, drawn=(asked.measure,))
    mine = who.organisation if who.role in (Role.OPERATOR, Role.SUBDISTRICT) else ""
    sheet = house.figures.known(
        who=who.name, department=mine, ledger=house.ledgers.mine(), now=house.clock.now()
    )
    today = day_of(house.clock.now())
    return draw(
        request,
        visitor,
        "figures.html",
        asked=asked,
        found=found,
        sheet=sheet,
        ranges=_ranges(today),
        measures=MEASURES,
        meanings=MEANINGS,
        splits=SPLITS,
        shares=SHARES,
        rates=RATES,
        name=lambda id_: _name(house, found.split, id_, language),
        names=house.names,
        cell=_cell,
        share=_share,
        rows_of=lambda id_: _rows_of(request, visitor, found.split, id_),
        series=orjson.dumps(_series(house, found, asked.measure, language)).decode(),
        minute=minute_of,
    )


@router.get("/figures.csv")
def export(request: Request, house: House, visitor: Viewer) -> Response:
    """The same as a file: one line a part of the time, name and measure."""
    asked, language = Asked(request, house), visitor.language
    found = house.board.look(
        visitor.account, asked.first, asked.last, asked.split, drawn=tuple(Measure), exit_=Exit.EXPORT
    )
    name = f"figures-{found.first}-{found.last}-{found.split or 'all'}.csv"
    return csv_file(name, _rows(house, found, language))


def _rows(house: House, found: Shown, language: Language) -> Iterator[Sequence[object]]:
    heads = ("时间", "名称", "编号", "指标", "数量", "其中", "份额", "下限", "上限", "备注")
    yield [said(one, language) for one in heads]
    whole, hidden = said("合计", language), said("不显示", language)
    for line in (found.total, *found.lines):
        name = _name(house, found.split, line.name, language) if line is not found.total else whole
        parts = {f"{found.first}/{found.last}": line.whole, **line.parts}
        for bucket, cells in parts.items():
            for measure, cell in cells.items():
                head = (bucket, name, line.name, said(MEASURES[measure], language))
                if isinstance(cell, Hidden):
                    yield (*head, None, None, None, None, None, hidden)
                else:
                    told = cell.told()
                    yield (*head, cell.n, cell.hits, told["share"], told.get("low"), told.get("high"), None)


def _ranges(today: date) -> list[tuple[str, str, str]]:
    """(name in Chinese, from, to)."""
    this = today.replace(day=1)
    before = this - timedelta(days=1)
    return [
        ("近 7 天", (today - timedelta(days=6)).isoformat(), today.isoformat()),
        ("近 30 天", (today - _USUAL).isoformat(), today.isoformat()),
        ("本月", this.isoformat(), today.isoformat()),
        ("上月", before.replace(day=1).isoformat(), before.isoformat()),
        ("近一年", (today - timedelta(days=364)).isoformat(), today.isoformat()),
    ]


def _name(house: House, split: Split, id_: str, language: Language) -> str:
    if not id_:
        return said("未定位" if split is Split.SUBDISTRICT else "合计", language)
    if split is Split.CATEGORY and (one := house.pack.taxonomy.categories.get(id_)):
        return one.en if language is Language.EN else one.zh
    if split is Split.SUBDISTRICT and (area := house.pack.areas.get(AreaId(id_))):
        return area.name
    return house.names.get(id_, id_)


def _cell(cell: Cell | None) -> dict[str, Any]:
    """For a template: `hidden`, `n`, `hits`, and the share with its interval in per cent, None without a case."""
    if cell is None or isinstance(cell, Hidden):
        return {"hidden": cell is not None, "n": 0, "share": None}
    return {"hidden": False, "n": cell.n, "hits": cell.hits, "share": _share(cell.told())}


def _share(told: dict[str, Any]) -> str | None:
    """A share with its interval, in per cent; None where there is none."""
    if told.get("share") is None:
        return None
    return f"{told['share']:.1%} ({told['low']:.0%}–{told['high']:.0%})"


def _rows_of(request: Request, visitor: Visitor, split: Split, id_: str) -> str | None:
    """Where the viewer finds the matters themselves; None where no page of theirs lists them."""
    places: tuple[Place, ...] = request.app.state.places
    if not any(one.path == "/map" and visitor.account.role in one.roles for one in places):
        return None
    return f"/map?{urlencode({_ON_THE_MAP[split]: id_})}" if split and id_ else "/map"


def _series(house: House, found: Shown, measure: Measure, language: Language) -> dict[str, Any]:
    """For the plot: seconds since 1970 of each part, and values by line; None where nothing is told."""
    lines = [found.total, *found.lines[:_DRAWN]]
    names = [said("合计", language), *(_name(house, found.split, one.name, language) for one in lines[1:])]
    return {
        "at": [_second(bucket) for bucket in found.buckets],
        "step": 2_592_000 if found.is_monthly else 86_400,
        "percent": measure in SHARES,
        "lines": [_line(name, one, found, measure) for name, one in zip(names, lines, strict=True)],
    }


def _line(name: str, one: Line, found: Shown, measure: Measure) -> dict[str, Any]:
    cells = [one.parts.get(bucket, {}).get(measure) for bucket in found.buckets]
    if measure not in SHARES:
        return {"label": name, "values": [one.n if isinstance(one, Share) else None for one in cells]}
    bounds = [wilson(one.hits / one.n, one.n) if isinstance(one, Share) and one.n else None for one in cells]
    return {
        "label": name,
        "values": [one.value if isinstance(one, Share) else None for one in cells],
        "low": [one[0] if one else None for one in bounds],
        "high": [one[1] if one else None for one in bounds],
    }


def _second(bucket: str) -> int:
    day = date.fromisoformat(bucket if len(bucket) > len("2026-01") else f"{bucket}-01")
    return int(datetime.combine(day, time(), SHANGHAI).timestamp())
