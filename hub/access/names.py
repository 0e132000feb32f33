"""How Chinese personal names are built: surname, given name, titles. Tables and rules; no masking here."""

import re
from typing import Final

_COMPOUND: Final = (
    "欧阳太史端木上官司马东方独孤南宫万俟闻人夏侯诸葛尉迟公羊赫连澹台皇甫宗政濮阳公冶太叔申屠公孙慕容仲孙钟离长孙宇文司徒鲜于"
    "司空闾丘子车亓官司寇巫马公西颛孙壤驷公良漆雕乐正宰父谷梁拓跋夹谷轩辕令狐段干百里呼延东郭南门羊舌微生左丘东门西门第五"
)
COMPOUND_SURNAMES: Final = frozenset(_COMPOUND[at : at + 2] for at in range(0, len(_COMPOUND), 2))
"""复姓: surnames of two characters."""

COMMON_SURNAMES: Final = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石"
    "金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常汤测"
)
"""First letters of most people's names; 测 for invented people."""

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
