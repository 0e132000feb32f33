"""How Chinese personal names are built: surname, given name, titles. Tables and rules; no masking here."""

import re
from typing import Final

COMPOUND_SURNAMES: Final = frozenset(
    "欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 皇甫 宗政 濮阳 公冶 太叔 申屠 "
    "公孙 慕容 仲孙 钟离 长孙 宇文 司徒 鲜于 司空 闾丘 子车 亓官 司寇 巫马 公西 颛孙 壤驷 公良 漆雕 乐正 宰父 谷梁 "
    "拓跋 夹谷 轩辕 令狐 段干 百里 呼延 东郭 南门 羊舌 微生 左丘 东门 西门 第五".split()
)

TITLES: Final = (
    *("先生", "女士", "小姐", "太太", "某某", "某", "老师", "师傅", "阿姨"),
    *("大爷", "大妈", "叔叔", "同志", "老板"),
)
"""What follows a surname when a full name is not said; longer ones first where one begins another."""

DOTS: Final = "·•・‧．∙"
"""Marks between the parts of a transliterated name; `·` U+00B7 is the standard's."""

NO_NAMES: Final = frozenset(("无", "匿名", "不详", "未知", "不愿透露", "保密", "测试", "市民", "群众", "*"))
"""What sources write where no name was given (N54)."""

_TITLE: Final = re.compile(f"(?:{'|'.join(TITLES)})$")


def split_name(name: str) -> tuple[str, str]:
    """Surname and given name of a name in Han characters; a name of two characters is one and one."""
    size = 2 if len(name) > 2 and name[:2] in COMPOUND_SURNAMES else 1
    return name[:size], name[size:]


def without_title(name: str) -> str:
    """`name` without 先生, 女士, 某 and the like at its end; unchanged when nothing else would be left."""
    return _TITLE.sub("", name) or name
