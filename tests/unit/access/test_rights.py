"""Whose a stored requester is, and what may be written down of who asks."""

import pytest

from hub.access.rights import (
    BASES,
    Basis,
    Fit,
    Kind,
    Person,
    check_basis,
    check_person,
    check_reference,
    fit,
)
from hub.errors import Refused
from hub.model import Resident, ResidentId

PHONE, OTHER_PHONE = "13800000001", "13800000002"
ID, OTHER_ID = "32990119900101103X", "329901199001011048"


def stored(**said: str) -> Resident:
    """A requester as the vault has it."""
    return Resident(id=ResidentId("rs_1"), **said)  # type: ignore[arg-type]


@pytest.mark.nasty("N55", "N56")
@pytest.mark.parametrize(
    ("asks", "has", "said"),
    [
        pytest.param(
            {"id_number": ID, "phone": PHONE},
            {"name": "李四", "id_number": ID.lower()},
            Fit.SAME,
            id="the id number alone is enough",
        ),
        pytest.param(
            {"id_number": ID, "phone": PHONE},
            {"name": "王丽", "phone": PHONE, "id_number": OTHER_ID},
            Fit.OTHER,
            id="another id number is another person, whatever the phone",
        ),
        pytest.param(
            {"phone": PHONE}, {"name": "王丽", "phone": f"+86 {PHONE}"}, Fit.SAME, id="phone and name"
        ),
        pytest.param(
            {"phone": PHONE}, {"name": "王女士", "phone": PHONE}, Fit.SAME, id="a surname with its title"
        ),
        pytest.param({"phone": PHONE}, {"name": "王刚", "phone": PHONE}, Fit.UNSURE, id="one of the family"),
        pytest.param({"phone": PHONE}, {"name": "李女士", "phone": PHONE}, Fit.UNSURE, id="an earlier owner"),
        pytest.param({"phone": PHONE}, {"phone": PHONE}, Fit.UNSURE, id="nobody said a name"),
        pytest.param({"phone": PHONE}, {"name": "匿名", "phone": PHONE}, Fit.UNSURE, id="anonymous"),
        pytest.param({"phone": PHONE}, {"name": "王丽", "phone": OTHER_PHONE}, Fit.OTHER, id="another phone"),
        pytest.param({"phone": ""}, {"name": "王丽"}, Fit.OTHER, id="no phone is nobody's phone"),
        pytest.param(
            {"phone": "138****0001"},
            {"name": "王丽", "phone": "138****0001"},
            Fit.OTHER,
            id="a masked one (N57)",
        ),
    ],
)
def test_a_row_is_theirs_by_id_number_or_by_phone_and_name(
    asks: dict[str, str], has: dict[str, str], said: Fit
) -> None:
    assert said is fit(Person(name="王丽", **asks), stored(**has))


@pytest.mark.parametrize(
    "person",
    [
        Person(name="", phone=PHONE),
        Person(name="匿名", phone=PHONE),
        Person(name="王丽"),
        Person(name="王丽", phone="000000"),
        Person(name="王丽", phone="138****0001"),
    ],
)
def test_who_cannot_be_found_or_told_apart_is_refused(person: Person) -> None:
    with pytest.raises(Refused, match="A503"):
        check_person(person)


@pytest.mark.parametrize("text", ["", "王丽", "2026 12", PHONE, ID, f"XF-{PHONE}", "x" * 41])
def test_a_reference_is_the_number_of_a_file_and_tells_of_nobody(text: str) -> None:
    with pytest.raises(Refused, match="A502"):
        check_reference(text)


def test_a_reference_as_offices_write_it_is_taken() -> None:
    for text in ("XF-2026-0012", "2026/031", "20260310001"):
        check_reference(text)


def test_each_right_has_its_clauses_and_no_other() -> None:
    assert set(Basis) == {one for some in BASES.values() for one in some}
    for kind in Kind:
        for basis in Basis:
            if basis in BASES[kind]:
                check_basis(kind, basis)
            else:
                with pytest.raises(Refused, match="A506"):
                    check_basis(kind, basis)
