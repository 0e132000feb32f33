"""Names that will go away are still read, and say so; one whose day has come is taken out."""

import sys
import warnings
from datetime import date
from types import ModuleType

import pytest

import hub
import hub.plugin
from hub.clock import SHANGHAI, SystemClock
from hub.leaving import LEAVING, STAYS_MONTHS, Leaving, reader

LETTERBOX = Leaving(
    name="hub.plugin.Body",
    since=date(2026, 3, 10),
    gone=date(2027, 3, 10),
    instead="hub.plugin.Parcel",
    lies_in="hub.plugin.adapter",
)


def test_a_leaving_name_is_read_and_says_when_it_goes_and_what_to_use() -> None:
    read = reader("hub.plugin", [LETTERBOX])
    with pytest.warns(DeprecationWarning, match=r"2026-03-10.*2027-03-10.*use hub\.plugin\.Parcel") as said:
        assert hub.plugin.Body is read("Body")
    assert __file__ == said[0].filename, "the warning names who reads it"


def test_a_plugin_that_imports_one_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("gridplus_old_names")
    module.__dict__["__getattr__"] = reader("hub.plugin", [LETTERBOX])
    monkeypatch.setitem(sys.modules, module.__name__, module)
    names: dict[str, object] = {}
    with pytest.warns(DeprecationWarning, match=r"hub\.plugin\.Body"):
        exec("from gridplus_old_names import Body", names)  # noqa: S102  as a plugin's file is run
    assert hub.plugin.Body is names["Body"]


@pytest.mark.parametrize("module", ["hub", "hub.plugin"])
def test_a_name_that_there_never_was_is_none(module: str) -> None:
    with pytest.raises(AttributeError, match="Letterbox"):
        getattr(sys.modules[module], "Letterbox")  # noqa: B009  mypy knows that it is not there


def test_only_the_module_that_it_leaves_has_it() -> None:
    with pytest.raises(AttributeError, match="Body"):
        reader("hub", [LETTERBOX])("Body")


def overdue(rows: tuple[Leaving, ...], today: date) -> list[str]:
    """Names whose day has come."""
    return [one.name for one in rows if one.gone <= today]


def test_the_day_on_which_it_is_gone_is_noticed() -> None:
    assert [] == overdue((LETTERBOX,), date(2027, 3, 9))
    assert ["hub.plugin.Body"] == overdue((LETTERBOX,), date(2027, 3, 10))


def test_no_name_is_kept_past_its_day() -> None:
    today = SystemClock().now().astimezone(SHANGHAI).date()
    assert [] == overdue(LEAVING, today), (
        "delete the row, and the name: docs/engineers.md, Versions of the interface"
    )


def test_each_name_stays_twelve_months_can_be_read_and_is_promised_to_nobody_new() -> None:
    for one in LEAVING:
        months = 12 * (one.gone.year - one.since.year) + one.gone.month - one.since.month
        assert (months, one.gone.day) >= (STAYS_MONTHS, one.since.day), one.name
        module, name = sys.modules[one.module], one.name.rpartition(".")[2]
        assert name not in getattr(module, "__all__", ()), one.name
        with pytest.warns(DeprecationWarning, match=one.name):
            getattr(module, name)


def test_nobody_is_warned_of_what_stays() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for module in (hub, hub.plugin):
            assert all(getattr(module, name) is not None for name in module.__all__)
