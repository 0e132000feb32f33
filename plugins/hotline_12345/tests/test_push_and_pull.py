"""The adapter and the platform over real sockets: what comes in, once, and what happens when it does not."""

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from hub.errors import SignInAgain, TryLater

if TYPE_CHECKING:
    from plugins.hotline_12345.tests.conftest import Desk, Say, Start

PUSH = {"way": "push"}
PULL = {"way": "pull"}


def patient(desk: "Desk", errors: list[str]) -> None:
    """Reads as the supervisor would: the same page again after each TryLater, until one is answered."""
    for _ in range(8):
        try:
            desk.adapter.read("")
        except TryLater as error:
            errors.append(error.code)
        else:
            return


def test_a_pushed_order_arrives_and_is_acknowledged(start: "Start", say: "Say") -> None:
    desk = start(say(extra=PUSH))
    assert desk.system.wait_for(desk.system.done)
    assert 1 == desk.system.said() == len(desk.door.bodies)
    assert desk.draft(desk.door.bodies[0]).source_ref == "PT20260310000001"


def test_orders_are_pulled_page_by_page_and_none_twice(start: "Start", say: "Say") -> None:
    numbers = range(1, 8)
    desk = start(*(say(number, extra=PULL) for number in numbers), page_size=3)
    desk.spoken(7)
    bodies, cursor = desk.pull_all()
    assert [f"PT20260310{number:06d}" for number in numbers] == [
        desk.draft(body).source_ref for body in bodies
    ]
    assert ([], cursor) == desk.pull_all(cursor)
    assert desk.system.done()


@pytest.mark.nasty("N66")
def test_an_order_that_changes_while_pages_are_read_is_neither_lost_nor_doubled(
    start: "Start", say: "Say"
) -> None:
    first = [say(number, extra=PULL) for number in range(1, 7)]
    later = first[0].at + timedelta(hours=2)
    changed = say(2, at=later, revision=1, content="井盖仍缺失，已有人受伤", extra=PULL)
    desk = start(*first, changed, page_size=2, now=first[0].at)
    desk.spoken(6)
    page = desk.adapter.read("")
    desk.clock.pause(3 * 3600)
    desk.spoken(7)
    rest, _ = desk.pull_all(page.cursor)
    refs = sorted(desk.draft(body).source_ref for body in (*page.bodies, *rest))
    assert [f"PT20260310{number:06d}" for number in (1, 2, 2, 3, 4, 5, 6)] == refs


@pytest.mark.nasty("N02")
def test_a_change_within_the_second_of_the_last_pull_is_found_in_the_overlap(
    start: "Start", say: "Say"
) -> None:
    same = say(1, extra=PULL)
    changed = say(1, revision=1, content="同一秒内补充：井盖已移位", at=same.at, extra=PULL)
    late = timedelta(hours=1)
    desk = start(same, say(9, at=same.at + late, extra=PUSH), changed, now=same.at)
    desk.spoken(1)
    bodies, cursor = desk.pull_all()
    desk.clock.pause(late.total_seconds())
    desk.spoken(3)
    again, _ = desk.pull_all(cursor)
    assert [len(bodies), len(again)] == [1, 1]
    before, after = desk.draft(bodies[0]), desk.draft(again[0])
    assert (before.source_ref, before.version) == (after.source_ref, after.version)
    assert before.content != after.content


@pytest.mark.nasty("N01", "N68")
def test_a_resent_order_comes_as_the_same_bytes(start: "Start", say: "Say") -> None:
    desk = start(say(defect="resend"), say(2, extra=PUSH), failures=("ack_lost",))
    assert desk.system.wait_for(desk.system.done)
    contents = [body.content for body in desk.door.bodies]
    assert 6 == desk.system.said() == len(contents)  # each twice, and each again after its lost answer
    assert len(set(contents)) == 2


def test_an_order_that_could_not_be_stored_is_pushed_again_with_a_fresh_nonce(
    start: "Start", say: "Say"
) -> None:
    desk = start(say(extra=PUSH), storing_fails=2)
    assert desk.system.wait_for(desk.system.done)
    assert (len(desk.door.bodies), desk.door.refused, desk.system.said()) == (1, [], 1)


