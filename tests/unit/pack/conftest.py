"""A pack of two communities and four grids, right in every file, to be made wrong by each test."""

import json
from pathlib import Path
from typing import Final

import pytest

from hub.pack import Pack, check, load

_GRIDS: Final = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"code": f"G{column}{row}", "area": f"32990100100{column + 1}"},
            "geometry": {
                "type": "Polygon",
                "coordinates": [
                    [
                        [column * 0.01, row * 0.01],
                        [column * 0.01 + 0.01, row * 0.01],
                        [column * 0.01 + 0.01, row * 0.01 + 0.01],
                        [column * 0.01, row * 0.01 + 0.01],
                        [column * 0.01, row * 0.01],
                    ]
                ],
            },
        }
        for column in (0, 1)
        for row in (0, 1)
    ],
}

_FILES: Final = {
    "pack.yaml": """\
id: tiny
version: '1'
title: {zh: 小区, en: Tiny}
city: 云江市
district: '329901'
geography:
  grids:
    - {file: grids.geojson, kind: comprehensive, version: c-1, valid_from: 2025-01-01, code: code, parent: area}
  addresses: addresses.csv
scenario: {starts_at: '2026-03-10T08:00:00+08:00', seed: 1}
fallback: {owner: zhongxin, within: 4 h}
secrecy: {owner: zhongxin}
retention: {topics: 7 d, records: 365 d, residents: 365 d, logs: 184 d, audit: 1100 d}
""",
    "areas.csv": """\
id,name,level,parent,kind,valid_from,valid_to,old_ids
329901,青澜区,district,,,2020-07-01,,329981;329982
329901001,望河街道,subdistrict,329901,street,2020-07-01,,329981008
329901001001,竹溪社区,community,329901001,residential,2020-07-01,,
329901001002,梅渚社区,community,329901001,residential,2020-07-01,,
""",
    "taxonomy.yaml": """\
version: '1'
classes:
  street_order:
    zh: 街面秩序
    en: Street order
    kind: urban_event
    link_rule: street
    categories:
      vendor: {zh: 无照经营游商, en: Unlicensed vendor}
      shop_outside: {zh: 店外经营, en: Trading outside the shop}
  sudden_incident:
    zh: 突发事件
    en: Sudden incidents
    kind: urban_event
    link_rule: street
    categories:
      pipe_burst: {zh: 供水管破裂, en: Burst pipe, link_rule: sudden}
""",
    "link_rules.yaml": """\
rules:
  street: {distance_m: 50, window: 12 h}
  sudden: {distance_m: 80, window: 2 h, closed_grace: 30 min}
""",
    "codes/cg-2023.csv": """\
code,category,title
0401,street_order.vendor,无照经营游商
0501,sudden_incident.pipe_burst,供水管破裂
""",
    "codes/cg-2015.csv": """\
code,category,title
0501,street_order.vendor,无照经营游商
0401,sudden_incident.pipe_burst,供水管破裂
""",
    "organisations.yaml": """\
organisations:
  zhongxin:
    name: 青澜区网格中心
    kind: centre
    uscc: '12329901000370378G'
    valid_from: 2020-01-01
  chengguan:
    name: 青澜区城市管理局
    kind: department
    aliases: [城管局, 城管局（本部）]
    valid_from: 2020-01-01
  huanwei:
    name: 青澜区环境卫生管理处
    kind: department
    valid_from: 2020-01-01
    valid_to: 2025-12-31
""",
    "calendar.yaml": """\
covers: {from: 2026-01-01, to: 2026-12-31}
hours:
  - {from: 2026-01-01, to: null, spans: ['08:00-12:00', '14:00-18:00']}
years:
  - year: 2026
    source: 通知
    holidays:
      - {name: 元旦, from: 2026-01-01, to: 2026-01-03}
    make_up_days: [2026-01-04]
""",
    "grants.yaml": """\
grants:
  - departments: [zhongxin, chengguan]
    fields: [incident.id, incident.category]
    purpose: handle
    legal_basis: 权责清单
    sensitivity: general
    share_type: unconditional
    outputs: [view, api]
    valid: {from: 2026-01-01, to: 2026-12-31}
    approved_by: [hub_owner]
""",
    "sources.yaml": """\
sources:
  urban_management:
    plugin: urban_management
    title: 数字城管
    code_tables: [cg-2023, cg-2015]
    freshness_s: 1800
""",
    "addresses.csv": """\
id,subdistrict_id,community_id,road,lane,number,estate,building,unit,lon,lat
A1,329901001,329901001001,青影路,,1,,,,0.005,0.005
A2,329901001,329901001002,青影路,,1,鹿鸣花园,3,1,0.015,0.005
""",
    "grids.geojson": json.dumps(_GRIDS, indent=1),
}


class TinyPack:
    """The files on disk, and what the hub says of them."""

    def __init__(self, root: Path, cache: Path) -> None:
        self.root = root
        self.cache = cache
        for file, text in _FILES.items():
            self.write(file, text)

    def write(self, file: str, text: str) -> None:
        (self.root / file).parent.mkdir(parents=True, exist_ok=True)
        (self.root / file).write_text(text, encoding="utf-8")

    def replace(self, file: str, old: str, new: str) -> int:
        """Puts `new` for `old`, which must stand there once; answers with its line."""
        text = (self.root / file).read_text(encoding="utf-8")
        assert text.count(old) == 1
        self.write(file, text.replace(old, new))
        return text[: text.index(old)].count("\n") + 1

    def load(self) -> Pack:
        return load(self.root, self.cache)

    def told(self) -> list[tuple[str, int, str]]:
        """File, line and code of everything that is wrong."""
        return [(each.file, each.line, each.code) for each in check(self.root, self.cache)]


@pytest.fixture
def tiny(tmp_path: Path) -> TinyPack:
    (tmp_path / "pack").mkdir()
    return TinyPack(tmp_path / "pack", tmp_path / "cache")
