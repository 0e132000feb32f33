"""Moments as sources write them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.clock import SHANGHAI
from hub.errors import HeldRecord
from hub.plugin.times import parse_moment, time_flags, zone_of

EIGHT = datetime(2026, 3, 10, 8, 5, tzinfo=SHANGHAI)


@pytest.mark.nasty("N34")
@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("20260310080500", EIGHT),
        ("202603100805", EIGHT),
        ("20260310080500123", EIGHT.replace(microsecond=123000)),
        ("2026/3/10 8:05", EIGHT),
        ("2026-03-10 08:05:00", EIGHT),
        ("2026-03-10 08:05:00.0", EIGHT),
        ("2026-03-10T08:05:00+08:00", EIGHT),
        ("2026-03-10T00:05:00Z", EIGHT),
        ("2026.3.10 08:05", EIGHT),
        ("2026年3月10日 8时5分", EIGHT),
        ("2026年03月10日08时05分00秒", EIGHT),
        ("２０２６-０３-１０　０８：０５", EIGHT),
        ("1773101100", EIGHT),
        ("1773101100000", EIGHT),
        (1773101100, EIGHT),
        ("10-MAR-26 08.05.00.000000 AM", EIGHT),
        ("10-3月 -26 08.05.00.000000 上午", EIGHT),
        ("2026-03-10 08:05:00 PM", EIGHT + timedelta(hours=12)),
        ("2026-03-10 下午8:05", EIGHT + timedelta(hours=12)),
        ("2026-03-10 12:05:00 AM", EIGHT - timedelta(hours=8)),
        ("2026-03-09 24:00:00", datetime(2026, 3, 10, tzinfo=SHANGHAI)),
        ("2026年11月22日", datetime(2026, 11, 22, tzinfo=SHANGHAI)),
        ("20261122", datetime(2026, 11, 22, tzinfo=SHANGHAI)),
        ("22-NOV-26", datetime(2026, 11, 22, tzinfo=SHANGHAI)),
    ],
)
def test_a_moment_is_read_in_the_formats_of_the_field(text: str | int, moment: datetime) -> None:
    assert moment == parse_moment(text)


@pytest.mark.nasty("N35")
@pytest.mark.parametrize(
    "text",
    [
        "0000-00-00",
        "0000-00-00 00:00:00",
        "00000000000000",
        "1900-01-01",
        "1900-01-01 00:00:00.0",
        "9999-12-31",
        "9999-12-31 23:59:59",
        "1970-01-01 08:00:00",
        "1970-01-01",
        "0001-01-01T00:00:00Z",
        "",
        "  ",
        "null",
        "NULL",
        "无",
        "0",
        None,
    ],
)
def test_dates_that_databases_write_for_nothing_are_none(text: str | None) -> None:
    assert parse_moment(text) is None


@pytest.mark.nasty("N33")
def test_a_zone_is_the_declared_one_unless_the_text_has_its_own() -> None:
    as_utc = parse_moment("2026-03-10 08:05:00", zone=UTC)
    assert parse_moment("2026-03-10 08:05:00") == EIGHT
    assert as_utc == EIGHT + timedelta(hours=8)
    assert parse_moment("2026-03-10 08:05:00+08:00", zone=UTC) == EIGHT


@pytest.mark.nasty("N34")
def test_what_no_format_fits_is_held_and_not_quoted() -> None:
    for text in ("上周三", "2026-02-30", "2026-13-01 00:00:00", "25:00", "12345", "2026-03-10 08:61"):
        with pytest.raises(HeldRecord) as held:
            parse_moment(text)
        assert (held.value.code, held.value.facts) == ("R203", {})


def test_a_declared_pattern_reads_what_no_usual_format_does() -> None:
    american = "03/10/2026 08:05"
    with pytest.raises(HeldRecord):
        parse_moment(american)
    assert parse_moment(american, formats=("%m/%d/%Y %H:%M",)) == EIGHT


@given(st.datetimes(datetime(2002, 1, 1), datetime(2099, 1, 1)))  # noqa: DTZ001  the zone is the test's subject
def test_every_way_of_writing_a_moment_gives_the_same_moment(local: datetime) -> None:
    moment = local.replace(microsecond=0, tzinfo=SHANGHAI)
    written = [
        moment.strftime("%Y-%m-%d %H:%M:%S"),
        moment.strftime("%Y/%m/%d %H:%M:%S"),
        moment.strftime("%Y%m%d%H%M%S"),
        moment.strftime("%Y年%m月%d日 %H时%M分%S秒"),
        moment.isoformat(),
        moment.astimezone(UTC).isoformat(),
        str(int(moment.timestamp())),
    ]
    assert {moment} == {parse_moment(text) for text in written}


@pytest.mark.nasty("N36", "N37")
@pytest.mark.parametrize(
    ("occurred", "reported", "flags"),
    [
        pytest.param(-60, -30, (), id="in order"),
        pytest.param(None, None, (), id="nothing said"),
        pytest.param(5, 5, (), id="five minutes of clock difference"),
        pytest.param(-30, -60, ("times_disordered",), id="reported before it happened"),
        pytest.param(120, -30, ("clock_suspect", "times_disordered"), id="two hours fast"),
        pytest.param(-60 * 24 * 365 * 50, -30, ("clock_suspect",), id="a clock of 1976"),
    ],
)
def test_clocks_that_are_wrong_are_flagged(
    occurred: float | None, reported: float | None, flags: tuple[str, ...]
) -> None:
    def at(minutes: float | None) -> datetime | None:
        return None if minutes is None else EIGHT + timedelta(minutes=minutes)

    assert flags == time_flags(occurred_at=at(occurred), reported_at=at(reported), received_at=EIGHT)


@pytest.mark.nasty("N36")
def test_a_device_that_woke_up_without_a_clock_keeps_its_time_and_is_flagged() -> None:
    woken = parse_moment("1970-01-01 08:03:12")
    assert woken == datetime(1970, 1, 1, 0, 3, 12, tzinfo=UTC)
    assert time_flags(occurred_at=woken, reported_at=None, received_at=EIGHT) == ("clock_suspect",)


@pytest.mark.nasty("N36", "a clock that is slow shows itself at the upload alone")
@pytest.mark.parametrize(
    ("minutes", "flags"), [(-15, ("clock_suspect",)), (15, ("clock_suspect",)), (-5, ()), (None, ())]
)
def test_one_moment_by_two_clocks_shows_that_one_of_them_is_wrong(
    minutes: float | None, flags: tuple[str, ...]
) -> None:
    clocks = (None if minutes is None else EIGHT + timedelta(minutes=minutes), EIGHT)
    assert flags == time_flags(occurred_at=None, reported_at=None, received_at=EIGHT, by_each_clock=clocks)


@pytest.mark.parametrize(
    ("text", "offset_h"), [("+08:00", 8), ("+0800", 8), ("-05:00", -5), ("UTC", 0), ("Asia/Shanghai", 8)]
)
def test_a_zone_is_declared_as_offset_utc_or_shanghai(text: str, offset_h: int) -> None:
    assert EIGHT.astimezone(zone_of(text)).utcoffset() == timedelta(hours=offset_h)


@pytest.mark.parametrize("text", ["", "+25:00", "Europe/Berlin", "8", "+08:99"])
def test_any_other_zone_is_refused_at_start(text: str) -> None:
    with pytest.raises(ValueError, match="zone"):
        zone_of(text)


def test_an_aware_moment_passes_and_a_naive_one_gets_the_declared_zone() -> None:
    naive = EIGHT.replace(tzinfo=None)
    assert parse_moment(EIGHT) == parse_moment(naive) == EIGHT
    assert parse_moment(naive, zone=UTC) == EIGHT + timedelta(hours=8)


@given(
    st.datetimes(),
    st.sampled_from(["%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S"]),
    st.sampled_from(["", ".0", ".125", ".999999", "Z", "+09:00"]),
    st.sampled_from(["+08:00", "-14:00", "UTC", "Asia/Shanghai"]),
)
def test_the_usual_forms_are_read_as_all_others_are(
    moment: datetime, form: str, behind: str, zone: str
) -> None:
    """A blank behind them makes them unusual."""
    text = moment.strftime(form).rjust(19, "0") + behind
    assert parse_moment(text, zone=zone_of(zone)) == parse_moment(f"{text} ", zone=zone_of(zone))


def test_a_day_of_a_week_is_no_date() -> None:
    with pytest.raises(HeldRecord, match="R203"):
        parse_moment("2026-W10-1 23:59:59")


def test_without_any_form_no_text_is_a_moment() -> None:
    with pytest.raises(HeldRecord, match="R203"):
        parse_moment("2026-03-09 08:05:00", formats=())
