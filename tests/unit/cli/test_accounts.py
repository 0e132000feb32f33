"""The first accounts of a new installation: one person adds, another confirms."""

from pathlib import Path

import pytest

from tests.unit.cli.test_faults import call, ended
from tests.unit.store.blank import blank


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """An empty store, and a working directory of its own."""
    monkeypatch.chdir(tmp_path)
    blank(tmp_path / "hub.db")
    return f"sqlite:///{tmp_path}/hub.db"


def accounts(url: str, *words: str) -> tuple[int, list[str]]:
    """`gridplus accounts …`: exit code and lines."""
    done = call("accounts", *words, "--store", url)
    return done.exit_code, done.stdout.splitlines()


def test_an_account_opens_something_once_a_second_person_confirmed_it(url: str) -> None:
    added, (first,) = accounts(url, "add", "xitong01", "system_admin", "zhongxin", "--by", "li")
    assert (0, True) == (added, len(first) >= 12)
    waits = ["xitong01 system_admin zhongxin - waiting", "waits: xitong01 role by li"]
    assert (0, waits) == accounts(url, "list")
    assert (1, "A331") == ended(call("accounts", "confirm", "xitong01", "--by", "li", "--store", url))
    confirmed, (half,) = accounts(url, "confirm", "xitong01", "--by", "wang")
    assert (0, 19) == (confirmed, len(half))
    assert (0, ["xitong01 system_admin zhongxin - active"]) == accounts(url, "list")


def test_a_password_is_reset_by_two(url: str) -> None:
    for name, role in (("xitong01", "system_admin"), ("chengguan01", "operator")):
        accounts(url, "add", name, role, "zhongxin", "--by", "li")
        accounts(url, "confirm", name, "--by", "wang")
        assert 0 == accounts(url, "reset", name, "--by", "li")[0]
    assert {f"waits: {name} password by li" for name in ("xitong01", "chengguan01")} == set(
        accounts(url, "list")[1][2:]
    )
    for name in ("xitong01", "chengguan01"):
        assert 1 == len(accounts(url, "confirm", name, "password", "--by", "wang")[1])


def test_a_disabled_account_is_told_as_such(url: str) -> None:
    accounts(url, "add", "chengguan01", "operator", "chengguan", "--by", "li")
    assert (0, []) == accounts(url, "disable", "chengguan01", "--by", "wang")
    assert "chengguan01 operator chengguan - disabled" == accounts(url, "list")[1][0]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        pytest.param(("x", "operator", "chengguan"), "A327", id="a short name"),
        pytest.param(("somebody", "operator", "nobodys"), "A327", id="no organisation of the pack"),
        pytest.param(("somebody", "community", "jiedao_01"), "A327", id="no area"),
        pytest.param(("somebody", "operator", "chengguan", "--area", "x"), "A327", id="no area of the pack"),
        pytest.param(
            ("somebody", "subdistrict", "jiedao_01", "--area", "329901"),
            "A327",
            id="the district for a subdistrict",
        ),
        pytest.param(
            ("somebody", "operator", "chengguan", "--area", "329901001"),
            "A327",
            id="an area for a department",
        ),
        pytest.param(("somebody", "operator", "chengguan", "--subject", "x"), "A327", id="no subject"),
    ],
)
def test_what_is_no_account_here_is_not_added(url: str, words: tuple[str, ...], code: str) -> None:
    assert (1, code) == ended(call("accounts", "add", *words, "--by", "li", "--store", url))
    assert (0, []) == accounts(url, "list")
