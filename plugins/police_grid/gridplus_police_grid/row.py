"""What a row of the ferry says → a matter's draft, or the grids of an outline. Pure.

Field names are the police system's, initials of their Chinese words (README, 字段); rules: domain.md 2.6,
5.3 and the cases named at each line.
"""

from collections.abc import Sequence
from datetime import date, tzinfo
from typing import Final

from gridplus_police_grid.boundary import parts_of
from gridplus_police_grid.config import PoliceGridConfig
from gridplus_police_grid.ingress import GRID, MATTER
from hub import (
    Alias,
    BadRecord,
    Code,
    Crs,
    Draft,
    GridDraft,
    GridKind,
    HeldRecord,
    Person,
    RequestType,
    Stage,
    Urgency,
)
from hub.plugin.fields import Fields
from hub.plugin.json_text import read_json
from hub.plugin.notes import looks_like_a_test, original_numbers
from hub.plugin.points import point_of
from hub.plugin.times import zone_of
from hub.plugin.words import request_type_of, stage_of, urgency_of

_CRS: Final = {
    "wgs84": Crs.WGS84,
    "cgcs2000": Crs.CGCS2000,
    "gcj02": Crs.GCJ02,
    "bd09": Crs.BD09,
}
_STAGES: Final = {
    "10": Stage.RECEIVED,
    "20": Stage.DISPATCHED,
    "30": Stage.IN_PROGRESS,
    "40": Stage.DONE_BY_DEPT,
    "50": Stage.CLOSED,
    "90": Stage.CANCELLED,
    "转办": Stage.DISPATCHED,
}
_URGENCIES: Final = {"1": Urgency.CRITICAL, "2": Urgency.URGENT, "3": Urgency.ROUTINE}
_REQUESTS: Final = {
    "1": RequestType.CONSULT,
    "2": RequestType.HELP,
    "3": RequestType.COMPLAINT,
    "4": RequestType.REPORT,
}


def drafts_of(content: bytes, charset: str, config: PoliceGridConfig) -> Sequence[Draft | GridDraft]:
    """One matter, or one grid for each part of an outline.

    Raises BadRecord R102 (unreadable), R201 (a number is missing), R202; HeldRecord R203, R104.
    """
    row = Fields.of(read_json(content, declared=charset))
    kind = row.text("LX")
    if kind == MATTER:
        return (_matter(row, config),)
    if kind == GRID:
        return _grids(row, config)
    raise BadRecord("R105", pointer="/LX")


def _matter(row: Fields, config: PoliceGridConfig) -> Draft:
    zone = zone_of(config.zone)
    ref, hotline_ref, earlier_ref = _needed(row, "JQBH"), row.ref("ZBDBH"), row.ref("YJQBH")
    title, content = row.text("SXMC"), row.text("JQNR")
    remarked = original_numbers(content, own={ref, hotline_ref, earlier_ref})
    version = row.moment("GXSJ", zone=zone)
    urgency = row.text("JJCD")
    status = row.text("CLZT")
    return Draft(
        source_ref=ref,
        # 110 → 12345: the order that it was passed on as, so both reports are one matter for sure
        aliases=(Alias(config.hotline_source, hotline_ref),) if hotline_ref else (),
        same_as=(earlier_ref, *remarked) if earlier_ref else remarked,
        version=version.isoformat() if version else "",
        occurred_at=row.moment("FSSJ", zone=zone),
        reported_at=row.moment("BJSJ", zone=zone),
        category=Code(config.code_table, row.ref("SXDM")),
        request_type=request_type_of(row.text("SQLX"), _REQUESTS),
        urgency=urgency_of(urgency, _URGENCIES),
        urgency_raw=urgency,
        channel=row.text("SJLY"),
        stage=stage_of(status, _STAGES),
        status_raw=status,
        title=title,
        content=content,
        position=point_of(row.text("JD"), row.text("WD"), _crs(row, config)),
        address=row.text("FSDZ"),
        area_code=row.ref("XZQH"),
        grid_code=row.ref("JWGBH"),
        requester=_person(row),
        # whatever the mark says that is not a plain "no": secrecy is not lost to a new code
        secret=row.text("BMBZ") not in ("", "0", "否"),
        accused_name=row.text("BSDW"),
        flags=("test_data",) if row.yes("CSBZ") or looks_like_a_test(f"{title}\n{content}") else (),
    )


def _person(row: Fields) -> Person | None:
    """Who is to be answered. An anonymous caller's number is not taken although it was sent."""
    anonymous = row.yes("NMBZ")
    if anonymous:
        return Person(anonymous=True)
    name, phone = row.text("LXR"), row.text("LXDH")
    return Person(name=name, phone=phone, callback=row.yes("HFBZ")) if name or phone else None


def _grids(row: Fields, config: PoliceGridConfig) -> tuple[GridDraft, ...]:
    """One grid a part: a beat across a river is two outlines, the second under its code with `#2`."""
    code, zone, phone = _needed(row, "JWGBH"), zone_of(config.zone), row.text("ZBDH")
    valid_from = _day(row, "QSRQ", zone)
    if valid_from is None:
        raise HeldRecord("R201", pointer=row.pointer_to("QSRQ"))
    parts = parts_of(row.text("BJ"), pointer=row.pointer_to("BJ"))
    codes = (code, *(f"{code}#{at}" for at in range(2, len(parts) + 1)))
    return tuple(
        GridDraft(
            source_ref=one,
            kind=GridKind.POLICE,
            code=one,
            name=row.text("JWGMC"),
            rings=rings,
            crs=_crs(row, config),
            valid_from=valid_from,
            valid_to=_day(row, "ZZRQ", zone),
            contact={"duty_phone": phone} if phone else {},
        )
        for one, rings in zip(codes, parts, strict=True)
    )


def _day(row: Fields, name: str, zone: tzinfo) -> date | None:
    """A day in the zone of the ferry; None for empty and for 9999-12-31 (N35)."""
    moment = row.moment(name, zone=zone)
    return moment.astimezone(zone).date() if moment else None


def _crs(row: Fields, config: PoliceGridConfig) -> Crs:
    named = row.text("ZBX").lower().replace("-", "").replace("_", "")
    return _CRS.get(named, config.crs)


def _needed(row: Fields, name: str) -> str:
    found = row.ref(name)
    if not found:
        raise BadRecord("R201", pointer=row.pointer_to(name))
    return found
