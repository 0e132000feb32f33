"""Webhooks: in order, signed, again after a rest; a refusal ends alone, and no department waits for another."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from hub.bus.message import Fenced
from hub.errors import FixSettings, TryLater
from hub.run.care.doctor import Doctor
from hub.run.exits.webhooks import REFUSALS, Hook, Webhooks, sign
from hub.store import deliveries
from tests.instruments import HubInHand

HOOKS = {
    "gongdian": Hook("https://gongdian.example/hook", "k1"),
    "ranqi": Hook("https://ranqi.example/hook", "k2"),
}


class Departments:
    """What answers at the other end: `taken` is what it took, `down` who does not answer now."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, str]] = []
        self.requests: list[httpx.Request] = []
        self.down: dict[str, Callable[[], httpx.Response]] = {}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """One call of a webhook."""
        self.requests.append(request)
        department = request.url.host.split(".")[0]
        if department in self.down:
            return self.down[department]()
        self.taken.append((department, request.content.decode()))
        return httpx.Response(202)


def refuses() -> httpx.Response:
    """A department whose server is ill."""
    return httpx.Response(500)


def hangs() -> httpx.Response:
    """A department whose server does not answer."""
    raise httpx.ReadTimeout("")


@pytest.fixture
def departments() -> Departments:
    """All of them answer."""
    return Departments()


def caller_of(
    hub: HubInHand, departments: Departments, department: str = "gongdian", worker: str = "caller-1"
) -> Webhooks:
    """The worker that calls one of these departments."""
    return Webhooks(
        department,
        HOOKS[department],
        say=lambda message, _whistle, _now: message,
        store=hub.hub.store,
        http=httpx.Client(transport=httpx.MockTransport(departments)),
        clock=hub.clock,
        worker=worker,
        lease_s=15.0,
    )


def work(caller: Webhooks) -> int:
    """Steps until there is nothing to do; returns how many calls were made."""
    made = 0
    while caller.step():
        made += 1
    return made


def queue(hub: HubInHand, department: str, *messages: str) -> None:
    """Whistles on their way to a department's webhook, in this order."""
    new = [
        deliveries.NewDelivery(
            message_id=one, whistle_id=f"wh_{one}", department=department, channel="webhook"
        )
        for one in messages
    ]
    with hub.hub.store.write() as conn:
        deliveries.queue(conn, new, hub.clock.now())


def states(hub: HubInHand) -> dict[str, tuple[str, int]]:
    """Message → (state, attempts)."""
    return {m: (s, n) for m, s, n in hub.rows("SELECT message_id, state, attempts FROM delivery")}


def findings(hub: HubInHand) -> list[tuple[str, object]]:
    """What the doctor says of deliveries: (code, how many)."""
    doctor = Doctor(hub.hub.pack, (), hub.clock.now())
    with hub.hub.store.read() as conn:
        found = doctor.findings(conn)
    return [(one.code, one.facts["count"]) for one in found if one.code in ("D108", "D114")]


def test_a_webhook_gets_its_whistles_in_order_signed_with_its_own_secret(
    hub: HubInHand, departments: Departments
) -> None:
    queue(hub, "gongdian", "w1", "w2")
    queue(hub, "ranqi", "w3")
    assert [2, 1] == [work(caller_of(hub, departments, one)) for one in HOOKS]
    assert [("gongdian", "w1"), ("gongdian", "w2"), ("ranqi", "w3")] == departments.taken
    assert {"w1": ("sent", 0), "w2": ("sent", 0), "w3": ("sent", 0)} == states(hub)
    for request, secret in zip(departments.requests, ("k1", "k1", "k2"), strict=True):
        stamp = request.headers["x-gridplus-timestamp"]
        assert sign(secret, stamp, request.content) == request.headers["x-gridplus-signature"]


