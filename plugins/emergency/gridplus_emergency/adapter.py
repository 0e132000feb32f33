"""应急指挥平台: emergencies of the 应急管理局 and the fire brigade, one message a report on it, from a topic of its own Kafka."""

from collections.abc import Sequence
from typing import Final

from gridplus_emergency.drills import is_text_of_a_drill, is_title_of_a_drill, says_real
from hub import Arrival, Code, Crs, Draft, GridDraft, Handling, Stage, Urgency
from hub.plugin import Admitted, Body
from hub.plugin.declared import declared
from hub.plugin.fields import Fields
from hub.plugin.points import point_of
from hub.plugin.transport.allow_list import AllowList
from hub.plugin.transport.kafka_topic import TOMBSTONE, KafkaTopic, KafkaTopicConfig, deleted
from hub.plugin.words import meanings, stage_of

DECLARES: Final = declared(
    public="SJLX SJLXMC SJFJ HJDJ YLBZ",
    internal="SJBH XFJQH XXLX XXLY SJZT FSSJ JBSJ GXSJ JD WD XZQH",
    personal="SJBT SJNR FSDZ",
    sensitive="BJRXM BJRDH BJRSFZ SWRYMD SSRYMD SSQK DWWZ XCZP XCSP",
)
"""Fields by the initials of their Chinese names; the README has them. What is sensitive ends at ingress."""
_ALLOWED: Final = AllowList(
    [one for one, kind in DECLARES.items() if kind != "sensitive"],
    known={**DECLARES, "DWWZ": "internal"},
)
"""Where somebody called from is nobody's name, to be blotted out of the words: often it is where it burns."""
_STAGES: Final = meanings(
    Stage,
    received="接报",
    dispatched="已出动",
    in_progress="已到场 已控制",
    done_by_dept="处置完毕",
    closed="结束",
    cancelled="误报 演练取消",
    reopened="复燃",
)
_GRADES: Final = {
    **dict.fromkeys(("特别重大", "重大", "较大", "I级", "II级", "III级", "红", "橙", "黄"), Urgency.CRITICAL),
    **dict.fromkeys(("一般以下", "未达级", "蓝"), Urgency.ROUTINE),
}
"""Of 突发事件: I is the gravest. Whatever is not listed is urgent: a first report has no grade yet."""
_FIRE_ALARMS: Final = frozenset("三四五345")
"""Of the fire brigade, which counts the other way: a first alarm is the least, a fifth the gravest."""


class EmergencyConfig(KafkaTopicConfig):
    """What an administrator sets."""

    code_table: str = "yj-2026"
    """Whose codes the platform speaks; a table of the pack."""


class Emergency(KafkaTopic[EmergencyConfig]):
    """Bodies: `record` (JSON) and `tombstone` (the number of what the platform deleted)."""

    def admit(self, body: Body) -> Admitted:
        """The message without whoever called, was hurt or was filmed. Raises BadRecord where it is no JSON object."""
        return Admitted(body.content) if body.kind == TOMBSTONE else _ALLOWED.of_json(body.content)

    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft | GridDraft]:
        """The emergency of one message. Raises BadRecord or HeldRecord with a pointer to the field, never its value."""
        if (body.kind or arrival.kind) == TOMBSTONE:
            return [deleted(body, self.config.code_table)]
        row = Fields.of_json(body.content)
        times = row.times(occurred="FSSJ", reported="JBSJ", updated="GXSJ", zone=self.zone)
        handling, doubts = _handling(row)
        return [
            Draft(
                source_ref=row.needed_ref("SJBH"),
                aliases=row.aliases({"fire_119": "XFJQH"}),
                version=times.version,
                category=Code(self.config.code_table, row.ref("SJLX")),
                occurred_at=times.occurred_at,
                reported_at=times.reported_at,
                title=row.text("SJBT"),
                content=row.text("SJNR"),
                channel=row.text("XXLY"),
                urgency=_urgency(row),
                urgency_raw=row.text("SJFJ", "HJDJ"),
                stage=stage_of(row.text("SJZT"), _STAGES),
                status_raw=row.text("SJZT"),
                is_update=row.text("XXLX") in ("续报", "终报", "核报"),
                position=point_of(row.text("JD"), row.text("WD"), Crs.WGS84),
                address=row.text("FSDZ"),
                area_code=row.ref("XZQH"),
                handling=handling,
                flags=(*times.flags(arrival.received_at), *doubts),
            )
        ]


def _handling(row: Fields) -> tuple[Handling, tuple[str, ...]]:
    """Whether it is an exercise, by any of its marks; words that say the contrary outweigh every mark, and are flagged."""
    titles, text = (row.text("SJBT"), row.text("SJLXMC")), row.text("SJNR")
    if says_real(*titles, text):
        return Handling.CALL, ("drill_became_real",)
    flagged = row.ref("YLBZ") in ("1", "是", "Y", "TRUE", "演练") or row.ref("SJLX").startswith("YL")
    is_drill = flagged or any(map(is_title_of_a_drill, titles)) or is_text_of_a_drill(text)
    return (Handling.DRILL if is_drill else Handling.CALL), ()


def _urgency(row: Fields) -> Urgency:
    """CRITICAL from III级 (较大) or the third alarm on."""
    if _FIRE_ALARMS.intersection(row.text("HJDJ")):
        return Urgency.CRITICAL
    return _GRADES.get(row.ref("SJFJ").removesuffix("色"), Urgency.URGENT)
