"""A post at a place (岗位): who blows a whistle, or reviews one, and for which part of the district.

Pure. Written `post:area`, for instance `community:329901001001`; area codes are cumulative (GB/T 2260), so a place
lies in an area whose code it begins with. Where several persons are at one post, each has a key of their own, whose name
says who behind a stroke: `subdistrict:329901001/wang`. What the post may do is the same for all of them.
"""

from dataclasses import dataclass
from typing import Final

from hub.errors import Refused
from hub.model import AreaId, Level, Place
from hub.whistle.rules import Post, Rules

_STROKE: Final = "/"
_DIGITS: Final = {Post.GRID_WORKER: 12, Post.COMMUNITY: 12, Post.SUBDISTRICT: 9, Post.DISTRICT: 6}
"""How long the code of a post's area is; a grid worker's is the community's that the grid lies in."""


@dataclass(frozen=True, slots=True)
class Posted:
    """One post at one area."""

    post: Post
    area: AreaId

    def __str__(self) -> str:
        return f"{self.post.value}:{self.area}"

    def covers(self, place: Place) -> bool:
        """Whether `place` lies in its area; one that is only known to be in the district is the district's alone."""
        if self.post is Post.DISTRICT:
            return (place.subdistrict_id or self.area).startswith(self.area)
        return (place.community_id or place.subdistrict_id or "").startswith(self.area)


def posted(text: str) -> Posted:
    """The post that `text` says, whoever is at it. Raises Refused W154 where it says none."""
    name, _, area = text.partition(_STROKE)[0].partition(":")
    post = next((one for one in Post if one.value == name), None)
    if post is None or len(area) != _DIGITS[post] or not (area.isascii() and area.isdigit()):
        raise Refused("W154", allowed=", ".join(Post))
    return Posted(post, AreaId(area))


def named(post: str, account: str) -> str:
    """Who is at a post, as the history says it."""
    return f"{post}{_STROKE}{account}"


def account_at(by: str) -> str:
    """The account that a move was made by; "" where a post's key says no more than the post."""
    post, stroke, account = by.partition(_STROKE)
    return account if stroke else "" if ":" in post else by


def check_four_eyes(submitted_by: str, submitted_at: str, reviewed_by: str, reviewed_at: Posted) -> None:
    """Returns where whoever approves a whistle did not submit it: two accounts, or where one of them is not known, two
    posts. Raises Refused W158.
    """
    one, other = account_at(submitted_by), account_at(reviewed_by)
    is_same = one == other if one and other else submitted_at == str(reviewed_at)
    if is_same:
        raise Refused("W158")


def check_may_blow(who: Posted, level: Level, rules: Rules) -> None:
    """Returns where the post may blow at `level`; raises Refused W151 with the levels that it may blow at."""
    own = [one.value for one, said in rules.levels.items() if who.post in said.blown_by]
    if level.value not in own:
        raise Refused("W151", allowed=", ".join(own) or "-")
