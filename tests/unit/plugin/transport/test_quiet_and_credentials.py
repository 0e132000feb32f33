"""When a source is left alone, and how one shows who one is to it."""

from datetime import datetime, timedelta

import httpx
import pytest
from pydantic import BaseModel, SecretStr, ValidationError

from hub.clock import SHANGHAI, FixedClock
from hub.plugin import PeerRequest
from hub.plugin.transport.credentials import ApiKey, Credentials, Hmac, Md5Sorted
from hub.plugin.transport.quiet import Hours, Pace, awake_s, is_quiet

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=SHANGHAI)
CLOCK = FixedClock(NOON)
SECRET = SecretStr("invented")


@pytest.mark.parametrize(
    ("hours", "at", "quiet"),
    [
        ("", "00:00", False),
        ("00:00-05:00", "00:00", True),
        ("00:00-05:00", "04:59", True),
        ("00:00-05:00", "05:00", False),
        ("23:30-05:00", "23:30", True),
        ("23:30-05:00", "02:00", True),
        ("23:30-05:00", "12:00", False),
        ("12:00-12:00", "12:00", False),
    ],
)
def test_the_hours_in_which_a_source_is_left_alone(hours: str, at: str, quiet: bool) -> None:
    hour, minute = map(int, at.split(":"))
    assert quiet == is_quiet(hours, NOON.replace(hour=hour, minute=minute), SHANGHAI)


@pytest.mark.parametrize(
    ("hours", "slept_h", "awake_h"),
    [
        pytest.param("", 24, 24, id="never left alone"),
        pytest.param("00:00-05:00", 12, 12, id="none of it yet"),
        pytest.param("00:00-05:00", 14, 12, id="in the middle of it"),
        pytest.param("00:00-05:00", 24, 19, id="a whole night"),
        pytest.param("23:30-05:00", 24, 18.5, id="over midnight"),
        pytest.param("00:00-05:00", 72, 57, id="three nights"),
        pytest.param("11:00-13:00", 24, 22, id="begun and ended within it"),
        pytest.param("12:00-12:00", 24, 24, id="no time at all"),
        pytest.param("00:00-05:00", -1, 0, id="a clock that was set back"),
    ],
)
def test_the_time_in_which_a_source_might_have_spoken(hours: str, slept_h: float, awake_h: float) -> None:
    later = NOON + timedelta(hours=slept_h)
    assert awake_h * 3600 == awake_s(hours, NOON, later, SHANGHAI)


@pytest.mark.parametrize("hours", ["24:00-05:00", "0:00-5:00", "00:00", "nightly", "00:00-05:60"])
def test_hours_that_are_none_are_refused(hours: str) -> None:
    class Settings(BaseModel):
        quiet: Hours

    with pytest.raises(ValidationError):
        Settings(quiet=hours)


def test_no_more_questions_a_minute_than_agreed() -> None:
    pace = Pace(3)
    asked = [pace.allows(NOON + timedelta(seconds=second)) for second in range(120)]
    assert [0, 1, 2, 60, 61, 62] == [second for second, was in enumerate(asked) if was]


def test_a_clock_that_is_set_back_keeps_nobody_waiting() -> None:
    pace = Pace(1)
    assert pace.allows(NOON)
    assert pace.allows(NOON - timedelta(hours=1))


def ways() -> dict[str, Credentials]:
    nonces = iter(range(1000))
    return {
        "key": ApiKey(SECRET),
        "hmac": Hmac("app", SECRET, clock=CLOCK, nonce=lambda: f"{next(nonces):032x}"),
        "md5": Md5Sorted("app", SECRET, clock=CLOCK),
    }


def asked(way: Credentials, body: bytes = b"") -> PeerRequest:
    """A request as it leaves a client that signs this way."""
    seen: list[httpx.Request] = []

    def keep(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200)

    with httpx.Client(transport=httpx.MockTransport(keep), auth=way.auth(), base_url="http://a") as client:
        client.post("/list", params={"b": "2", "a": "一"}, content=body)
    (one,) = seen
    return PeerRequest(
        method=one.method,
        path=one.url.path,
        query=one.url.query.decode(),
        headers=dict(one.headers),
        body=one.content,
        peer="",
    )


@pytest.mark.parametrize("name", ways())
def test_who_signs_is_let_in_and_nobody_else(name: str) -> None:
    way, other = ways()[name], ways()
    assert way.admits(asked(way, b"words"))
    for stranger in other.values():
        if type(stranger) is not type(way):
            assert not way.admits(asked(stranger))


@pytest.mark.parametrize("name", ["hmac", "md5"])
def test_a_changed_question_is_not_let_in(name: str) -> None:
    way = ways()[name]
    one = asked(way)
    changed = PeerRequest(
        **{**{f: getattr(one, f) for f in one.__slots__}, "query": one.query.replace("b=2", "b=3")}
    )
    assert not way.admits(changed)
