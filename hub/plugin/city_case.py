"""A case of 数字城管 in one city: its class, its stage and its deadline, by what that city has settled for itself.

Pure. The names of the fields are those of the task list that vendors build to GB/T 30428; the standard's own codes and
words are `gb30428`'s. Rules: domain.md 2.3, 2.4, N23, N24, N27.
"""

from collections.abc import Mapping
from datetime import tzinfo
from functools import lru_cache
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Strict

from hub.errors import HeldRecord
from hub.model import Code, SourceClock, Stage
from hub.plugin.fields import Fields
from hub.plugin.gb30428 import class_code, due_at, stage_in_flow
from hub.plugin.text import tidy_ref
from hub.plugin.transport.view_sweep import Words


class CitySettings(BaseModel):
    """What differs from city to city, whatever the channel."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    code_tables: dict[str, str] = {"2015": "cg-2015", "2023": "cg-2023"}
    """The platform's word for a code-table version → the pack's table; a word not listed stays unmapped."""
    components: Words = ("1", "部件", "component")
    """Values of `event_type_id` that mean 部件; all others are 事件."""
    codes: Literal["national", "row_ids"] = "national"
    """`national`: two digits and two digits of GB/T 30428.2; `row_ids`: `sub_type_id` is the code as it is."""
    states: dict[str, Annotated[Stage, Strict(strict=False)]] = {}
    """Local state words and numbers, beside the ones that are known."""
    check_before_filing: Literal["核实", "核查"] = "核实"
    """Which of the two words stands before 立案 here; the other stands before 结案."""


def class_of(case: Fields, city: CitySettings, table: str) -> Code:
    """The class of `case`; `table` holds where the case does not name its version. A table that nobody declared is
    passed on by its own name: unmapped, never guessed (N24)."""
    version, small = case.ref("code_version"), case.ref("sub_type_id", "sub_type_code")
    declared = city.code_tables.get(version, version) if version else table
    if city.codes == "row_ids":
        return Code(declared, small)
    is_component = case.ref("event_type_id", "max_event_type_id") in _tidied(city.components)
    big = case.ref("main_type_id", "main_type_code")
    return Code(declared, class_code(big, small, is_component=is_component))


def stage_of_case(step: str, state: str, city: CitySettings, own: Mapping[str, Stage]) -> Stage:
    """As `stage_in_flow`; `own` are words of the product, and the city's come before them."""
    states = {**own, **city.states} if city.states else own
    return stage_in_flow(step, state, own=states, before_filing=city.check_before_filing)


def clocks_of(case: Fields, zone: tzinfo) -> tuple[SourceClock, ...]:
    """The platform's own deadline: the moment it states, else what a continuous limit comes to.

    Raises HeldRecord R304 for words that are no limit, where no moment is stated.
    """
    from_at = case.moment("dispatch_time", "create_time", zone=zone)
    due = case.moment("act_deadline_time", zone=zone)
    try:
        due = due or due_at(case.text("limit_text"), case.text("limit_unit"), from_at)
    except HeldRecord as error:
        raise HeldRecord(error.code, pointer=case.pointer_to("limit_text")) from None
    return () if due is None else (SourceClock("处置时限", due, from_at),)


def version_of(case: Fields, zone: tzinfo) -> str:
    """The update time, in one form that sorts; "" where there is none, as in a view. Raises HeldRecord R203 for a time
    that cannot be read: any other version would be older or newer for ever."""
    updated = case.moment("update_time", zone=zone)
    return "" if updated is None else updated.isoformat(timespec="milliseconds")


@lru_cache
def _tidied(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(tidy_ref, words))
