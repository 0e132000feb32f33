"""What whoever decides about a change is warned of, and how a value looks that may not be shown."""

import pytest

from hub.access.cautions import Caution, Why, cautions
from hub.access.outline import IN_FULL, outline
from hub.model import Grant, Output, Sensitivity
from tests.unit.access.giving import SHUIWU, TODAY, grant

MASKED = grant("resident.phone", "phone_3_4", id_="masked")
ID_MASKED = grant("resident.id_number", "id_6_4", id_="id")
BORN = grant("resident.birth_date", id_="born")


def why(given: Grant, *before: Grant) -> set[Why]:
    """Kinds of warnings of a grant that is to be added."""
    return {one.why for one in cautions(before, (*before, given), given=[given], on=TODAY)}


@pytest.mark.parametrize(
    ("given", "before", "told"),
    [
        (grant("incident.id"), (), set()),
        (MASKED, (), set()),
        (grant("resident.phone"), (), {Why.IN_FULL}),
        (grant("resident.name", "name_1", outputs=(Output.STREAM,)), (), {Why.STREAMED}),
        (grant("incident.id", outputs=(Output.STREAM,)), (), set()),
        (grant("resident.name", "name_1", sensitivity=Sensitivity.MINOR), (), {Why.MINORS}),
        (grant("resident.name", "name_1", sensitivity=Sensitivity.RESTRICTED), (), {Why.MINORS, Why.SECRET}),
        (ID_MASKED, (BORN,), {Why.ID_REBUILT}),
        (BORN, (ID_MASKED,), {Why.ID_REBUILT, Why.IN_FULL}),
        # through another output or for another purpose it adds up all the same
        (grant("resident.birth_date", outputs=(Output.VIEW,)), (ID_MASKED,), {Why.ID_REBUILT, Why.IN_FULL}),
        (MASKED, (grant("resident.phone", purpose="callback", id_="full"),), {Why.MASK_IN_VAIN}),
        # another department's is another matter
        (ID_MASKED, (grant("resident.birth_date", department=SHUIWU),), set()),
        # what stood before is no news
        (grant("resident.name", "name_1"), (ID_MASKED, grant("resident.birth_date", purpose="x")), set()),
    ],
)
def test_a_grant_warns_of_what_it_gives_away(given: Grant, before: tuple[Grant, ...], told: set[Why]) -> None:
    assert told == why(given, *before)


def test_a_warning_names_both_fields() -> None:
    (one,) = (
        one
        for one in cautions([ID_MASKED], [ID_MASKED, BORN], given=[BORN], on=TODAY)
        if one.why is Why.ID_REBUILT
    )
    assert Caution(Why.ID_REBUILT, "chengguan", "resident.id_number", "resident.birth_date") == one


@pytest.mark.parametrize(
    ("text", "mask", "told"),
    [
        ("", "", ""),
        ("", "phone_3_4", ""),
        ("138****1234", "phone_3_4", "●●●****●●●●"),
        ("13800001234", "", IN_FULL),
        ("True", "", IN_FULL),
        ("False", "", IN_FULL),
        ("张*", "name_1", "●*"),
        ("云江市青澜区望河街道竹溪社区文华路12号3幢501室旁边的路口", "text_scan", "●" * 24 + "…"),
        ("电话[号码]", "text_scan", "●●[●●]"),
    ],
)
def test_an_outline_shows_masks_and_nothing_of_the_value(text: str, mask: str, told: str) -> None:
    assert told == outline(text, mask)
