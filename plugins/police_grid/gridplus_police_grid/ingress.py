"""What may come in over the police border: an allow-list, applied before anything is stored.

Pure. Approved are matters that are none of the police's (非警务事项) and the outlines of police grids with
their duty phone (domain.md 5.3). Rows of any other kind, and any other field of these two, are cut:
suspects, plates, faces, tracks, case files, and whatever somebody adds tomorrow.
"""

import json
from collections.abc import Mapping
from typing import Final

from hub.plugin import Admitted, Body

MATTER: Final = "FJW"
GRID: Final = "JWG"
_SHARED: Final = frozenset({"LX", "JWGBH", "ZBX", "GXSJ"})
ALLOWED: Final[Mapping[str, frozenset[str]]] = {
    MATTER: _SHARED
    | {
        *("JQBH", "ZBDBH", "YJQBH", "SJLY", "SQLX", "SXDM", "SXMC", "JQNR", "JJCD", "CLZT"),
        *("BJSJ", "FSSJ", "FSDZ", "XZQH", "JD", "WD"),
        *("LXR", "LXDH", "HFBZ", "NMBZ", "BMBZ", "BSDW", "CSBZ"),
    },
    GRID: _SHARED | {"JWGMC", "BJ", "QSRQ", "ZZRQ", "ZBDH"},
}
"""Row type (LX) → fields that may be held; meanings stand in the README."""
FORBIDDEN: Final[Mapping[str, str]] = {
    "SFZH": "identity number",
    "XYRXM": "suspect's name",
    "RYLB": "category of a person",
    "CPHM": "plate",
    "RLTZ": "face features",
    "GJXX": "track",
    "ZPDZ": "picture or a link to one",
    "AJBH": "case file",
    "ZRMJ": "officer's name",
}
"""Fields that these exports are known to carry: their names may be told, others are `unlisted`."""


def admit(body: Body) -> Admitted:
    """The row with nothing but allowed fields, byte for byte where all are; None where it must not be held.

    A row that cannot be read cannot be judged either, and is not held. `dropped` names known fields,
    `unlisted` ones without their names, and `repeated` ones (a second value under the same name).
    """
    if not body.kind.startswith("row:"):
        return Admitted(body.content)  # a manifest: numbers and a digest
    repeated: list[str] = []

    def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
        if len(dict(pairs)) < len(pairs):
            repeated.append("repeated")
        return dict(pairs)

    charset = _charset(body.content)
    try:
        row = json.loads(body.content.decode(charset), object_pairs_hook=once)
    except (ValueError, RecursionError):
        return Admitted(None, ("unreadable",))
    allowed = ALLOWED.get(str(row.get("LX"))) if isinstance(row, dict) else None
    if allowed is None:
        return Admitted(None, ("LX",))
    kept = {name: value for name, value in row.items() if name in allowed and _is_plain(value)}
    cut = [name if name in allowed or name in FORBIDDEN else "unlisted" for name in row.keys() - kept.keys()]
    dropped = tuple(sorted({*cut, *repeated}))
    if not dropped:
        return Admitted(body.content)
    return Admitted(_encoded(kept, charset), dropped)


def _encoded(kept: Mapping[str, object], charset: str) -> bytes:
    """In the row's own charset; with escapes where a word holds half a character, which no charset can hold."""
    try:
        return json.dumps(kept, ensure_ascii=False).encode(charset)
    except UnicodeEncodeError:
        return json.dumps(kept).encode()


def _charset(raw: bytes) -> str:
    """Enough to see the structure; whether the words are sound is seen when they are read."""
    try:
        raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8-sig" if raw.startswith(b"\xef\xbb\xbf") else "utf-8"


def _is_plain(value: object) -> bool:
    """Nothing can be hidden inside an allowed field."""
    return not isinstance(value, dict | list)
