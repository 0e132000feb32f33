"""Grids that a source sends: refused where absurd, and laid over the pack's map of their own days."""

import math
from datetime import date

import pytest

from hub.model import Crs, Grid, GridDraft, GridKind, Position
from hub.place.coords import wgs84_to_gcj02
from hub.place.gazetteer import Gazetteer
from hub.place.locate import Claim, Located, locate
from hub.place.surveys import Refused, survey
from tests.unit.place.town import AFTER, BEFORE, WESTERN, Ring, atlas, box

TOWN = atlas()
NOBODY = Gazetteer([])
NORTH = box(120.80, 32.02, 120.83, 32.04)
"""Half of the beat that the town's own map has."""


def sent(*rings: Ring, code: str = "Wbeat-1", crs: Crs = Crs.WGS84, since: str = "2026-03-05", until: str = "",
    kind: GridKind = GridKind.POLICE,
) -> GridDraft:  # fmt: skip
    """An outline as a source sends it."""
    return GridDraft(
        source_ref=code,
        kind=kind,
        code=code,
        name="一警格",
        rings=rings,
        crs=crs,
        valid_from=date.fromisoformat(since),
        valid_to=date.fromisoformat(until) if until else None,
    )


def drawn(draft: GridDraft) -> Grid:
    grid = survey(draft, "police_grid", TOWN.bounds)
    assert isinstance(grid, Grid), grid
    return grid


def beats_at(lon: float, lat: float, *grids: GridDraft, on: str = "2026-03-10") -> list[str]:
    """The grids of other kinds that hold a point on a day, once `grids` have arrived in this order."""
    maps = TOWN.with_surveys([drawn(one) for one in grids]).maps_on(date.fromisoformat(on))
    return [grid_id for each in maps[1:] for grid_id in each.holding(lon, lat)]


@pytest.mark.nasty("N53", "an absurd outline of a source is refused with its fault")
@pytest.mark.parametrize(
    ("code", "reason", "ring"),
    [
        pytest.param("R405", "self_crossing",
            ((120.80, 32.00), (120.83, 32.03), (120.83, 32.01), (120.80, 32.04), (120.80, 32.00)), id="a bow tie"),
        pytest.param("R405", "not_closed", NORTH[:-1], id="open"),
        pytest.param("R405", "too_few_points", NORTH[:2], id="two points"),
        pytest.param("R405", "not_a_number", (NORTH[0], (math.inf, 32.0), *NORTH[2:]), id="no number"),
        pytest.param("R405", "planar_metres", box(580_000.0, 3_541_000.0, 581_000.0, 3_542_000.0), id="metres"),
        pytest.param("R405", "swapped_axes", box(32.00, 120.80, 32.02, 120.82), id="swapped axes"),
        pytest.param("R406", "grid_outside_district", box(121.50, 32.00, 121.52, 32.02), id="elsewhere"),
        pytest.param("R406", "grid_larger_than_district", box(120.0, 31.0, 122.0, 33.0), id="a province"),
    ],
)  # fmt: skip
def test_an_absurd_outline_is_refused(code: str, reason: str, ring: Ring) -> None:
    refused = survey(sent(ring), "police_grid", TOWN.bounds)
    assert isinstance(refused, Refused)
    assert (code, reason) == (refused.code, refused.reasons[0].rule)


@pytest.mark.parametrize("code", ["", "9" * 65])
def test_a_code_that_no_event_could_name_is_refused(code: str) -> None:
    refused = survey(sent(NORTH, code=code), "police_grid", TOWN.bounds)
    assert isinstance(refused, Refused)
    assert ("R202", "/code") == (refused.code, refused.pointer)
    (reason,) = refused.reasons
    assert ("grid_code_length", ["length"]) == (reason.rule, list(reason.facts))


def test_a_code_that_two_kinds_share_is_named_once() -> None:
    town = TOWN.with_surveys(
        [drawn(sent(NORTH, code="one", kind=kind)) for kind in (GridKind.POLICE, GridKind.SECTOR)]
    )
    found = locate(Claim(position=Position(*NORTH_POINT, Crs.WGS84, 6), at=AFTER), town, NOBODY)
    assert isinstance(found, Located)
    assert ("beat-1", "one") == found.place.other_grids


def test_an_outline_in_a_plane_is_refused_whatever_its_figures() -> None:
    refused = survey(sent(NORTH, crs=Crs.CGCS2000_GK), "police_grid", TOWN.bounds)
    assert isinstance(refused, Refused)
    assert "planar_metres" == refused.reasons[0].rule


def test_an_outline_without_any_ring_is_refused() -> None:
    refused = survey(sent(), "police_grid", TOWN.bounds)
    assert isinstance(refused, Refused)
    assert "no_ring" == refused.reasons[0].rule


