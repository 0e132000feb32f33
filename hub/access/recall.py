"""How many personal values `mask_text` finds: seeded texts with planted, invented values.

`python -m hub.access.recall` prints the figures of `docs/measured.md`; nothing in the journey uses it.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from random import Random
from types import MappingProxyType
from typing import Final

from hub.access.identifiers import luhn_holds, with_check_digit
from hub.access.textscan import mask_text

_SURNAMES: Final = ("王", "李", "测", "欧阳", "诸葛", "陈", "司马", "周")
_GIVEN: Final = ("测试甲", "小测", "一测", "样本", "虚构", "乙", "丙", "示例")
_ROADS: Final = ("测试路", "样本街", "虚构大道", "示例巷")
_ESTATES: Final = ("样本花园", "虚构新村", "示例家园", "测试公寓")
_FRAMES: Final = (
    "市民反映{0}门口有人占道经营，联系方式{0}，请尽快处理。",
    "来电人（{0}）称，每天早上6点到晚上10点噪音很大，多次投诉无果。",
    "<p>投诉人:{0}</p>工单内容：路灯不亮，已报修3次，请回复！",
    "您好，{0}，昨天2026-03-09下午垃圾没有清运，麻烦安排，谢谢😀",
    "单号20260310000123 {0} 已转2科，现场照片3张，楼道堆物未清。",
    "诉求：{0}，反映小区消防通道被堵，热线12345已登记。",
)
_HOME_FRAMES: Final = (
    "市民来电：家住{0}，楼下烧烤店油烟大，请处理。",
    "本人住在{0}，反映样板路路灯不亮。",
    "您好，我是{0}的业主，昨天垃圾没有清运。",
    "来电人住址：{0}。小区消防通道被堵，已报修3次。",
    "我家{0}，门口有人占道经营😀",
    "李女士住{0}，来电反映隔壁装修噪音很大。",
    "老人家里就在{0}，暖气一直不热。",
    "孩子和父母都是{0}的，上学要过马路没有红绿灯。",
    "我们在{0}租的房子，房东不退押金。",
    "{0}这里我住了十年，井盖一直是坏的。",
)
"""How a home is said; the last four in ways that no pattern looks for."""

_SPOKEN: Final = str.maketrans("0123456789", "零幺二三四五六七八九")
_FULL_WIDTH: Final = str.maketrans("0123456789", "０１２３４５６７８９")


def measure(seed: int, count: int) -> dict[str, float]:
    """Share (0–1) of planted values of which nothing is left after masking, by kind; `count` texts a kind.

    Kinds that end in `_in_field` are known to the mask, those in `_in_no_field` are not. The same seed and
    count give the same figures.
    """
    random = Random(seed)  # noqa: S311 - a test set, not a secret
    found: Counter[str] = Counter()
    for kind, plant in _KINDS.items():
        for _ in range(count):
            planted, known = plant(random)
            text = random.choice(_FRAMES_OF.get(kind, _FRAMES)).format(planted)
            found[kind] += _is_gone(planted, text, mask_text(text, known))
    return {kind: found[kind] / count for kind in _KINDS} if count else {}


def _is_gone(planted: str, text: str, masked: str) -> bool:
    """Whether no four letters in a row of the value are left (of a shorter one: the whole)."""
    size = min(4, len(planted))
    pieces = {planted[at : at + size] for at in range(len(planted) - size + 1)}
    return not any(masked.count(piece) > text.replace(planted, "").count(piece) for piece in pieces)


Planted = tuple[str, tuple[str, ...]]
"""The value as it stands in the text, and the values that stand in personal fields."""


def _digits(random: Random, count: int) -> str:
    return "".join(str(random.randrange(10)) for _ in range(count))


def _untidy(random: Random, number: str, cuts: tuple[int, ...]) -> str:
    """`number` as people write it: plain, cut by blanks or dashes, or full-width."""
    manner = random.randrange(4)
    if manner == 0:
        return number.translate(_FULL_WIDTH)
    if manner == 1:
        return number
    parts = [number[first:behind] for first, behind in zip((0, *cuts), (*cuts, len(number)), strict=True)]
    return (" " if manner == 2 else "-").join(parts)


def _mobile(random: Random) -> Planted:
    number = f"1{random.choice('3456789')}{_digits(random, 9)}"
    if random.randrange(10) == 0:
        return number.translate(_SPOKEN), ()
    prefix = random.choice(("", "", "+86 ", "86-"))
    return prefix + _untidy(random, number, (3, 7)), ()


def _landline(random: Random) -> Planted:
    area, number = random.choice(("0513", "010", "021")), f"{random.choice('2345678')}{_digits(random, 7)}"
    return random.choice((f"{area}-{number}", f"({area}){number}", f"{area} {number}", f"{area}{number}")), ()


def _id_18(random: Random) -> Planted:
    first = f"329901{random.randrange(1940, 2020)}{random.randrange(1, 13):02}{random.randrange(1, 29):02}"
    number = with_check_digit(first + _digits(random, 3))
    return _untidy(random, random.choice((number, number.lower())), (6, 14)), ()


def _id_15(random: Random) -> Planted:
    born = f"{random.randrange(30, 99)}{random.randrange(1, 13):02}{random.randrange(1, 29):02}"
    return f"329901{born}{_digits(random, 3)}", ()


def _bank_card(random: Random) -> Planted:
    first = "6222" + _digits(random, 14)
    number = next(first + last for last in "0123456789" if luhn_holds(first + last))
    return _untidy(random, number, (4, 8, 12, 16)), ()


def _plate(random: Random) -> Planted:
    body = random.choice((_digits(random, 5), "D" + _digits(random, 5), f"{_digits(random, 3)}TA"))
    return f"苏{random.choice('ABFK')}{random.choice(('', '·', ' '))}{body}", ()


def _mail(random: Random) -> Planted:
    return f"ceshi{_digits(random, 4)}@{random.choice(('example.com', 'mail.example.cn'))}", ()


def _account(random: Random) -> Planted:
    number = f"{random.choice('123456789')}{_digits(random, 8)}"
    return random.choice((f"QQ号{number}", f"QQ：{number}", f"微信号wx_{number}", f"微信：ceshi{number}")), ()


def _name(random: Random) -> str:
    return random.choice(_SURNAMES) + random.choice(_GIVEN)


def _name_in_field(random: Random) -> Planted:
    name = _name(random)
    surname = next(each for each in sorted(_SURNAMES, key=len, reverse=True) if name.startswith(each))
    titled = surname + random.choice(("先生", "女士", "某", "某某"))
    return random.choice((name, name, " ".join(name), titled)), (name,)


def _nickname_in_field(random: Random) -> Planted:
    name = _name(random)
    return random.choice((f"小{name[0]}", f"{name[0]}姐", f"{name[0]}工", f"阿{name[-1]}")), (name,)


def _address(random: Random) -> tuple[str, str]:
    street = f"{random.choice(_ROADS)}{random.randrange(1, 300)}号"
    home = f"{random.choice(_ESTATES)}{random.randrange(1, 60)}幢{random.randrange(101, 2000)}室"
    return street, home


def _address_in_field(random: Random) -> Planted:
    street, home = _address(random)
    forms = (home, street + home, home.translate(_FULL_WIDTH), home.replace("幢", "号楼"), " ".join(home))
    short = home.replace("幢", "-").replace("室", "")
    return random.choice((*forms, short, home.partition("幢")[2])), (f"云江市青澜区{street}{home}",)


def _address_in_no_field(random: Random) -> Planted:
    street, home = _address(random)
    return random.choice((home, street, street + home)), ()


def _home_in_no_field(random: Random) -> Planted:
    street, home = _address(random)
    forms = (
        home,
        street + home,
        home.replace("室", ""),
        home.replace("幢", "号楼"),
        home.partition("幢")[0] + "幢",
        street,
    )
    return random.choice(forms), ()


_KINDS: Final[Mapping[str, Callable[[Random], Planted]]] = MappingProxyType(
    {
        "mobile": _mobile,
        "landline": _landline,
        "id_18": _id_18,
        "id_15": _id_15,
        "bank_card": _bank_card,
        "plate": _plate,
        "mail": _mail,
        "account": _account,
        "name_in_field": _name_in_field,
        "address_in_field": _address_in_field,
        "nickname_in_field": _nickname_in_field,
        "name_in_no_field": lambda random: (_name(random), ()),
        "address_in_no_field": _address_in_no_field,
        "home_in_no_field": _home_in_no_field,
    }
)
_FRAMES_OF: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType({"home_in_no_field": _HOME_FRAMES})

if __name__ == "__main__":
    for kind, share in measure(seed=20260310, count=1000).items():
        print(f"{kind:24}{share:.3f}")
