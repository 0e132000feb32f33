"""A small pack is a pack like any other."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from hub.model import Accept, Area, AreaId, AreaLevel, DepartmentId, Role
from hub.pack import check, load
from hub.pack.taxonomy import Category, CategoryKind
from hub.run.measure.practice import Handled, contracts_of
from hub.run.measure.small_pack import SmallPack

DISTRICT, STREET, COMMUNITY = AreaId("990001"), AreaId("990001001"), AreaId("990001001001")
BEGINS = date(2025, 1, 1)
SQUARE = [[[0.0, 50.0], [0.01, 50.0], [0.01, 50.01], [0.0, 50.01], [0.0, 50.0]]]


def small() -> SmallPack:
    return SmallPack(
        id="small",
        name="小区",
        begins=BEGINS,
        areas=(
            Area(DISTRICT, "小区", AreaLevel.DISTRICT, None),
            Area(STREET, "一街", AreaLevel.SUBDISTRICT, DISTRICT, "street", old_ids=(AreaId("101"),)),
            Area(COMMUNITY, "一社区", AreaLevel.COMMUNITY, STREET, "residential"),
        ),
        categories=[
            Category("road.hole", "坑", "hole", CategoryKind.URBAN_EVENT, "near", "road", "路", "road"),
            Category("road.dust", "尘", "dust", CategoryKind.URBAN_EVENT, "", "road", "路", "road"),
        ],
        codes={"t-1": {"07": "road.hole", "08": "road.dust"}},
        units={DepartmentId("works"): ("市政所", "市政")},
        contracts=contracts_of(
            [Handled("road.hole", COMMUNITY, DepartmentId("works"))], least=1, begins=BEGINS
        ),
        link_rules={"near": {"distance_m": 50, "window": "12 h"}},
        grids={
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "properties": {"code": "G1", "parent": COMMUNITY},
                    "geometry": {"type": "Polygon", "coordinates": SQUARE},
                }
            ],
        },
    )


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    root = tmp_path / "pack"
    root.mkdir()
    small().write(root)
    pack = load(root, tmp_path / "cache")
    # K222, a contract without examples: practice has none
    assert {"K222"} == {finding.code for finding in check(root, tmp_path / "cache")}
    assert small().areas == tuple(pack.areas.values())
    assert "road.hole" == pack.codes.category_of("t-1", "7")
    assert "works" == pack.organisation_of(name="市政")
    assert (Accept(clause="P-1", categories=("*", "road.*", "road.hole"), role=Role.LEAD),) == (
        pack.contracts[0].accepts
    )
    assert 50 == (rule.distance_m if (rule := pack.link_rules.of("road.hole")) else None)
    assert ("990001001001", 1) == (pack.geography.maps[0].map.grids()[0].parent, len(pack.geography.maps))


def test_a_pack_may_have_no_grids(tmp_path: Path) -> None:
    root = tmp_path / "pack"
    root.mkdir()
    replace(small(), grids=None).write(root)
    assert () == load(root, tmp_path / "cache").geography.maps
