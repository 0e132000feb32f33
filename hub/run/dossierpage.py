"""A dossier as a page to read and to print: Chinese, of one piece, without a script or an address to fetch."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from html import escape
from typing import Any, Final

import orjson

from hub.clock import SHANGHAI
from hub.whistle.dossier import ENTRY

_KINDS: Final = {
    "opened": "吹哨",
    "matter": "转入事项",
    "event": "来件",
    "link": "关联",
    "unlink": "解除关联",
    "clocks": "时限",
    "move": "办理",
    "report": "报到内容",
    "overdue": "超时",
    "delivery": "送达",
    "answer": "答复来源",
    "look": "查看",
    "card": "督办牌",
    "measure": "督办",
    "turn": "督办进展",
    "doubt": "凭证疑点",
    "doubt_withdrawn": "凭证疑点撤销",
    "evaluation": "评价",
    "evidence": "现场凭证",
}
_FIELDS: Final = {
    "whistle.id": "哨编号",
    "whistle.role": "主办或协办",
    "whistle.level": "级别",
    "whistle.contract_id": "合同版本",
    "whistle.clause": "条款",
    "whistle.blown_at": "吹哨时间",
    "whistle.reasons": "依据",
    "whistle.deadlines": "各步时限",
    "incident.id": "事项编号",
    "incident.category": "分类",
    "incident.urgency": "紧急程度",
    "incident.grid_id": "网格",
    "incident.subdistrict_id": "街道",
    "incident.opened_at": "立案时间",
    "event.id": "来件编号",
    "event.source": "来源",
    "event.occurred_at": "发生时间",
    "event.reported_at": "上报时间",
    "event.title": "标题",
    "event.content": "内容",
    "event.address": "地址",
    "report.note": "说明",
    "report.form": "反馈表",
    "dossier.department": "承办部门",
    "dossier.blown_by": "吹哨方",
    "dossier.reasons": "依据与事实",
}
_PARTS: Final = {
    "move": "动作",
    "actor": "角色",
    "by": "谁",
    "before": "之前",
    "after": "之后",
    "reason_code": "理由",
    "until": "至",
    "level": "级别",
    "version": "第几版",
    "step": "步骤",
    "round": "轮次",
    "due_at": "应办结于",
    "excused": "免责",
    "message": "消息",
    "channel": "渠道",
    "state": "结果",
    "attempts": "次数",
    "code": "代码",
    "id": "编号",
    "source": "来源",
    "report": "来件",
    "receipt": "回执",
    "number": "第几次",
    "verdict": "判定",
    "reasons": "依据",
    "who": "谁",
    "exit": "出口",
    "result": "结果",
    "purpose": "目的",
    "fields": "字段",
    "masks": "脱敏",
    "grants": "授权",
    "reason": "理由",
    "on_behalf_of": "代表",
    "block": "审计块",
    "sign": "签收",
    "contact": "联系",
    "report_in": "到场",
    "arrive": "到场",
    "finish": "办结",
}
_STYLE: Final = (
    "body{font:14px/1.6 'Noto Sans CJK SC','Source Han Sans SC','Microsoft YaHei',sans-serif;margin:2em auto;"
    "max-width:60em;color:#111}h1{font-size:22px;margin:0 0 .5em}table{border-collapse:collapse;width:100%}"
    "td,th{border:1px solid #999;padding:.3em .5em;vertical-align:top;text-align:left}dl{margin:0}dt{float:left;"
    "clear:left;color:#555;margin-right:.6em}dd{margin:0;overflow-wrap:anywhere}.m{color:#8a4b00}.w{color:#777}"
    "code{font-size:11px;overflow-wrap:anywhere}@page{size:A4;margin:15mm}tr{break-inside:avoid}"
)


def page(data: Mapping[str, Any]) -> bytes:
    """The page of an export's data."""
    return "".join(_page(data)).encode()


def _page(data: Mapping[str, Any]) -> Iterator[str]:
    yield (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>一哨一档 {escape(data['whistle'])}</title><style>{_STYLE}</style></head><body>"
        f"<h1>一哨一档</h1><table>"
    )
    anchored, number = data["anchored"], len(data["entries"])
    head = {
        "哨编号": data["whistle"],
        "导出给": data["for"],
        "目的": data["purpose"],
        "经手": data["by"],
        "导出时间": _moment(data["exported_at"]),
        "条数": f"{number}（第 1 至 {anchored} 条已锚定）" if anchored else f"{number}（尚未锚定）",
        "链头": data["head"],
    }
    for name, value in head.items():
        yield f"<tr><th>{name}</th><td>{escape(str(value))}</td></tr>"
    yield "</table><h2>经过</h2><table><tr><th>序</th><th>时间</th><th>事由</th><th>内容</th></tr>"
    for entry in data["entries"]:
        kind, at = entry.get("shown", {}).get(ENTRY, {}).get("value", ("", ""))
        at, kind = _moment(at) if at else "—", _KINDS.get(kind, kind) or "—"
        yield f"<tr><td>{entry['seq']}</td><td>{escape(at)}</td><td>{escape(kind)}</td><td><dl>"
        yield from _fields(entry)
        yield f"</dl><code>{escape(entry['digest'])}</code></td></tr>"
    yield (
        "</table><p>本页由同一文件中的 dossier.json 生成。核验：gridplus verify 文件 --key 公钥。"
        "“已脱敏”的值不在核验之列，只核验其摘要；最后一个锚之后被截去的内容无法发现。</p></body></html>\n"
    )


def _fields(entry: Mapping[str, Any]) -> Iterator[str]:
    if "fields" not in entry:
        yield '<dt class="w">未授权</dt><dd class="w">整条</dd>'
        return
    for name, said in entry["shown"].items():
        if name != ENTRY:
            yield f"<dt>{escape(_label(name))}</dt><dd>{escape(_text(said['value']))}</dd>"
    for name, said in entry["masked"].items():
        yield f'<dt>{escape(_label(name))}</dt><dd class="m">{escape(_text(said["value"]))}（已脱敏）</dd>'
    masked = sum(len(said["digests"]) for said in entry["masked"].values())
    if hidden := len(entry["fields"]) - len(entry["shown"]) - masked:
        yield f'<dt class="w">未授权或已删除</dt><dd class="w">{hidden} 项</dd>'


def _label(name: str) -> str:
    part = name.partition("/")[2]
    return _PARTS.get(part, part) if part else _FIELDS.get(name, name)


def _text(value: object) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _moment(text: str) -> str:
    return datetime.fromisoformat(text).astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
