"""A department's key is replaced without a gap: a second is issued, the first revoked, and the list shows no key."""

from pathlib import Path

import pytest

from hub.store import principals
from hub.store.engine import Store
from tests.unit.cli.test_faults import call, ended
from tests.unit.store.blank import blank


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """An empty store, and a working directory of its own."""
    monkeypatch.chdir(tmp_path)
    blank(tmp_path / "hub.db")
    return f"sqlite:///{tmp_path}/hub.db"


def issue(url: str, name: str) -> str:
    """A new key of the department `name`."""
    return call("keys", "issue", name, "--store", url).stdout.strip()


def listed(url: str, *name: str) -> list[list[str]]:
    """Rows of `keys list`: id, kind, name, made, revoked."""
    return [line.split() for line in call("keys", "list", *name, "--store", url).stdout.splitlines()]


def speaks_for(url: str, key: str) -> str | None:
    """Whom a running hub takes a caller with `key` for."""
    store = Store(url)
    try:
        with store.read() as conn:
            who = principals.who_has(conn, key)
    finally:
        store.close()
    return who.name if who else None


def test_a_second_key_goes_on_when_the_first_is_revoked(url: str) -> None:
    old, new, others = issue(url, "zilai"), issue(url, "zilai"), issue(url, "sifa")
    assert ["zilai", "zilai", "sifa"] == [speaks_for(url, key) for key in (old, new, others)]
    (first,) = (row for row in listed(url, "zilai") if row[0] == principals.digest_of(old)[:16])
    assert 0 == call("keys", "revoke", first[0], "--store", url).exit_code
    assert [None, "zilai", "sifa"] == [speaks_for(url, key) for key in (old, new, others)]
    ended_at = {row[0]: row[4] for row in listed(url, "zilai")}
    assert ("-", True) == (ended_at.pop(principals.digest_of(new)[:16]), ended_at[first[0]] != "-")


def test_the_list_shows_whose_keys_there_are_and_no_key(url: str) -> None:
    keys = [issue(url, "zilai"), issue(url, "sifa")]
    rows = listed(url)
    assert [["department", "sifa"], ["department", "zilai"]] == [row[1:3] for row in rows]
    assert not any(key in str(rows) for key in keys)


@pytest.mark.parametrize(
    ("key_id", "exit_", "code"), [("0" * 16, 2, "C106"), ("%", 2, "C101"), ("", 2, "C101")]
)
def test_only_the_whole_id_of_a_living_key_revokes_it(url: str, key_id: str, exit_: int, code: str) -> None:
    key = issue(url, "zilai")
    assert (exit_, code) == ended(call("keys", "revoke", key_id, "--store", url))
    assert "zilai" == speaks_for(url, key)


def test_two_persons_at_one_post_have_a_key_each_by_their_accounts(url: str) -> None:
    post = "subdistrict:329901001"
    made = [
        call("keys", "issue", post, "--post", *words, "--store", url).stdout.strip()
        for words in (("--as", "wang"), ("--as", "li"), ())
    ]
    assert [f"{post}/wang", f"{post}/li", post] == [speaks_for(url, key) for key in made]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        pytest.param(("subdistrict:329901001", "--post", "--as", "a/b"), "C101", id="no account"),
        pytest.param(
            ("subdistrict:329901001", "--post", "--as", "a" * 60), "C101", id="too long with its post"
        ),
        pytest.param(("zilai", "--as", "wang"), "", id="no post"),
    ],
)
def test_what_is_no_account_at_a_post_gets_no_key(url: str, words: tuple[str, ...], code: str) -> None:
    done = call("keys", "issue", *words, "--store", url)
    assert (2, True) == (done.exit_code, code in done.stderr)
    assert [] == listed(url)
