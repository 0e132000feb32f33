"""A department's key is changed while the web worker serves: two hold for a while, then one."""

from pathlib import Path

import httpx
from click.testing import CliRunner

from hub.cli import main
from hub.store.principals import digest_of
from tests.connected.patience import until
from tests.e2e.live import LiveHub, said

DEPARTMENT, CODE = "renshe", "080101"
"""One that pulls, and what it is called for."""
FIRST = "f" * 64
"""Invented, as one that stands in the settings."""


def _run(place: LiveHub, *words: str) -> str:
    settings = place.crew.hub.settings
    env = {"GRIDPLUS_HOME": str(settings.home), "GRIDPLUS_STORE": settings.store_url}
    done = CliRunner().invoke(main, ["keys", *words], env=env)
    assert 0 == done.exit_code, done.output
    return done.output.strip()


def _asks(place: LiveHub, key: str) -> tuple[int, list[str]]:
    """(status, whistles that are shown) of a department with this key."""
    with httpx.Client(trust_env=False) as http:
        answer = http.get(
            f"{place.crew.url}/departments/me/whistles", headers={"authorization": f"Bearer {key}"}
        )
    return answer.status_code, [one["id"] for one in answer.json().get("whistles", [])]


def test_a_second_key_holds_at_once_and_the_first_ends_at_once_also_over_a_restart(tmp_path: Path) -> None:
    place = LiveHub(tmp_path, api_keys={DEPARTMENT: FIRST})
    try:
        until(lambda: place.hotline.push(said("GD1", "push", code=CODE)) == 200, "it listens")
        until(lambda: bool(_asks(place, FIRST)[1]), "the department is called")
        before = _asks(place, FIRST)

        second = _run(place, "issue", DEPARTMENT)
        assert before == _asks(place, second) == _asks(place, FIRST)
        first_id = digest_of(FIRST)[:16]
        assert first_id in _run(place, "list", DEPARTMENT)

        _run(place, "revoke", first_id)
        assert (401, []) == _asks(place, FIRST)
        assert before == _asks(place, second)
    finally:
        place.close()
    again = LiveHub(
        tmp_path / "again",
        store=place.crew.hub.settings.store_url,
        home=tmp_path / "home",
        api_keys={DEPARTMENT: FIRST},
    )
    try:
        until(lambda: again.hotline.knock() == 401, "it listens")
        assert (401, before) == (_asks(again, FIRST)[0], _asks(again, second))
    finally:
        again.close()
