"""Why something is due when it is: each rule of a derivation in words, in Chinese and English.

The rules and their facts are those of `hub.whistle`; a test proves that each of them is told here.
"""

from collections.abc import Mapping
from typing import Final

from hub.messages.text import Language

WHY: Final[Mapping[str, tuple[str, str]]] = {
    "counted": ("自 {from_at} 起计 {value} {unit}", "{value} {unit} from {from_at} on"),
    "counted_same_day": (
        "自 {from_at} 起当日办结：算到当日下班，已下班或当日休息的算到下一个工作日下班",
        "the same working day, from {from_at} on: until its offices close, or those of the next one where they have closed",
    ),
    "calendar": ("按工作日历 {version}", "by the working calendar {version}"),
    "days_skipped": ("不计 {count} 个休息日：{days}", "{count} days off do not count: {days}"),
    "weekend_days_worked": ("调休上班日照计：{days}", "weekend days that are worked count: {days}"),
    "calendar_ends": (
        "日历只到 {covers_to}，其外 {days_beyond} 天暂按上班计，载入新日历后重算",
        "the calendar ends on {covers_to}; {days_beyond} days beyond it count as worked until it is loaded",
    ),
    "paused": (
        "{from_at} 至 {until} 挂起（{code}），{counted} {unit}不计",
        "paused from {from_at} to {until} ({code}): {counted} {unit} do not count",
    ),
    "upgraded": (
        "{at} 升级为 {level}，自升级时起计（原时限：{due_before}）",
        "raised to {level} at {at} and counted from then on (before: {due_before})",
    ),
    "extended": (
        "准予延期至 {until}；法定时限不变",
        "more time was granted, until {until}; what is due stays as it was",
    ),
    "reopened": ("{at} 重办，第 {round} 轮重新起算", "reopened at {at}: round {round} is counted anew"),
    "carried": (
        "承接原哨 {whistle} 的时限，自 {clock_began} 起计，{at} 承接前的时间照计",
        "as it was due by whistle {whistle}, counted from {clock_began}; the time until it was taken over at {at} counts",
    ),
    "source_clock": ("来源自带时限 {name}：{due_at}", "the source's own deadline {name}: {due_at}"),
}
"""Rule → words with its facts in braces."""
UNITS: Final[Mapping[str, tuple[str, str]]] = {
    "work_hour": ("工作时", "office hours"),
    "urgent_hour": ("小时（连续）", "hours without a break"),
    "work_day": ("工作日", "working days"),
    "urgent_day": ("自然日", "natural days"),
    "urgent_minute": ("分钟（连续）", "minutes without a break"),
    "minutes": ("分钟", "minutes"),
    "office_minutes": ("分钟工作时间", "minutes of office time"),
    "work_days": ("个工作日", "working days"),
}
"""Unit → its words."""


def unit_in_words(unit: str, language: Language) -> str:
    """What `unit` is called; itself where it has no word."""
    return UNITS[unit][0 if language is Language.ZH else 1] if unit in UNITS else unit


def in_words(rule: str, facts: Mapping[str, object], language: Language) -> str:
    """The reason as a sentence; "" for a rule that has none."""
    pair = WHY.get(rule)
    if pair is None:
        return ""
    words = pair[0 if language is Language.ZH else 1]
    return words.format(**{**facts, "unit": unit_in_words(str(facts.get("unit", "")), language)})