@pytest.mark.parametrize("trouble", [refuses, hangs])
def test_what_comes_later_never_overtakes_what_failed(
    hub: HubInHand, departments: Departments, trouble: Callable[[], httpx.Response]
) -> None:
    queue(hub, "gongdian", "w1", "w2")
    caller = caller_of(hub, departments)
    departments.down["gongdian"] = trouble
    work(caller)
    departments.down.clear()
    queue(hub, "gongdian", "w3")
    assert 0 == work(caller)  # the department rests: nothing is due, not even what is new
    assert ([], ("waiting", 1)) == (departments.taken, states(hub)["w1"])
    hub.clock.pause(1)
    work(caller)
    assert [("gongdian", "w1"), ("gongdian", "w2"), ("gongdian", "w3")] == departments.taken


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_trouble_that_passes_is_tried_for_as_long_as_it_lasts(
    hub: HubInHand, departments: Departments, status: int
) -> None:
    queue(hub, "gongdian", "w1")
    departments.down["gongdian"] = lambda: httpx.Response(status)
    caller = caller_of(hub, departments)
    for _ in range(3 * REFUSALS):
        caller.step()
        hub.clock.pause(600)
    assert {"w1": ("waiting", 3 * REFUSALS)} == states(hub)


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 405, 410, 413, 415, 422])
def test_a_refusal_ends_that_whistle_after_a_few_tries_and_the_next_one_goes_on(
    hub: HubInHand, departments: Departments, status: int
) -> None:
    queue(hub, "gongdian", "w1", "w2")
    departments.down["gongdian"] = lambda: httpx.Response(status)
    caller = caller_of(hub, departments)
    for _ in range(REFUSALS):
        assert ("waiting", 0) == states(hub)["w2"]
        caller.step()
        hub.clock.pause(600)
    departments.down.clear()
    work(caller)
    assert {"w1": ("failed", REFUSALS), "w2": ("sent", 0)} == states(hub)
    assert [("S119",), (None,)] == hub.rows("SELECT code FROM delivery ORDER BY seq")
    assert [("D114", 1)] == findings(hub)


def test_what_was_refused_goes_out_again_in_its_order_once_somebody_says_so(
    hub: HubInHand, departments: Departments
) -> None:
    queue(hub, "gongdian", "w1", "w2")
    departments.down["gongdian"] = lambda: httpx.Response(401)
    caller = caller_of(hub, departments)
    for _ in range(2 * REFUSALS):
        caller.step()
        hub.clock.pause(600)
    departments.down.clear()
    with hub.hub.store.write() as conn:
        assert 0 == deliveries.send_again(conn, "ranqi", hub.clock.now())
        assert 2 == deliveries.send_again(conn, "gongdian", hub.clock.now())
    work(caller)
    assert [("gongdian", "w1"), ("gongdian", "w2")] == departments.taken
    assert [] == findings(hub)


def test_a_connection_that_broke_off_is_made_anew_at_once(hub: HubInHand, departments: Departments) -> None:
    def breaks_off() -> httpx.Response:
        departments.down.clear()
        raise httpx.RemoteProtocolError("")

    queue(hub, "gongdian", "w1")
    departments.down["gongdian"] = breaks_off
    caller_of(hub, departments).step()
    assert {"w1": ("sent", 0)} == states(hub)


def test_rests_grow_to_ten_minutes_and_no_further_however_long_it_lasts(
    hub: HubInHand, departments: Departments
) -> None:
    queue(hub, "gongdian", "w1")
    departments.down["gongdian"] = refuses
    caller = caller_of(hub, departments)
    rests = []
    for _ in range(12):
        caller.step()
        rests.append(_rest_s(hub))
        hub.clock.pause(rests[-1])
    assert [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600] == rests
    assert [] == findings(hub)
    with hub.hub.store.write() as conn:
        conn.exec_driver_sql("UPDATE delivery SET attempts = 5000")  # five weeks of it
    caller.step()
    assert 600 == _rest_s(hub)
    assert [("D108", 1)] == findings(hub)


def _rest_s(hub: HubInHand) -> int:
    ((next_us,),) = hub.rows("SELECT next_us FROM delivery")
    return round(float(next_us) / 1e6 - hub.clock.now().timestamp())


