"""公安警格: non-police matters and police grids over the one-way ferry, one JSON object a line; nothing ever goes out.

Field names are the police system's, initials of their Chinese words (README, 字段); rules: domain.md 2.6, 5.3 and the
cases named at each line.
"""

from collections.abc import Sequence
from typing import Annotated, Final

from pydantic import Field

from gridplus_police_grid.ingress import GRID, MATTER, admit
from hub import Alias, Arrival, BadRecord, Code, Crs, Draft, GridDraft, GridKind, RequestType, Stage, Urgency
from hub.plugin import Admitted, Body
from hub.plugin.fields import Fields
from hub.plugin.notes import flags_of, original_numbers
from hub.plugin.points import crs_of, point_of
from hub.plugin.transport.ferry_pull import FerryPull, FerryPullConfig
from hub.plugin.wkt import parts_of
from hub.plugin.words import meanings, request_type_of, stage_of, urgency_of

_STAGES: Final = meanings(
    Stage,
    received="10",
    dispatched="20 转办",
    in_progress="30",
    done_by_dept="40",
    closed="50",
    cancelled="90",
)
_URGENCIES: Final = meanings(Urgency, critical="1", urgent="2", routine="3")
_REQUESTS: Final = meanings(RequestType, consult="1", help="2", complaint="3", report="4")


class PoliceGridConfig(FerryPullConfig):
    """What an administrator sets, beside what every ferry has."""

    prefix: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,32}$")] = "JG"
    code_table: str = "jg-2025"
    crs: Annotated[Crs, Field(strict=False)] = Crs.WGS84
    """Coordinate system of rows that name none (N45)."""
    hotline_source: str = "hotline_12345"
    """Name in the pack of the hotline whose order numbers stand in transferred matters."""


class PoliceGrid(FerryPull[PoliceGridConfig]):
    """Non-police matters and police grids, one JSON object a line."""

    def admit(self, body: Body) -> Admitted:
        """What of a row the hub may hold (invariant 5)."""
        return admit(body)

    def drafts(self, row: bytes, charset: str, arrival: Arrival) -> Sequence[Draft | GridDraft]:  # noqa: ARG002
        """One matter, or one grid for each part of an outline.

        Raises BadRecord R102 (unreadable), R105 (another kind), R201 (a number is missing), R202; HeldRecord R203, R104.
        """
        said = Fields.of_json(row, declared=charset)
        kind = said.text("LX")
        if kind == MATTER:
            return [self._matter(said)]
        if kind == GRID:
            return self._grids(said)
        raise BadRecord("R105", pointer="/LX")

    def _matter(self, row: Fields) -> Draft:
        """Without a number it is dead: over this border nothing can be asked for again."""
        ref, hotline_ref, earlier_ref = row.ref_or_dead("JQBH"), row.ref("ZBDBH"), row.ref("YJQBH")
        title, content = row.text("SXMC"), row.text("JQNR")
        remarked = original_numbers(content, own={ref, hotline_ref, earlier_ref})
        times = row.times(occurred="FSSJ", reported="BJSJ", updated="GXSJ", zone=self.zone)
        urgency, status = row.text("JJCD"), row.text("CLZT")
        return Draft(
            source_ref=ref,
            # 110 → 12345: the order that it was passed on as, so both reports are one matter for sure
            aliases=(Alias(self.config.hotline_source, hotline_ref),) if hotline_ref else (),
            same_as=(earlier_ref, *remarked) if earlier_ref else remarked,
            version=times.version,
            occurred_at=times.occurred_at,
            reported_at=times.reported_at,
            category=Code(self.config.code_table, row.ref("SXDM")),
            request_type=request_type_of(row.text("SQLX"), _REQUESTS),
            urgency=urgency_of(urgency, _URGENCIES),
            urgency_raw=urgency,
            channel=row.text("SJLY"),
            stage=stage_of(status, _STAGES),
            status_raw=status,
            title=title,
            content=content,
            position=point_of(row.text("JD"), row.text("WD"), self._crs(row)),
            address=row.text("FSDZ"),
            area_code=row.ref("XZQH"),
            grid_code=row.ref("JWGBH"),
            requester=row.person_unless("NMBZ", "LXR", "LXDH", callback="HFBZ"),
            # whatever the mark says that is not a plain "no": secrecy is not lost to a new code
            secret=row.text("BMBZ") not in ("", "0", "否"),
            accused_name=row.text("BSDW"),
            flags=("test_data",) if row.yes("CSBZ") else flags_of(f"{title}\n{content}"),
        )

    def _grids(self, row: Fields) -> Sequence[GridDraft]:
        """One grid a part: a beat across a river is two outlines, the second under its code with `#2`."""
        code, phone = row.ref_or_dead("JWGBH"), row.text("ZBDH")
        valid_from = row.needed_day("QSRQ", zone=self.zone)
        parts = parts_of(row.text("BJ"), pointer=row.pointer_to("BJ"))
        codes = (code, *(f"{code}#{at}" for at in range(2, len(parts) + 1)))
        return [
            GridDraft(
                source_ref=one,
                kind=GridKind.POLICE,
                code=one,
                name=row.text("JWGMC"),
                rings=rings,
                crs=self._crs(row),
                valid_from=valid_from,
                valid_to=row.day("ZZRQ", zone=self.zone),
                contact={"duty_phone": phone} if phone else {},
            )
            for one, rings in zip(codes, parts, strict=True)
        ]

    def _crs(self, row: Fields) -> Crs:
        return crs_of(row.text("ZBX"), self.config.crs)
