"""Bytes to words: which charset was really meant, and whether the words survived on their way.

Pure. Rules: domain.md N07 and N20 (ids are folded, text is not), N18 (mojibake never becomes text),
N19 (rare characters pass), N30 (a declared charset may lie). Nothing about any one source may live here.
"""

import codecs
import re
from typing import Final
from unicodedata import normalize

from hub.errors import BadRecord, HeldRecord

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_GB_FAMILY: Final = frozenset({"gb2312", "gbk", "gb18030", "cp936", "ms936", "euc-cn", "hz-gb-2312"})
_BEYOND_ASCII: Final = re.compile(r"[^\x00-\x7f]+")
_LATIN: Final = re.compile(r"[\x80-\u00ff\u0152-\u0192\u02c6-\u02dc\u2013-\u2122]{3,}")
"""What bytes 0x80–0xFF look like after a Latin-1 or Windows-1252 reader."""
_BROKEN: Final = re.compile(r"[\ufffd\ud800-\udfff]")
"""A lost character, or half of a surrogate pair (`\\ud83d` alone in JSON): no encoder takes it."""
_GBK_HEADS: Final = "".join(
    # UTF-8 Chinese begins with E3–E9 or EF; a GBK reader takes that byte and the next for one of these
    bytes((lead, trail)).decode("gbk", "ignore")
    for lead in (*range(0xE3, 0xEA), 0xEF)
    for trail in range(0x80, 0xC0)
)
_SUSPICION: Final = re.compile(rf"[\ufffd\ud800-\udfff\u00e3-\u00e9\u00ef{_GBK_HEADS}]")
"""One of these is in every mojibake and in hardly any good text: one cheap look before the dear ones."""
_CHINESE: Final = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]+")
_SCIENTIFIC: Final = re.compile(r"[0-9](?:\.[0-9]+)?[eE]\+?[0-9]{2}")
_UNSEEN: Final = dict.fromkeys([*range(0x20), 0x7F, 0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF])
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_CONTROL: Final = dict.fromkeys([code for code in range(0x20) if chr(code) not in "\t\n\r"])


def decode(raw: bytes, *, declared: str = "") -> str:
    """`raw` as text, in the charset that it really has; a byte-order mark is taken off.

    Raises BadRecord R101 where it is in no known one, HeldRecord R104 where the text is mojibake.
    """
    return sound(decode_unproved(raw, declared=declared))


def decode_unproved(raw: bytes, *, declared: str = "") -> str:
    """As `decode`, but mojibake passes: for documents whose fields are proved one by one (`Fields`).

    Strict UTF-8 is believed before what is `declared` (an HTTP or XML charset), since GB text is almost
    never valid UTF-8 while the declaration is often a template's; then GB18030, which holds GBK and
    GB2312. The few GB words that are valid UTF-8 (`一` reads as a Cyrillic letter) need the declaration.
    """
    for mark, charset in _BOMS:
        if raw.startswith(mark):
            return _strict(raw[len(mark) :], charset)
    says_gb = declared.strip().lower().replace("_", "-") in _GB_FAMILY
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = _strict(raw, "gb18030")
        if not (says_gb or _reads_as_chinese(text)):
            raise BadRecord("R101") from None
        return text
    if says_gb and not text.isascii() and not _CHINESE.search(text):
        return _strict(raw, "gb18030")
    return text


def sound(text: str, *, pointer: str = "") -> str:
    """`text` itself; raises HeldRecord R104 where it `is_mojibake`. For fields whose JSON escapes
    (`\\ufffd`) only show after parsing.
    """
    if is_mojibake(text):
        raise HeldRecord("R104", pointer=pointer)
    return text


def is_mojibake(text: str) -> bool:
    """True where characters were lost (`�`, half a surrogate pair), or where UTF-8 was read as GBK (`宕囧窛`) or Latin-1 (`å´‡`).

    A run of characters counts only if reading it back gives at least two Chinese characters and nothing
    else: real words practically never do.
    """
    if text.isascii() or not _SUSPICION.search(text):
        return False
    if _BROKEN.search(text):
        return True
    if any(_was_chinese(_bytes_behind_gbk(run)) for run in _BEYOND_ASCII.findall(text)):
        return True
    return any(_was_chinese(_bytes_behind_latin(run)) for run in _LATIN.findall(text))


def tidy_ref(text: object) -> str:
    """An id as the hub compares it: NFKC (full-width digits become plain), unseen characters and all
    white space taken out, upper case (N07, N20). "" for None. Never for anything a person reads.
    """
    if text is None:
        return ""
    words = str(text)
    if words.isascii() and words.isprintable() and " " not in words:
        return words.upper()
    folded = normalize("NFKC", words).translate(_UNSEEN)
    # once more: taking blanks out and capitals can bring composable characters together
    return "".join(normalize("NFKC", "".join(folded.split()).upper()).split())


def has_lost_digits(text: str) -> bool:
    """True for what a spreadsheet makes of a long number (`3.29901E+17`): its last digits are gone (N21)."""
    return _SCIENTIFIC.fullmatch(text) is not None


def tidy_text(text: object) -> str:
    """Words for people: trimmed, control characters out (line breaks stay), otherwise as sent. "" for None."""
    if text is None:
        return ""
    words = str(text)
    return (words if words.isprintable() else words.translate(_CONTROL)).strip()


def _strict(raw: bytes, charset: str) -> str:
    try:
        return raw.decode(charset)
    except UnicodeDecodeError:
        raise BadRecord("R101") from None  # the cause would quote the bytes


def _reads_as_chinese(text: str) -> bool:
    """Nearly all of the text beyond ASCII is in everyday use (GB2312), and none of it is a control."""
    beyond = "".join(_BEYOND_ASCII.findall(text))
    common = len(beyond.encode("gb2312", "ignore")) // 2
    return bool(beyond) and common >= 0.9 * len(beyond) and not _CONTROLS.search(text)


def _bytes_behind_gbk(run: str) -> bytes:
    return run.encode("gb18030", "ignore")  # half of a surrogate pair has no bytes


def _bytes_behind_latin(run: str) -> bytes:
    """Windows-1252, with the five bytes that it leaves open as Latin-1 has them."""
    return b"".join(bytes((ord(one),)) if ord(one) < 0x100 else one.encode("cp1252", "ignore") for one in run)


def _was_chinese(raw: bytes) -> bool:
    """True where `raw`, read as UTF-8, is Chinese; a cut last character is forgiven."""
    try:
        again = codecs.getincrementaldecoder("utf-8")().decode(raw, final=False)
    except UnicodeDecodeError:
        return False
    return len(again) >= 2 and _CHINESE.fullmatch(again) is not None
