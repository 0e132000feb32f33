"""The class of a case as one code of a code table: `0110` for an 事件, `B0102` for a 部件.

Pure. The same two digits mean another thing in another table (N24), so a code never goes without its
table, and a table that nobody declared is passed on by its own name: unmapped, never guessed.
"""

from collections.abc import Mapping
from typing import Final

from hub import Code
from hub.plugin.fields import Fields, whole
from hub.plugin.text import tidy_ref

_COMPONENT: Final = "B"


def class_of(
    case: Fields, *, table: str, tables: Mapping[str, str], components: tuple[str, ...], national: bool
) -> Code:
    """The class of `case`; `table` holds where the case does not name its version.

    `1`, `01`, `"1.0"` and `01\\n` are the same two digits (N23, N26). An empty code stays empty.
    """
    version = case.ref("code_version")
    declared = tables.get(version, version) if version else table
    small = case.ref("sub_type_id", "sub_type_code")
    if not national:
        return Code(declared, small)
    big, small = _two(case.ref("main_type_id", "main_type_code")), _two(small)
    joined = small if len(small) == 4 and small.startswith(big) else big + small
    is_component = tidy_ref(case.text("event_type_id", "max_event_type_id")) in {
        tidy_ref(one) for one in components
    }
    return Code(declared, f"{_COMPONENT}{joined}" if joined and is_component else joined)


def _two(ref: str) -> str:
    digits = whole(ref)
    return digits.zfill(2) if digits.isdigit() and len(digits) == 1 else digits