@pytest.mark.parametrize(
    ("failure", "code"),
    [("unsigned_push", "P101"), ("wrong_clock", "P102"), ("replayed_push", "P103")],
)
def test_a_push_that_is_forged_late_or_replayed_is_refused_and_the_true_one_counts_once(
    failure: str, code: str, start: "Start", say: "Say"
) -> None:
    desk = start(say(extra=PUSH), failures=(failure,))
    assert desk.system.wait_for(lambda: desk.system.done() and bool(desk.door.refused))
    assert [code] == desk.door.refused
    assert len(desk.door.bodies) == 1


@pytest.mark.nasty("N65", "N67")
@pytest.mark.parametrize(
    ("failure", "code"),
    [
        pytest.param("http_200_with_error", "S103", id="an error inside HTTP 200"),
        pytest.param("html_login_page", "S104", id="a login page inside HTTP 200"),
        pytest.param("half_an_answer", "S101", id="half an answer"),
        pytest.param("connection_reset", "S101", id="a broken connection"),
        pytest.param("rate_limited", "S105", id="too many requests"),
        pytest.param("server_error", "S102", id="a server error"),
        pytest.param("silent_empty_page", "S110", id="an empty page where orders are announced"),
    ],
)
def test_a_page_that_is_not_what_was_agreed_is_asked_for_again_and_nothing_is_lost(
    failure: str, code: str, start: "Start", say: "Say"
) -> None:
    desk = start(say(extra=PULL), failures=(failure,))
    desk.spoken(1)
    errors: list[str] = []
    patient(desk, errors)
    assert [code, code] == errors
    assert desk.system.done()


def test_a_platform_that_never_answers_is_left_after_the_time_limit(start: "Start", say: "Say") -> None:
    desk = start(say(extra=PULL), failures=("no_answer",), patience_s=0.2)
    desk.spoken(1)
    errors: list[str] = []
    patient(desk, errors)
    assert errors == ["S101"]
    assert desk.system.done()


@pytest.mark.nasty("N71")
def test_a_token_that_ends_in_the_middle_of_a_sweep_is_renewed_on_the_way(start: "Start", say: "Say") -> None:
    desk = start(
        *(say(number, extra=PULL) for number in range(1, 12)),
        failures=("token_expires_mid_page",),
        page_size=1,
    )
    desk.spoken(11)
    bodies, _ = desk.pull_all()
    assert 11 == len({body.content for body in bodies}) == len(bodies)


@pytest.mark.nasty("N71", "N86")
def test_a_token_ends_after_two_hours_and_a_rotated_secret_asks_for_a_person(
    start: "Start", say: "Say"
) -> None:
    desk = start(say(extra=PULL))
    desk.spoken(1)
    desk.adapter.check()
    desk.clock.pause(2 * 3600)
    bodies, _ = desk.pull_all()
    assert len(bodies) == 1
    rotated = start(say(extra=PULL), app_secret="rotated-yesterday")
    with pytest.raises(SignInAgain) as refused:
        rotated.adapter.check()
    assert refused.value.code == "S106"


def test_a_push_beside_the_door_is_refused_in_the_platforms_own_words(start: "Start", say: "Say") -> None:
    desk = start(say(extra=PUSH))
    reply = desk.system.send("POST", "/elsewhere", body=b"{}")
    assert reply is not None
    assert reply.status == 404
    assert reply.body.decode() == '{"code":404,"msg":"接口不存在"}'


def test_the_platform_stops_at_once_and_may_be_stopped_twice(start: "Start", say: "Say") -> None:
    desk = start(say(extra=PULL))
    desk.spoken(1)
    desk.adapter.read("")  # leaves a connection open
    desk.system.stop()
    desk.system.stop()
    with pytest.raises(TryLater) as gone:
        desk.adapter.read("")
    assert gone.value.code == "S101"
