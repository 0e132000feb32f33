"""Two who act at the same moment over HTTP: one does, and one is told that somebody was faster, and how it stands now."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from fastapi.testclient import TestClient

from hub.store import principals
from tests.e2e.test_centre import ACCOUNT, OTHER, decide, http, post
from tests.e2e.test_posts import by as as_en
from tests.instruments import HubInHand
from tests.unit.run.lives import whistle_of
from tests.unit.run.matters import incidents, report
from tests.unit.run.matters import whistles as states

pytestmark = pytest.mark.doors

__all__ = ["http"]


@pytest.mark.parametrize("saw", [2, None], ids=["both name what they saw", "neither does"])
def test_of_two_who_decide_at_the_same_moment_one_does_and_one_is_told(
    hub: HubInHand, http: TestClient, saw: int | None
) -> None:
    report(hub, "zilai", "return")
    whistle, together = whistle_of(hub, "zilai"), Barrier(2)

    def act(by: str, move: str) -> tuple[int, dict[str, Any]]:
        together.wait()
        return decide(http, whistle, move, by=by, version=saw)

    with ThreadPoolExecutor(2) as both:
        ends = list(both.map(act, (ACCOUNT, OTHER), ("uphold", "dismiss")))
    (_, done), (status, told) = sorted(ends, key=lambda end: end[0])
    assert (409, "W101" if saw is None else "W128") == (status, told["code"])
    assert done["state"] == states(hub)["zilai"]
    assert saw is None or "version 3" in told["cause"]
    assert [(1,)] == hub.rows("SELECT count(*) FROM step WHERE move IN ('uphold', 'dismiss')")


def test_of_two_who_raise_a_matter_at_the_same_moment_one_does_and_one_is_told(
    hub: HubInHand, http: TestClient
) -> None:
    path, together = f"matters/{incidents(hub)[0]}/upgrade", Barrier(2)

    def act(version: int) -> tuple[int, dict[str, Any]]:
        together.wait()
        return post(http, path, version=version)

    with ThreadPoolExecutor(2) as both:
        (_, raised), (status, told) = sorted(both.map(act, (1, 1)), key=lambda end: end[0])
    assert ("key", 409, "W157") == (raised["level"], status, told["code"])
    assert "version 2" in told["cause"]
    assert [(3,)] == hub.rows("SELECT count(*) FROM step WHERE move = 'upgrade'")
    assert "hard" == post(http, path, version=2)[1]["level"]


@pytest.mark.parametrize("department", ["zilai", "jiedao_12"])
def test_a_department_that_acts_at_the_same_moment_as_the_centre_is_told_too(
    hub: HubInHand, http: TestClient, department: str
) -> None:
    report(hub, department, "return")
    whistle, together = whistle_of(hub, department), Barrier(2)
    with hub.hub.store.write() as conn:
        who = principals.Principal("department", department)
        principals.register(conn, who, f"own-{department}", hub.clock.now())

    def take_back() -> tuple[int, str]:
        together.wait()
        said = {"nonce": "back", "move": "sign", "version": 2}
        path = f"/departments/me/whistles/{whistle}/reports"
        answer = http.post(path, headers=as_en(f"own-{department}"), json=said)
        return answer.status_code, answer.json().get("code", "")

    def dismiss() -> tuple[int, str]:
        together.wait()
        status, told = decide(http, whistle, "dismiss", version=2)
        return status, told.get("code", "")

    with ThreadPoolExecutor(2) as both:
        ends = [one.result() for one in [both.submit(take_back), both.submit(dismiss)]]
    assert [(409, "W128")] == [end for end in ends if end[0] >= 400]
    assert states(hub)[department] == ("signed" if ends[1][0] == 409 else "blown")
