"""应急指挥平台, to play with: it produces on a topic of its own, where there is a broker."""

from collections.abc import Mapping
from typing import ClassVar, Final

import orjson

from hub import Stage, Urgency
from hub.plugin import Utterance
from hub.plugin.systems.kafka_topic import FAILURES as OF_TOPICS
from hub.plugin.systems.kafka_topic import KafkaTopicSystem
from hub.plugin.times import local_text

_STATES: Final = {
    Stage.CANCELLED: "误报",
    Stage.CLOSED: "结束",
    Stage.REOPENED: "复燃",
    Stage.IN_PROGRESS: "已到场",
    Stage.DONE_BY_DEPT: "处置完毕",
}
_GRADES: Final = {Urgency.ROUTINE: "一般以下", Urgency.URGENT: "一般", Urgency.CRITICAL: "Ⅱ级"}
FAILURES: Final[Mapping[str, str]] = {
    **OF_TOPICS,
    "poison": "每条消息之前先发一条读不懂的",
}
"""Failure modes by name."""
DEFECTS: Final[Mapping[str, str]] = {
    "poison": "这条之前先发一条读不懂的",
    "people": "这条还带着报警人、伤亡名单和现场照片",
}
"""What an utterance's `defect` may name."""
DRILLS: Final[Mapping[str, Mapping[str, str]]] = {
    "flag": {"YLBZ": "1"},
    "title": {"SJBT": "【演练】{SJBT}"},
    "type": {"SJLX": "YL01", "SJLXMC": "火灾演练"},
    "text": {"SJNR": "【演练】{SJNR}"},
    "called_off": {"YLBZ": "1", "SJZT": "演练取消"},
    "turned_real": {"YLBZ": "0", "SJBT": "【演练】{SJBT}（演练转实战）"},
    "place": {"FSDZ": "消防训练基地演练场", "SJNR": "演练场东侧库房起火"},
}
"""What an utterance's `extra["drill"]` may name, and what it changes; `place` is no drill at all."""


class CommandPlatform(KafkaTopicSystem):
    """Failure modes: `FAILURES`; defects: `DEFECTS`; drills: `DRILLS`."""

    FAILURES: ClassVar[Mapping[str, str]] = FAILURES

    def speak(self, utterance: Utterance) -> None:
        """As the base; before it, where that is wanted, what nobody can read."""
        if self.fails("poison") or utterance.defect == "poison":
            self._send(utterance.ref.encode(), orjson.dumps(self.row(utterance))[:-7])
            self.count()
        super().speak(utterance)

    def row(self, utterance: Utterance) -> Mapping[str, object]:
        """One report on an emergency in the platform's own words."""
        row = {
            "SJBH": utterance.ref,
            "XFJQH": utterance.second_ref,
            "XXLX": "首报" if utterance.revision == 0 else "续报",
            "XXLY": "119接警",
            "SJLX": utterance.code,
            "SJLXMC": "",
            "YLBZ": "0",
            "SJFJ": _GRADES[utterance.urgency],
            "HJDJ": utterance.extra.get("fire_alarm", ""),
            "SJBT": utterance.title,
            "SJNR": utterance.content,
            "SJZT": _STATES.get(utterance.stage, "接报"),
            "FSSJ": local_text(utterance.occurred_at),
            "JBSJ": local_text(utterance.reported_at),
            "GXSJ": local_text(utterance.at),
            "FSDZ": utterance.address,
            "XZQH": utterance.area_code,
            "JD": "" if utterance.lon is None else f"{utterance.lon:.6f}",
            "WD": "" if utterance.lat is None else f"{utterance.lat:.6f}",
        }
        changes = DRILLS.get(utterance.extra.get("drill", ""), {})
        row |= {name: words.format_map(row) for name, words in changes.items()}
        return row | (_people(utterance) if utterance.defect == "people" else {})


def _people(utterance: Utterance) -> dict[str, str]:
    """What such platforms also know of the people in it."""
    person = utterance.requester
    return {
        "BJRXM": person.name if person else "测试报警人",
        "BJRDH": person.phone if person else "13800000000",
        "SWRYMD": "虚构甲,虚构乙",
        "SSQK": "虚构丙，烧伤",
        "XCZP": "http://192.0.2.1/xc/1.jpg",
    }