@pytest.mark.nasty("N53", "a hole before its ring is read as meant")
def test_rings_are_read_in_any_order() -> None:
    hole = box(120.81, 32.025, 120.82, 32.035)
    assert ["beat-1"] == beats_at(120.825, 32.03, sent(hole, NORTH))
    assert [] == beats_at(120.815, 32.03, sent(hole, NORTH))


def test_an_outline_is_read_in_its_own_coordinate_system() -> None:
    shifted = tuple(wgs84_to_gcj02(lon, lat) for lon, lat in NORTH)
    ring = drawn(sent(shifted, crs=Crs.GCJ02)).rings[0]
    assert NORTH == tuple((round(lon, 7), round(lat, 7)) for lon, lat in ring)


SOUTH_POINT, NORTH_POINT, EAST_POINT = (120.815, 32.01), (120.815, 32.03), (120.86, 32.01)
NEW = sent(box(120.85, 32.00, 120.87, 32.02), code="JW02")


@pytest.mark.parametrize(
    ("beats", "at", "on", "grids"),
    [
        pytest.param(["beat-1"], SOUTH_POINT, "2026-03-10", [], id="nothing arrived"),
        pytest.param([], SOUTH_POINT, "2026-03-10", [sent(NORTH)], id="the newer outline of a code wins"),
        pytest.param(["beat-1"], NORTH_POINT, "2026-03-10", [sent(NORTH)], id="… and holds what it holds"),
        pytest.param(["beat-1"], SOUTH_POINT, "2026-03-04", [sent(NORTH)], id="not before its first day"),
        pytest.param([], SOUTH_POINT, "2026-03-05", [sent(NORTH)], id="from its first day on"),
        pytest.param([], SOUTH_POINT, "2026-03-20", [sent(NORTH, until="2026-03-20")], id="to its last day"),
        pytest.param(["beat-1"], SOUTH_POINT, "2026-03-21", [sent(NORTH, until="2026-03-20")], id="not after"),
        pytest.param(["beat-1"], SOUTH_POINT, "2026-03-10", [sent(NORTH, since="2024-01-01")], id="an older one loses"),
        pytest.param(["JW02"], EAST_POINT, "2026-03-10", [NEW], id="a code that the pack does not know"),
        pytest.param(
            [], EAST_POINT, "2026-03-10", [NEW, sent(box(120.80, 32.0, 120.81, 32.01), code="JW02", since="2026-03-06")],
            id="two of one code: the later first day wins",
        ),
        pytest.param(
            [], EAST_POINT, "2026-03-10", [sent(box(120.80, 32.0, 120.81, 32.01), code="JW02", since="2026-03-06"), NEW],
            id="… in whatever order they arrive",
        ),
        pytest.param(
            [], EAST_POINT, "2026-03-10", [NEW, sent(NEW.rings[0], code="JW02", until="2026-03-08")],
            id="sent again with an end",
        ),
        pytest.param(
            [], SOUTH_POINT, "2026-03-10", [sent(NORTH), sent(box(120.80, 32.0, 120.82, 32.02), kind=GridKind.SECTOR, code="S1", since="2026-04-01")],
            id="another kind, later",
        ),
    ],
)  # fmt: skip
def test_of_one_code_the_newest_outline_of_the_day_wins(
    beats: list[str], at: tuple[float, float], on: str, grids: list[GridDraft]
) -> None:
    assert beats == beats_at(*at, *grids, on=on)


def test_what_a_source_sends_never_decides() -> None:
    town = TOWN.with_surveys([drawn(sent(NORTH, code="W10a", kind=GridKind.COMPREHENSIVE))])
    assert [each.version for each in TOWN.maps_on(AFTER.date())] == [
        each.version for each in town.maps_on(AFTER.date())
    ]
    assert () == town.maps_on(date(2020, 1, 1))


def test_a_place_tells_whose_outline_and_since_when() -> None:
    town = TOWN.with_surveys([drawn(sent(NORTH))])
    for at, expected in (
        (AFTER, [{"grid": "beat-1", "source": "police_grid", "valid_from": "2026-03-05"}]),
        (BEFORE, []),
    ):
        found = locate(Claim(position=Position(*NORTH_POINT, Crs.WGS84, 6), at=at), town, NOBODY)
        assert isinstance(found, Located)
        assert ("beat-1",) == found.place.other_grids
        assert expected == [reason.facts for reason in found.reasons if reason.rule == "grid_as_sent"]


def test_a_grid_keeps_the_area_that_the_pack_gives_its_code() -> None:
    town = TOWN.with_surveys([drawn(sent(NORTH))])
    assert WESTERN == town.maps_on(AFTER.date())[1].grids()[0].parent
