"""A pack may bring a generator of its places; it is loaded by its path, and what goes wrong is the pack's fault."""

import sys

import pytest

from hub.errors import FixSettings
from hub.pack.generator import run_generator

from .conftest import TinyPack

_GENERATOR = """\
from hub.model import Area, AreaId, AreaLevel
from hub.pack.geography import Geography
from .parts.names import NAMES

def generate(seed):
    areas = tuple(Area(AreaId(code), name, AreaLevel(level), AreaId(code[:-3]) if len(code) > 6 else None)
                  for code, name, level in NAMES)
    return Geography(areas=areas, divisions=())
"""
_NAMES = "NAMES = (('329901', '青澜区', 'district'), ('329901001', '望河街道', 'subdistrict'))\n"
_AREAS = """\
id,name,level,parent,kind,valid_from,valid_to,old_ids
329901,青澜区,district,,,,,
329901001,望河街道,subdistrict,329901,,,,
"""


def _generated(tiny: TinyPack, code: str = _GENERATOR) -> None:
    text = (tiny.root / "pack.yaml").read_text(encoding="utf-8")
    begins, ends = text.index("geography:"), text.index("scenario:")
    tiny.write("pack.yaml", f"{text[:begins]}geography: {{generator: make.py, seed: 7}}\n{text[ends:]}")
    tiny.write("make.py", code)
    tiny.write("parts/__init__.py", "")
    tiny.write("parts/names.py", _NAMES)
    tiny.write("areas.csv", _AREAS)


def test_a_generator_with_parts_beside_it_is_loaded_without_touching_the_path(tiny: TinyPack) -> None:
    _generated(tiny)
    before = list(sys.path)
    assert tiny.told() == []
    assert [area.id for area in run_generator(tiny.root, "make.py", 7).areas] == ["329901", "329901001"]
    assert before == sys.path
    assert not {"make", "parts", "parts.names"} & set(sys.modules)


def test_other_areas_than_those_of_the_table_are_told(tiny: TinyPack) -> None:
    _generated(tiny)
    tiny.replace("areas.csv", "望河街道", "柳汀街道")
    assert tiny.told() == [("make.py", 0, "K199")]


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("import nothing_of_this_name\n", id="cannot be imported"),
        pytest.param("generate = None\n", id="no function"),
        pytest.param("def generate(seed):\n    return 1 / 0\n", id="raises"),
        pytest.param("def generate(seed)\n", id="no Python"),
        pytest.param("def make(seed):\n    ...\n", id="another name"),
    ],
)
def test_a_generator_that_fails_is_a_finding_with_the_kind_of_its_error(tiny: TinyPack, code: str) -> None:
    _generated(tiny, code)
    assert tiny.told() == [("make.py", 0, "K198")]
    with pytest.raises(FixSettings, match="K198"):
        _ = tiny.load().atlas


def test_what_needs_no_map_works_without_one(tiny: TinyPack) -> None:
    _generated(tiny, "raise SystemError\n")
    assert len(tiny.load().grants) == 4
    assert not tiny.cache.exists()
