"""食安通, read from a view that market supervision opens on its database; nothing is ever written there.

One shop has many licences, and the view shows a matter once for each: a matter is one by its own number, never by a
licence's, which all matters of the shop share. The hub has matters of shops; who works in a kitchen ends here.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from hub import Arrival, Code, Draft, Stage
from hub.plugin import Admitted, Body
from hub.plugin.declared import declared
from hub.plugin.fields import Fields
from hub.plugin.json_text import read_json
from hub.plugin.notes import looks_like_a_test, original_numbers
from hub.plugin.times import time_flags
from hub.plugin.transport.allow_list import AllowList
from hub.plugin.transport.sql_view import Repeated
from hub.plugin.transport.view_pull import ViewPull, ViewPullConfig
from hub.plugin.transport.view_sweep import Rows
from hub.plugin.uscc import is_uscc
from hub.plugin.words import request_type_of, stage_of

DECLARES: Final = declared(
    public="xkzh",
    internal="sxbh sxlx wtdm fxsj djsj gxsj zgqx zt tyshxydm qhdm sbbh sfbm",
    personal="wtmc wtms dwmc jydz",
)
"""Every column that is read; meanings stand in the README. A shop's name often is its owner's."""
ROWS: Final = Rows(
    key="sxbh",
    columns=tuple(DECLARES),
    kept=("sxbh", "wtdm", "qhdm"),
    repeated=Repeated("xkzh", latest="gxsj"),
)
"""What is read of each row, and what of it is remembered, so that its disappearance can be told."""
_VANISHED: Final = ("gone", *(f"kept.{name}" for name in ROWS.kept))
_WORDED: Final = frozenset({"检查问题", "投诉举报"})
"""Kinds of matters (`sxlx`) whose words a person wrote of a shop. A camera's tell of who stood in the kitchen."""
_ALLOWED: Final = AllowList([*DECLARES, *_VANISHED])
_WORDLESS: Final = AllowList([*(DECLARES.keys() - {"wtms"}), *_VANISHED], known=DECLARES)
_BESIDE: Final = {"许可证": "xkzh", "整改期限": "zgqx"}
"""Said below the words. Until when a shop has to mend it is the shop's term, and no department's clock."""
_STAGES: Final = {
    "待整改": Stage.DISPATCHED,
    "整改中": Stage.IN_PROGRESS,
    "立案查处": Stage.IN_PROGRESS,
    "待复查": Stage.DONE_BY_DEPT,
    "复查合格": Stage.CLOSED,
    "已销号": Stage.CLOSED,
    "复查不合格": Stage.REOPENED,
    "误报": Stage.CANCELLED,
}


class FoodSafetyConfig(ViewPullConfig):
    """What an administrator sets."""

    code_table: str = "fs-2026"
    """Whose codes the platform speaks; a table of the pack."""


class FoodSafety(ViewPull[FoodSafetyConfig]):
    """One matter a number, whatever licences its shop has."""

    def rows(self) -> Rows:
        """The columns of the view."""
        return ROWS

    def admit(self, body: Body) -> Admitted:
        """The columns that are read; of an alarm, and of a kind that nobody knows, not the words. Raises BadRecord."""
        row = read_json(body.content)
        worded = isinstance(row, Mapping) and str(row.get("sxlx")).strip() in _WORDED
        return (_ALLOWED if worded else _WORDLESS).of_object(row)

    def drafts(self, row: Fields, arrival: Arrival) -> Sequence[Draft]:
        """The matter of one row. Raises BadRecord or HeldRecord with a pointer to the column, never its value."""
        ref, kind = row.needed_ref("sxbh"), row.text("sxlx")
        words = row.text("wtms") if kind in _WORDED else ""
        found_at, told_at, updated_at = (
            row.moment(name, zone=self.zone) for name in ("fxsj", "djsj", "gxsj")
        )
        lines = (f"{name}：{said}" for name, column in _BESIDE.items() if (said := row.text(column)))
        uscc = row.ref("tyshxydm")
        flags = time_flags(occurred_at=found_at, reported_at=told_at, received_at=arrival.received_at)
        if uscc and not is_uscc(uscc):
            flags += ("uscc_invalid",)
        if looks_like_a_test(words):
            flags += ("test_data",)
        return [
            Draft(
                source_ref=ref,
                same_as=original_numbers(words, own={ref}),
                version=updated_at.isoformat() if updated_at else "",
                occurred_at=found_at,
                reported_at=told_at,
                category=Code(self.config.code_table, row.ref("wtdm")),
                request_type=request_type_of(kind),
                channel=kind,
                stage=stage_of(row.text("zt"), _STAGES),
                status_raw=row.text("zt"),
                title=row.text("wtmc"),
                content="\n".join(filter(None, (words, *lines))),
                address=row.text("jydz"),
                area_code=row.ref("qhdm"),
                device_ref=row.ref("sbbh"),
                secret=row.yes("sfbm"),
                accused_name=row.text("dwmc"),
                accused_uscc=uscc if is_uscc(uscc) else "",
                flags=flags,
            )
        ]
