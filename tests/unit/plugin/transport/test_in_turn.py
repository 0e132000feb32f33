"""Several channels of one source: each keeps its place, and one that fails stops no other."""

import pytest

from hub.errors import HubError, SourceGone, TryLater
from hub.plugin import Body, Page
from hub.plugin.transport.in_turn import InTurn


class Channel:
    """Hands out its number, once; fails while `fault` is set."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.fault: HubError | None = None
        self.closed = 0

    def check(self) -> None:
        if self.fault is not None:
            raise self.fault

    def read(self, cursor: str) -> Page:
        self.check()
        bodies = () if cursor else (Body(str(self.number).encode()),)
        return Page(bodies, "read", more=bool(bodies))

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def channels() -> tuple[Channel, Channel]:
    return Channel(1), Channel(2)


def test_each_channel_has_its_place_in_one_cursor(channels: tuple[Channel, Channel]) -> None:
    source = InTurn("source", {"a": channels[0], "b": channels[1]})
    page = source.read("")
    assert ([b"1", b"2"], True) == ([body.content for body in page.bodies], page.more)
    assert source.read(page.cursor) == Page((), page.cursor)
    source.close()
    assert [one.closed for one in channels] == [1, 1]


def test_a_channel_that_fails_keeps_its_place_and_stops_no_other(channels: tuple[Channel, Channel]) -> None:
    source = InTurn("source", {"a": channels[0], "b": channels[1]})
    channels[0].fault = SourceGone("S107", columns="", fingerprint="")
    page = source.read("")
    assert ([b"2"], ["S107"]) == ([body.content for body in page.bodies], [one.code for one in source.faults])
    source.check()
    channels[0].fault = None
    assert [b"1"] == [body.content for body in source.read(page.cursor).bodies]
    assert source.faults == ()


def test_a_source_without_a_channel_that_works_says_why(channels: tuple[Channel, Channel]) -> None:
    source = InTurn("source", {"a": channels[0], "b": channels[1]})
    for one in channels:
        one.fault = TryLater("S101")
    for ask in (source.check, lambda: source.read("")):
        with pytest.raises(TryLater):
            ask()


def test_a_fault_that_time_may_mend_is_told_once_there_is_nothing_else(
    channels: tuple[Channel, Channel],
) -> None:
    source = InTurn("source", {"a": channels[0], "b": channels[1]})
    channels[0].fault = TryLater("S101")
    cursor = source.read("").cursor
    with pytest.raises(TryLater):
        source.read(cursor)
