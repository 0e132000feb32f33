"""A dossier as a page to read and to print: Chinese, of one piece, without a script or an address to fetch.

May hold how the page is laid out. What values are called is `hub.run.dossier.dossierwords`'s.
"""

from collections.abc import Iterable, Iterator, Mapping
from html import escape
from typing import Any, Final

from hub.messages.entries import KINDS
from hub.pack import Pack
from hub.run.dossier.dossierwords import Words, moment
from hub.whistle.dossier import ENTRY

_LOOK: Final = "look"
_STYLE: Final = (
    "body{font:14px/1.6 'Noto Sans CJK SC','Source Han Sans SC','Microsoft YaHei',sans-serif;margin:2em auto;"
    "max-width:60em;color:#111}h1{font-size:22px;margin:0 0 .5em}h2{font-size:17px;margin:1.5em 0 .5em}"
    "table{border-collapse:collapse;width:100%}td,th{border:1px solid #999;padding:.3em .5em;vertical-align:top;"
    "text-align:left}table.e td:nth-child(-n+3),table.e th,.h th{white-space:nowrap}dl{margin:0;display:grid;"
    "grid-template-columns:max-content 1fr;column-gap:.8em}dt{color:#555}dd{margin:0;overflow-wrap:anywhere}"
    ".m{color:#8a4b00}.w,code{color:#777}code{font-size:10px;overflow-wrap:anywhere}p{font-size:12px;color:#333}"
    "@page{size:A4;margin:15mm}tr{break-inside:avoid}@media print{body{font-size:11px;margin:0}}"
)
_ROW: Final = "<table class=e><tr><th>序</th><th>时间</th><th>事由</th><th>内容</th></tr>"
_FOOT: Final = (
    "<p>时间均为北京时间。本页由同一文件中的 dossier.json 生成，代码原文与全部摘要见该文件。"
    "核验：gridplus verify 文件 --key 公钥。“已脱敏”的值不在核验之列，只核验其摘要；最后一个锚之后被截去的内容无法发现。"
    "送达只记拉取与 Webhook；经 Kafka 主题发出的由消息系统留存，不逐条入档，部门收到与否以其签收为准。</p>"
)


def page(data: Mapping[str, Any], pack: Pack) -> bytes:
    """The page of an export's data, with names as `pack` has them."""
    return "".join(_page(data, Words(pack, data["entries"]))).encode()


def _page(data: Mapping[str, Any], words: Words) -> Iterator[str]:
    yield (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>一哨一档 {escape(data['whistle'])}</title><style>{_STYLE}</style></head><body>"
        "<h1>一哨一档</h1><table class=h>"
    )
    for name, value in _head(data, words).items():
        yield f"<tr><th>{name}</th><td>{escape(value)}</td></tr>"
    looks = [one for one in data["entries"] if _kind(one) == _LOOK]
    yield f"</table><h2>经过</h2>{_ROW}"
    yield from _rows((one for one in data["entries"] if _kind(one) != _LOOK), words)
    yield "</table>"
    if looks:
        yield f"<h2>附：查看记录</h2>{_ROW}"
        yield from _rows(looks, words)
        yield "</table>"
    yield f"{_FOOT}</body></html>\n"


def _head(data: Mapping[str, Any], words: Words) -> dict[str, str]:
    anchored, number, unfiled = data["anchored"], len(data["entries"]), data["unfiled"]
    count = f"{number}（第 1 至 {anchored} 条已锚定）" if anchored else f"{number}（尚未锚定）"
    return {
        "哨编号": data["whistle"],
        "导出给": words.body(data["for"]),
        "目的": words.word("dossier.looks/purpose", data["purpose"]),
        "经手": words.body(data["by"]),
        "导出时间": moment(data["exported_at"]),
        "条数": count + (f"；另有 {unfiled} 项已发生而未入档" if unfiled else ""),
        "链头": data["head"],
    }


def _kind(entry: Mapping[str, Any]) -> str:
    return str(entry.get("shown", {}).get(ENTRY, {}).get("value", [""])[0])


def _rows(entries: Iterable[Mapping[str, Any]], words: Words) -> Iterator[str]:
    for entry in entries:
        kind, at = entry.get("shown", {}).get(ENTRY, {}).get("value", ("", ""))
        at, kind = moment(at) if at else "—", KINDS.get(kind, kind) or "—"
        yield f"<tr><td>{entry['seq']}</td><td>{escape(at)}</td><td>{escape(kind)}</td><td><dl>"
        yield from _fields(entry, words)
        yield f"</dl><code>{escape(entry['digest'])}</code></td></tr>"


def _fields(entry: Mapping[str, Any], words: Words) -> Iterator[str]:
    if "fields" not in entry:
        yield '<dt class="w">未授权</dt><dd class="w">整条</dd>'
        return
    for name, said in entry["shown"].items():
        if name != ENTRY:
            lines = "<br>".join(map(escape, words.said(name, said["value"])))
            yield f"<dt>{escape(words.label(name))}</dt><dd>{lines}</dd>"
    for name, said in entry["masked"].items():
        lines = "<br>".join(map(escape, words.said(name, said["value"])))
        yield f'<dt>{escape(words.label(name))}</dt><dd class="m">{lines}（已脱敏）</dd>'
    masked = sum(len(said["digests"]) for said in entry["masked"].values())
    if hidden := len(entry["fields"]) - len(entry["shown"]) - masked:
        yield f'<dt class="w">未授权或已删除</dt><dd class="w">{hidden} 项</dd>'