@pytest.mark.nasty("N90")
def test_a_department_that_is_down_delays_no_other_and_gets_the_same_whistle_later(
    hub: HubInHand, departments: Departments
) -> None:
    queue(hub, "gongdian", "w1", "w2")
    queue(hub, "ranqi", "w3", "w4")
    departments.down["gongdian"] = hangs
    callers = [caller_of(hub, departments, one) for one in HOOKS]
    for caller in callers:
        work(caller)
    assert [("ranqi", "w3"), ("ranqi", "w4")] == departments.taken
    assert 1 == sum(request.url.host.startswith("gongdian") for request in departments.requests)
    departments.down.clear()
    hub.clock.pause(timedelta(days=1).total_seconds())
    work(callers[0])
    assert [("gongdian", "w1"), ("gongdian", "w2")] == departments.taken[2:]


def test_while_one_department_keeps_its_caller_waiting_another_is_called(
    hub: HubInHand, departments: Departments
) -> None:
    def meanwhile() -> httpx.Response:
        assert 1 == work(caller_of(hub, departments, "ranqi"))
        return hangs()

    queue(hub, "gongdian", "w1")
    queue(hub, "ranqi", "w2")
    departments.down["gongdian"] = meanwhile
    caller_of(hub, departments).step()
    assert {"w1": ("waiting", 1), "w2": ("sent", 0)} == states(hub)


def test_one_caller_of_a_department_leads_and_another_follows_when_its_lease_ends(
    hub: HubInHand, departments: Departments
) -> None:
    leader, second = (caller_of(hub, departments, worker=one) for one in ("caller-1", "caller-2"))
    queue(hub, "gongdian", "w1", "w2", "w3")
    assert [1, 0, 1] == [leader.step(), second.step(), leader.step()]
    hub.clock.pause(16)
    assert [1, 0] == [second.step(), leader.step()]
    assert ["w1", "w2", "w3"] == [message for _, message in departments.taken]


@pytest.mark.nasty("N68")
def test_a_caller_that_slept_through_its_lease_marks_nothing_and_its_call_was_a_repeat(
    hub: HubInHand, departments: Departments
) -> None:
    sleeper, successor = caller_of(hub, departments), caller_of(hub, Departments(), worker="caller-2")

    def sleeps() -> httpx.Response:
        departments.down.clear()
        hub.clock.pause(16)
        successor.step()
        return httpx.Response(202)

    queue(hub, "gongdian", "w1")
    departments.down["gongdian"] = sleeps
    with pytest.raises(Fenced):
        sleeper.step()
    assert {"w1": ("sent", 0)} == states(hub)
    assert 0 == sleeper.step()


@pytest.mark.parametrize("lacks", ["url", "secret"])
def test_a_webhook_without_address_or_secret_is_told_at_the_start(hub: HubInHand, lacks: str) -> None:
    whole = {"url": "https://gongdian.example/hook", "secret": "k1"}
    hub.hub.settings.webhooks["gongdian"] = {name: one for name, one in whole.items() if name != lacks}
    with pytest.raises(FixSettings, match=r"C101.*webhooks\.gongdian"):
        hub.hub.webhooks("gongdian")


def test_a_secret_in_a_file_changes_from_one_call_to_the_next(
    hub: HubInHand, departments: Departments, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "secret"
    monkeypatch.setitem(HOOKS, "gongdian", Hook("https://gongdian.example/hook", secret_file=file))
    caller = caller_of(hub, departments)
    for n, secret in enumerate(("old", "new")):
        file.write_text(f"{secret}\n")
        queue(hub, "gongdian", f"w{n}")
        assert 1 == work(caller)
        said = departments.requests[n]
        stamp = said.headers["x-gridplus-timestamp"]
        assert sign(secret, stamp, said.content) == said.headers["x-gridplus-signature"]


def test_while_the_file_of_a_secret_is_away_nothing_is_sent_and_no_try_is_counted(
    hub: HubInHand, departments: Departments, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "secret"
    monkeypatch.setitem(HOOKS, "gongdian", Hook("https://gongdian.example/hook", secret_file=file))
    caller = caller_of(hub, departments)
    queue(hub, "gongdian", "w1")
    for empty in (False, True):
        if empty:
            file.write_text(" \n")
        with pytest.raises(TryLater) as waits:
            caller.step()
        assert "C119" == waits.value.code
    assert ([], {"w1": ("waiting", 0)}) == (departments.requests, states(hub))
    file.write_text("k1")
    assert 1 == work(caller)
