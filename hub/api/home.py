"""The first page: what came in, where it ended, whom it called. Figures only, nothing personal."""

from html import escape
from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter, Depends, Response
from fastapi.responses import HTMLResponse

from hub.api.departments import Problem
from hub.api.doors import AllDoors, insider

router = APIRouter(tags=["hub"], responses={503: {"model": Problem, "description": "Try again later."}})

_STYLE: Final = Path(__file__).with_name("page.css").read_text(encoding="utf-8")
_POLICY: Final = (
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

_PAGE = """<!doctype html>
<html lang="zh"><meta charset="utf-8"><title>网格+ 集成平台</title>
<meta http-equiv="refresh" content="3">
<link rel="stylesheet" href="/page.css">
<h1>网格+ 集成平台</h1>
<p>记录 {records} · 事件 {events} · 事项 {incidents} · 吹哨 {whistles}</p>
<h2>来源</h2><table><tr><th>来源<th>记录<th>立项<th>关联<th>搁置<th>作废<th>处理中</tr>{sources}</table>
<h2>部门</h2><table><tr><th>部门<th>吹哨</tr>{departments}</table>
<p>接口说明：<a href="/openapi.json">/openapi.json</a></p>
"""


@router.get("/", response_class=HTMLResponse, include_in_schema=False, dependencies=[Depends(insider)])
def home(doors: AllDoors) -> HTMLResponse:
    """The account as a page that renews itself; it loads nothing but its own style."""
    return HTMLResponse(_page(doors), headers={"content-security-policy": _POLICY})


@router.get("/page.css", include_in_schema=False)
def style() -> Response:
    """How the page looks; served, so that the page needs no style of its own."""
    return Response(_STYLE, media_type="text/css")


def _page(doors: AllDoors) -> str:
    account = doors.account()
    return _PAGE.format(
        records=account["records"],
        events=account["events"],
        incidents=account["incidents"],
        whistles=account["whistles"],
        sources="".join(
            _source(doors.names.get(name, name), one) for name, one in account["sources"].items()
        ),
        departments="".join(
            f"<tr><td>{escape(doors.names.get(name, name))}<td>{number}</tr>"
            for name, number in account["departments"].items()
        ),
    )


def _source(name: str, one: dict[str, Any]) -> str:
    fates = one["fates"]
    cells = (one["records"], fates["published"], fates["linked"], fates["held"], fates["dead"], one["open"])
    return f"<tr><td>{escape(name)}" + "".join(f"<td>{n}" for n in cells) + "</tr>"


@router.get(
    "/account",
    dependencies=[Depends(insider)],
    responses={401: {"model": Problem, "description": "No valid key."}},
)
def account(doors: AllDoors) -> dict[str, Any]:
    """Records by fate and source, events, incidents, whistles by department; for people inside, by any key."""
    return doors.account()
