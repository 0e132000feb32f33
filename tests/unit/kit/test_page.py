"""The page of the checks tells of checks that there are, and of each that is about the field."""

from hub.kit import check_names
from hub.kit.page import IN_THE_FIELD, checks_page

OF_THE_OFFER = {
    *(
        "named",
        "settings-closed",
        "settings-strict",
        "secrets-marked",
        "skips-named",
        "simulator",
        "settings-reach",
    ),
    *("opens-nothing", "samples-hold", "owner-named", "tells-as-offered"),
    *("reads-all", "becomes-an-event", "pure", "urgency", "secret", "requester"),
    *("inventory-whole", "inventory-versions", "fetched"),
}
"""What is demanded of a plugin that nothing has happened to yet."""


def test_every_check_is_about_the_field_or_about_the_offer() -> None:
    told = [name for names in IN_THE_FIELD.values() for name in names]
    assert len(told) == len({*told})
    assert {*check_names()} == {*told} | OF_THE_OFFER


def test_the_page_names_every_check_with_what_it_demands() -> None:
    page = checks_page()
    assert "docs/reference/checks.md" == page.path
    assert all(f"| `{name}` |" in page.text for name in check_names())
