"""The fields that can be shown at all, by the names that people call them.

May hold names only; what a field's mask or class is stands with masks and schemas.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

from hub.model import DepartmentId, Grant
from hub.pack import Pack
from hub.run.exits.wirefields import MADE
from hub.schema import schemas

NOUNS: Final = (
    ("place", "incident"),
    ("incident", "incident"),
    ("whistle", "whistle"),
    ("event", "event"),
    ("resident", "resident"),
)
"""Schema → the data set in which a department sees its fields."""
_MADE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "incident.category_zh": "事项分类名称",
        "incident.grid_code": "网格编码",
        "incident.community_name": "社区名称",
        "incident.subdistrict_name": "街道名称",
        "incident.place_summary": "位置概述",
        "incident.summary": "事项概要",
    }
)
_EVERYDAY: Final[Mapping[str, str]] = MappingProxyType(
    {
        "手机": "resident.phone",
        "电话": "resident.phone",
        "名字": "resident.name",
        "身份证": "resident.id_number",
        "住址": "resident.address",
        "坐标": "incident.l",
        "照片": "event.attachments",
        "图片": "event.attachments",
    }
)
"""What people call a field, or several with the same beginning."""
_ASKING: Final = re.compile(
    r"谁|哪些|哪个|部门|能|可以|看到|看见|什么|字段|吗|的|[?？]|\b(?:who|what|does|can|sees?|the|which)\b",
    re.IGNORECASE,
)


@cache
def titles() -> Mapping[str, str]:
    """Field → its name, of the unified schema and of what is made for messages."""
    known = dict.fromkeys(MADE, "")
    for noun, dataset in NOUNS:
        for leaf, schema in schemas()[noun].get("properties", {}).items():
            if "$ref" not in schema:
                known[f"{dataset}.{leaf}"] = str(schema.get("title", ""))
    return MappingProxyType({**known, **_MADE})


def known_fields(pack: Pack) -> tuple[str, ...]:
    """Every field that can be shown at all: of the unified schema, made for messages, or named by the pack."""
    named = {one.field for one in pack.grants} | {f.field for c in pack.contracts for f in c.fields}
    return tuple(sorted(named | set(titles())))


def found(grants: Iterable[Grant], words: str, pack: Pack) -> tuple[Grant, ...]:
    """Those that `words` ask about, from either side: who sees the phone number, what a department sees; all of them
    where nothing is asked. Several words narrow each other."""
    terms = _ASKING.sub(" ", words).split()
    left = tuple(grants)
    for term in terms:
        fields, departments = _fields(term, {one.field for one in left}), _departments(term, pack)
        left = tuple(one for one in left if one.field in fields or one.department in departments)
    return left


def _fields(term: str, fields: Iterable[str]) -> frozenset[str]:
    everyday = tuple(field for word, field in _EVERYDAY.items() if word in term)
    return frozenset(
        one
        for one in fields
        if term in one or (everyday and one.startswith(everyday)) or _alike(term, titles().get(one, ""))
    )


def _departments(term: str, pack: Pack) -> frozenset[DepartmentId]:
    return frozenset(
        id_
        for id_, body in pack.organisations.items()
        if term == id_ or any(_alike(term, name) for name in (body.name, *body.aliases))
    )


def _alike(term: str, name: str) -> bool:
    return bool(name) and (term in name or name in term)
