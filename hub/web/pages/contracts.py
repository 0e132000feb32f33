"""合同与模式: every version of every department's contract in words, and the unified schema."""

from typing import Any, Final

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from hub.clock import day_of
from hub.errors import FixSettings
from hub.messages.text import Language
from hub.model import AreaId, Contract, Duration, Level, Unit
from hub.model.account import Role
from hub.model.contract import Role as Part
from hub.run.exits.agreements import Standing
from hub.schema import schemas
from hub.web.page import Place, draw
from hub.web.pages.deliveries import CHANNELS
from hub.web.pages.plugins import Reader
from hub.web.pages.whistle import REASONS
from hub.web.pages.whitelist import MASKS, PURPOSES
from hub.web.visitor import House, Visitor
from hub.web.words import said

PLACE = Place("/contracts", "合同与模式", frozenset((Role.ENGINEER, Role.SYSTEM_ADMIN)))
router = APIRouter(include_in_schema=False)
STANDINGS: Final = {
    Standing.VALID: ("执行中", "good"),
    Standing.ANNOUNCED: ("已公布，未到生效日", "warn"),
    Standing.OVER: ("已结束", ""),
}
LEVELS: Final = {
    Level.EMERGENCY: "应急哨",
    Level.HARD: "疑难哨",
    Level.KEY: "重点哨",
    Level.ROUTINE: "常规哨",
}
STEPS: Final = {"sign": "签收", "contact": "联系", "report_in": "报到", "arrive": "到场", "finish": "办结"}
UNITS: Final = {
    Unit.WORK_HOUR: "{n} 个工作小时",
    Unit.WORK_DAY: "{n} 个工作日",
    Unit.URGENT_MINUTE: "{n} 分钟（不分昼夜）",
    Unit.URGENT_HOUR: "{n} 小时（不分昼夜）",
    Unit.URGENT_DAY: "{n} 天（含节假日）",
}
"""Unit of a time limit → how people say so many of it."""
PARTS: Final = {Part.LEAD: "主办", Part.ASSIST: "协办"}


@router.get("/contracts")
def contracts(request: Request, house: House, visitor: Reader) -> HTMLResponse:
    """All versions, and the schemas there are."""
    with house.store.read() as conn:
        found = house.agreements.all(conn, day_of(house.clock.now()))
    return draw(
        request,
        visitor,
        "contracts.html",
        found=found,
        schemas=sorted(schemas()),
        names=house.names,
        standings=STANDINGS,
        channels=CHANNELS,
        limit=lambda one: _limit(one, visitor.language),
    )


@router.get("/contracts/{contract_id}")
def contract(request: Request, house: House, visitor: Reader, contract_id: str) -> HTMLResponse:
    """One version in words, and its form as JSON Schema."""
    with house.store.read() as conn:
        found = house.agreements.all(conn, day_of(house.clock.now()))
    versions = {one.id: (one, standing) for one, standing in found}
    if contract_id not in versions:
        raise FixSettings("C106", id=contract_id)
    one, standing = versions[contract_id]
    return draw(
        request,
        visitor,
        "contract.html",
        one=one,
        standing=STANDINGS[standing],
        others=[each for each, _ in found if each.department == one.department and each.id != one.id],
        form=_pretty(one.form),
        levels=_levels(one),
        fields=_fields(one),
        names=house.names,
        channels=CHANNELS,
        steps=STEPS,
        parts=PARTS,
        reasons=REASONS,
        uses=PURPOSES,
        masks=MASKS,
        limit=lambda each: _limit(each, visitor.language),
        category=lambda id_: _category(house, id_, visitor),
        area=lambda id_: _area(house, id_),
    )


@router.get("/contracts/schemas/{name}")
def schema(request: Request, visitor: Reader, name: str) -> HTMLResponse:
    """One of the unified schemas."""
    known = schemas()
    if name not in known:
        raise FixSettings("C106", id=name)
    return draw(request, visitor, "schema.html", name=name, schema=known[name], text=_pretty(known[name]))


def _levels(one: Contract) -> list[tuple[str, dict[str, Duration]]]:
    """(level in Chinese, step → limit), the most urgent first; steps in their order."""
    return [
        (name, {step: limits[step] for step in STEPS if step in limits})
        for level, name in LEVELS.items()
        if (limits := one.limits_at(level))
    ]


def _fields(one: Contract) -> list[tuple[tuple[str, str], list[str]]]:
    """((purpose, mask), fields), in the order in which the contract names them first."""
    found: dict[tuple[str, str], list[str]] = {}
    for each in one.fields:
        found.setdefault((each.purpose, each.mask), []).append(each.field)
    return list(found.items())


def _limit(one: Duration | None, language: Language) -> str:
    return said(UNITS[one.unit], language, n=one.value) if one else "—"


def _category(house: House, pattern: str, visitor: Visitor) -> str:
    """A category's name; for `class.*` the class's."""
    if pattern == "*":
        return said("全部分类", visitor.language)
    english, known = visitor.language is Language.EN, house.pack.taxonomy
    one = known.categories.get(pattern)
    if one is not None:
        return one.en if english else one.zh
    some = known.of_class(pattern.removesuffix(".*"))
    return f"{some[0].class_en if english else some[0].class_zh} *" if some else pattern


def _area(house: House, id_: str) -> str:
    one = house.pack.areas.get(AreaId(id_))
    return one.name if one else id_


def _pretty(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()
