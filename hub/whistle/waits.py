"""挂起、延期: may this clock wait, or run longer? The contract's rules say; nothing is decided elsewhere.

Pure. Whether the *state* allows it is the lifecycle's table; this is about for which reason, until when and how often.
What was said holds until then at the latest, so a contract's pauses make a deadline later by `longest` × `most` of its
own units and no more.
"""

from datetime import datetime

from hub.clock import SHANGHAI
from hub.errors import Refused
from hub.model import Move, Report, WaitRules, Whistle
from hub.whistle.calendar import Calendar
from hub.whistle.clocks import deadline


def check_wait(
    report: Report, whistle: Whistle, rules: WaitRules, used: int, calendar: Calendar, at: datetime
) -> None:
    """Returns where `whistle` may wait, or its department ask for time, until `report.until`, from `at` on.

    `rules` are the contract's for pauses or for extensions, `used` how often its department had one, also by the
    whistles that this one goes on for. Raises Refused:
    W116 a reason the contract does not know, W118 none is left, W119 no moment, or one that wins nothing, W117 longer
    than the contract allows; the fact `latest` says until when it may be.
    """
    if report.reason_code not in rules.reason_codes:
        raise Refused("W116", allowed=", ".join(rules.reason_codes) or "-")
    if used >= rules.most:
        raise Refused("W118", most=rules.most)
    if report.until is None or report.until <= _holds_until(report.move, whistle, at):
        raise Refused("W119")
    if rules.longest is not None:
        latest = deadline("wait", rules.longest, at, calendar).due_at
        if report.until > latest:
            raise Refused("W117", latest=latest.astimezone(SHANGHAI).isoformat(timespec="minutes"))


def _holds_until(move: Move, whistle: Whistle, at: datetime) -> datetime:
    """What a wish has to go beyond: this moment, and for more time until when there is time anyway."""
    if move is not Move.ASK:
        return at
    return max((at, *(one.counts_at for one in whistle.deadlines if one.step == "finish")))
