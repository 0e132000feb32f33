"""The first page: what came in, where it ended, whom it called. Figures only, nothing personal."""

from html import escape
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from hub.api.doors import AllDoors

router = APIRouter(tags=["hub"])

_PAGE = """<!doctype html>
<html lang="zh"><meta charset="utf-8"><title>网格+ 集成平台</title>
<meta http-equiv="refresh" content="3">
<style>
body{{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:64rem;padding:0 1rem;color:#1b1f24}}
table{{border-collapse:collapse;margin:.5rem 0 1.5rem}}
td,th{{border-bottom:1px solid #d0d7de;padding:.25rem .75rem;text-align:right}}
td:first-child,th:first-child{{text-align:left}}
</style>
<h1>网格+ 集成平台</h1>
<p>记录 {records} · 事件 {events} · 事项 {incidents} · 吹哨 {whistles}</p>
<h2>来源</h2><table><tr><th>来源<th>记录<th>立项<th>关联<th>搁置<th>作废<th>处理中</tr>{sources}</table>
<h2>部门</h2><table><tr><th>部门<th>吹哨</tr>{departments}</table>
<p>接口说明：<a href="/openapi.json">/openapi.json</a></p>
"""


@router.get("/", response_class=HTMLResponse, include_in_schema=False)
def home(doors: AllDoors) -> str:
    """The account as a page that renews itself."""
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


@router.get("/account")
def account(doors: AllDoors) -> dict[str, Any]:
    """Records by fate and source, events, incidents, whistles by department."""
    return doors.account()


@router.get("/healthz")
def health(doors: AllDoors) -> dict[str, str]:
    """Answers while the process serves and its store can be read."""
    with doors.store.read() as conn:
        conn.exec_driver_sql("SELECT 1")
    return {"status": "ok"}
