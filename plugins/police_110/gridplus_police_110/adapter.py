"""110 与 12345 的共享中间表: matters that are none of the police's, batch by batch; what came of them goes back into it.

What is the police's is not held (`admit`), and of a matter that becomes theirs only that it did. Rules: domain.md 2.6, 5.3.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from hub import Arrival, Code, Crs, Draft, Handling, HeldRecord, Stage
from hub.plugin import Admitted, Answer, Body
from hub.plugin.declared import declared
from hub.plugin.fields import Fields
from hub.plugin.json_text import read_json
from hub.plugin.points import point_of
from hub.plugin.transport.allow_list import AllowList
from hub.plugin.transport.sql_view import Counted, HalfBatch
from hub.plugin.transport.table_pull import HALF, TablePull, TablePullConfig
from hub.plugin.transport.view_sweep import Rows
from hub.plugin.words import meanings, request_type_of, stage_of, told_as, urgency_of

DECLARES: Final = declared(
    public="SQLX SXDM ZJFS SJF ZRF JQXZ",
    internal="ID PCH LZBH JQBH GDBH CLZT JJCD BJSJ FSSJ GXSJ XZQH JD WD HFBZ NMBZ BMBZ",
    personal="SXMC JQNR FSDZ LXR LXDH BSDW",
)
"""The columns that are read; whatever else stands in the table is not asked for."""
ROWS: Final = Rows(key="ID", columns=[*DECLARES], counted=Counted(column="PCH", number="PCH", count="JLS"))
_HELD: Final = AllowList(DECLARES)
_UNNAMED: Final = AllowList(DECLARES.keys() - {"LXR", "LXDH"}, known=DECLARES)
_NUMBERS: Final = AllowList(["ID", "PCH", "LZBH", "JQBH", "GDBH", "CLZT", "GXSJ"], known=DECLARES)
_OURS: Final = "非警务"
"""The nature (警情性质) of a matter that is none of the police's."""
_THEIRS: Final = "转警务"
"""The state of a matter that turned out to be the police's."""
_STAGES: Final = meanings(Stage, dispatched="待接收", accepted="已接收", cancelled=_THEIRS)
_WORDS: Final = told_as(
    accepted="已接收",
    returned="退回",
    suspended="延期",
    rejected="不予受理",
    done_by_dept="办结",
    closed="归档",
)
"""How the table calls the stages that it can be told; every other stage is 办理中 there."""


class Police110Config(TablePullConfig):
    """What an administrator sets."""

    headers: str
    """The table of batch headers (批次表)."""
    code_table: str = "fj-2026"
    """Whose codes the table speaks; a table of the pack."""
    police_source: str = "police_grid"
    hotline_source: str = "hotline_12345"
    """Sources of the pack that number 警情 and 工单 as this table does: what they tell of is the same matter."""


class Police110(TablePull[Police110Config]):
    """One matter a row; a matter that changes comes as one row more."""

    status = "QYBZ"
    told_by = "HZBH"

    def rows(self) -> Rows:
        """The columns of the shared table."""
        return ROWS

    def admit(self, body: Body) -> Admitted:
        """The row, its caller left out who need not be called back; nothing of what is the police's, or unclear where they
        received it first. Raises BadRecord where it is no JSON object."""
        if body.kind == HALF:
            return Admitted(body.content)
        row = Fields.of(record := read_json(body.content))
        try:
            state, nature, first = row.text("CLZT"), row.text("JQXZ"), row.text("SJF")
            is_to_be_called = row.yes("HFBZ") and not row.yes("NMBZ")
        except HeldRecord:  # a word that cannot be read cannot be judged
            return Admitted(None, ("unreadable",))
        if state == _THEIRS:
            return _NUMBERS.of_object(record)
        if nature != _OURS and not (nature in ("", "未明") and first == "12345"):
            return Admitted(None, ("JQXZ",))
        return (_HELD if is_to_be_called else _UNNAMED).of_object(record)

    def drafts(self, row: Fields, arrival: Arrival) -> Sequence[Draft]:
        """The matter of one row. Raises BadRecord or HeldRecord with a pointer to the field, never its value."""
        state = row.text("CLZT")
        times = row.times(occurred="FSSJ", reported="BJSJ", updated="GXSJ", zone=self.zone)
        doubt = () if row.text("JQXZ") == _OURS or state == _THEIRS else ("duty_unclear",)
        return [
            Draft(
                source_ref=row.needed_ref("LZBH"),
                aliases=row.aliases({self.config.police_source: "JQBH", self.config.hotline_source: "GDBH"}),
                version=times.version,
                category=Code(self.config.code_table, row.ref("SXDM")),
                occurred_at=times.occurred_at,
                reported_at=times.reported_at,
                request_type=request_type_of(row.text("SQLX")),
                urgency=urgency_of(row.text("JJCD")),
                urgency_raw=row.text("JJCD"),
                channel=row.text("ZJFS"),
                stage=stage_of(state, _STAGES),
                status_raw=state,
                is_update=state == _THEIRS,
                title=row.text("SXMC"),
                content=row.text("JQNR"),
                position=point_of(row.text("JD"), row.text("WD"), Crs.WGS84),
                address=row.text("FSDZ"),
                area_code=row.ref("XZQH"),
                requester=row.person("LXR", "LXDH", callback="HFBZ", anonymous="NMBZ"),
                # whatever the mark says that is not a plain "no": secrecy is not lost to a new code
                secret=row.text("BMBZ") not in ("", "0", "否"),
                accused_name=row.text("BSDW"),
                handling=_handling(duty=row.text("ZRF"), first=row.text("SJF")),
                flags=(*times.flags(arrival.received_at), *doubt),
            )
        ]

    def result(self, answer: Answer) -> Mapping[str, object]:
        """Progress or a result, as a row of the results."""
        return {
            "HZBH": answer.nonce,
            "HZLX": "反馈",
            "LZBH": answer.source_ref,
            "CLZT": _WORDS.get(answer.stage, "办理中"),
            "FKNR": answer.text,
            "CBDW": answer.department,
            "FKSJ": answer.at.astimezone(self.zone).strftime("%Y-%m-%d %H:%M:%S"),
        }

    def ask_again(self, half: HalfBatch) -> Mapping[str, object]:
        """A row of the results that asks for a batch which is not whole."""
        said = "没有批次头" if half.expected is None else f"应有{half.expected}行，现有{half.found}行"
        return {"HZBH": f"BF-{half.number}", "HZLX": "补发", "PCH": half.number, "FKNR": f"{said}，请补齐"}


def _handling(*, duty: str, first: str) -> Handling:
    """Who deals with it: whose duty it is; where that is still unclear after the call of three, who received it first."""
    return Handling.ELSEWHERE if (duty if duty in ("110", "12345") else first) == "110" else Handling.CALL
