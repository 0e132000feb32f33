"""The demo pack's whitelist: what may leave by which exit, and that contracts ask for nothing else."""

from functools import cache

import pytest

from hub.access.fields import is_personal
from hub.model import Contract, Grant, Output, Sensitivity
from hub.pack import Pack, load

NO_TEXT = {"gongdian", "jiaoyu", "minzheng", "yuanlin"}
FULL_PHONE = {"ranqi", "renshe", "shijian", "zilai"}


@cache
def pack() -> Pack:
    """The demo pack, read once."""
    return load()


def grants_of(*fields: str) -> list[Grant]:
    """Every grant of one of these fields."""
    return [grant for grant in pack().grants if grant.field in fields]


def test_what_goes_into_a_topic_is_of_the_incident_or_the_whistle_and_about_nobody() -> None:
    streamed = {grant.field for grant in pack().grants if Output.STREAM in grant.outputs}
    assert streamed
    assert {field.partition(".")[0] for field in streamed} == {"incident", "whistle"}
    assert not any(is_personal(field) for field in streamed)


def test_nobody_gets_an_identity_number_in_full() -> None:
    assert {(grant.department, grant.mask) for grant in grants_of("resident.id_number")} == {
        ("minzheng", "id_age_sex")
    }


def test_a_phone_number_in_full_goes_to_four_for_their_own_matters_with_three_approvals() -> None:
    full = [grant for grant in grants_of("resident.phone") if not grant.mask]
    assert {grant.department for grant in full} == FULL_PHONE
    for grant in full:
        assert grant.categories
        assert grant.max_rows_day is not None
        assert len(set(grant.approved_by)) >= 2
        assert grant.outputs == (Output.API,)


def test_free_text_is_always_scanned_and_four_departments_get_none() -> None:
    texts = grants_of("event.title", "event.content")
    assert {grant.mask for grant in texts} == {"text_scan"}
    called = {contract.department for contract in pack().contracts}
    assert called - {grant.department for grant in texts} == NO_TEXT


def test_a_subdistrict_sees_phones_of_its_own_matters_only() -> None:
    for contract in pack().contracts:
        if contract.department.startswith("jiedao"):
            (grant,) = (
                each for each in grants_of("resident.phone") if each.department == contract.department
            )
            assert grant.areas == contract.accepts[0].areas
            assert grant.mask == "phone_3_4"


def test_every_personal_field_names_two_who_approved_and_ends_within_the_year() -> None:
    for grant in pack().grants:
        assert (grant.valid_to - grant.valid_from).days < 366
        assert grant.legal_basis
        if is_personal(grant.field):
            assert len(set(grant.approved_by)) >= 2, grant.id
        if grant.sensitivity is not Sensitivity.GENERAL:
            assert len(set(grant.approved_by)) >= 2, grant.id


@pytest.mark.parametrize("contract", load().contracts, ids=lambda contract: contract.department)
def test_a_contract_asks_for_exactly_what_is_granted(contract: Contract) -> None:
    asked = {(each.field, each.purpose, each.mask) for each in contract.fields}
    granted = {
        (grant.field, grant.purpose, grant.mask)
        for grant in pack().grants
        if grant.department == contract.department
        and not grant.field.startswith(("dossier.", "card.", "measure."))
    }
    assert asked == granted


def test_what_only_a_dossier_holds_leaves_by_an_export_and_looks_and_accounts_go_to_the_centre_alone() -> (
    None
):
    of_dossiers = [grant for grant in pack().grants if grant.field.startswith("dossier.")]
    assert {(Output.EXPORT,)} == {grant.outputs for grant in of_dossiers}
    centre = {pack().fallback_owner}
    for field in ("dossier.looks", "dossier.answers", "dossier.links", "dossier.accounts"):
        assert centre == {grant.department for grant in grants_of(field)}
    assert {c.department for c in pack().contracts} | centre == {
        grant.department for grant in grants_of("dossier.moves")
    }


def test_words_of_a_report_leave_in_an_export_of_the_centre_alone() -> None:
    exported = {
        grant.department
        for grant in pack().grants
        if Output.EXPORT in grant.outputs and grant.field.startswith(("event.", "resident.", "report."))
    }
    assert {pack().fallback_owner} == exported


def test_departments_that_do_not_go_to_the_place_get_its_point_within_a_hundred_metres() -> None:
    coarse = {grant.department for grant in grants_of("incident.lon") if grant.mask == "geo_100m"}
    assert coarse == {"weijian", "renshe", "jiaoyu", "minzheng", "sifa"}
