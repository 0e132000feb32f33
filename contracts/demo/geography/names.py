"""Invented names. The syllables are put together by chance: no name means a real place, firm or school."""

from collections.abc import Iterator
from itertools import product
from typing import Final

from .dice import Dice

CITY: Final = "云江市"
DISTRICT: Final = "青澜区"
DISTRICT_CODE: Final = "329901"
OLD_DISTRICT_CODES: Final = ("329981", "329982")
"""The two counties that became the district in 2020; their codes live on in other people's data (N51)."""

SUBDISTRICTS: Final = (
    "望河", "柳汀", "青石桥", "澜湾", "鹤鸣", "银杏", "东浦", "西渚",
    "文澜", "虹溪", "竹影", "南埭", "北塘", "星港", "云帆", "禾田",
)  # fmt: skip
"""From the middle of the district outwards; the order is that of the codes and of `jiedao_01` to `jiedao_16`."""

RIVERS: Final = ("青澜河", "云盐运河", "砚溪", "鹭汀港")
LAKES: Final = ("镜澜湖", "望舒湖", "荻花荡", "松月池")

_COMMUNITY: Final = ("竹梅菱荷桂芦柳桐杏榆葵苇蓼萍茭蒲", "溪汀渚浦岸桥塘湾泾泽圩矶堤埠津")
_STREET: Final = ("青云星霞虹雪岚澜墨笛琴弦茶盏舟帆萤雁鸥梧蕉橙", "影声澄远宁和瑞泰景明辉华锦裕平溪汐岫舒庭")
_ESTATE: Final = ("鹿枫兰松鹭鹤燕月雪晴芷蘅霁砚岫棠榴莺萱", "鸣舞栖语隐澜庭墅湾汀影缘韵轩屿坊馨畔")
_ESTATE_KINDS: Final = ("花园", "小区", "新村", "苑", "家园", "公寓", "雅居", "名邸", "华庭")
_HAMLET: Final = (
    "季施缪邵柏瞿黎阮狄卞褚糜虞郁左冒",
    "家",
    ("埭", "桥", "园", "圩", "垛", "甸", "湾", "墩", "灶", "舍", "巷头", "河沿"),
)
_NUMERALS: Final = "零一二三四五六七八九"


def communities(seed: int) -> Iterator[str]:
    """Two-syllable names without 社区 or 村; none twice."""
    return _combined(seed, "communities", *_COMMUNITY)


def streets(seed: int) -> Iterator[str]:
    """Stems of road names, without 路; none twice."""
    return _combined(seed, "streets", *_STREET)


def estates(seed: int) -> Iterator[str]:
    """Names of estates; none twice."""
    return _combined(seed, "estates", *_ESTATE, _ESTATE_KINDS)


def hamlets(seed: int) -> Iterator[str]:
    """Names of natural villages; none twice."""
    return _combined(seed, "hamlets", *_HAMLET)


def numeral(number: int) -> str:
    """1 to 99 in Chinese: 十二, 三十."""
    tens, ones = divmod(number, 10)
    head = "" if not tens else "十" if tens == 1 else _NUMERALS[tens] + "十"
    return head + (_NUMERALS[ones] if ones else "")


def _combined(seed: int, key: str, *parts: str | tuple[str, ...]) -> Iterator[str]:
    yield from Dice(seed, "names", key).shuffled(["".join(chosen) for chosen in product(*parts)])
