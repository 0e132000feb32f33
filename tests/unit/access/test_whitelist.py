"""Which grants are in force: the pack's, with what was decided since (decision 60)."""

from dataclasses import replace

import pytest

from hub.access.whitelist import Decision, Fixed, Renewed, joined
from hub.model import Grant
from tests.unit.access.giving import Changing, grant

OURS = grant("resident.phone", id_="g1")
LOOSER = replace(OURS, mask="phone_3_4", version=2)
OTHER = grant("resident.name", id_="g2")
ENDED = Decision("g1", 2, None)


@pytest.mark.parametrize(
    ("pack", "decided", "in_force"),
    [
        ((OURS,), (), (OURS,)),
        ((OURS,), (Decision("g1", 2, LOOSER),), (LOOSER,)),
        ((OURS,), (ENDED,), ()),
        ((OURS, OTHER), (ENDED,), (OTHER,)),
        ((OTHER,), (Decision("g1", 2, LOOSER),), (OTHER, LOOSER)),
        # the pack of before, or with the decision written into it: the decision stands
        ((replace(OURS, version=2),), (Decision("g1", 2, LOOSER),), (LOOSER,)),
        # its author raised the version: the pack says otherwise
        ((replace(OURS, version=3),), (Decision("g1", 2, LOOSER),), (replace(OURS, version=3),)),
        ((replace(OURS, version=3),), (ENDED,), (replace(OURS, version=3),)),
    ],
)
def test_a_decision_wins_over_the_pack_until_the_packs_version_is_higher(
    pack: tuple[Grant, ...], decided: tuple[Decision, ...], in_force: tuple[Grant, ...]
) -> None:
    assert in_force == joined(pack, decided)


def test_what_is_made_of_grants_is_made_once_until_they_change() -> None:
    whitelist = Changing(OURS)
    made: list[tuple[Grant, ...]] = []
    renewed = Renewed(whitelist, lambda grants: made.append(grants) or len(made))  # type: ignore[func-returns-value]
    assert [1, 1] == [renewed.now(), renewed.now()]
    whitelist.are(OURS, OTHER)
    assert [2, 2] == [renewed.now(), renewed.now()]
    assert [(OURS,), (OURS, OTHER)] == made


def test_fixed_grants_stay_what_they_are() -> None:
    one = Fixed([OURS])
    assert one.now() is one.now()
    assert (OURS,) == one.now().grants
