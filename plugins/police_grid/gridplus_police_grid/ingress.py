"""What may come in over the police border: the approved fields, by the police system's names (README, 字段).

Approved are matters that are none of the police's (非警务事项) and the outlines of police grids with their duty phone
(domain.md 5.3). Rows of any other kind, and any other field of these two, are cut: suspects, plates, faces, tracks, case
files, and whatever somebody adds tomorrow.
"""

from typing import Final

from hub.plugin import Admitted, Body
from hub.plugin.transport.allowed_rows import AllowedRows
from hub.plugin.transport.ferry import is_refused

MATTER: Final = "FJW"
GRID: Final = "JWG"
_SHARED: Final = "LX JWGBH ZBX GXSJ"
ALLOWED: Final = {
    MATTER: frozenset(
        f"{_SHARED} JQBH ZBDBH YJQBH SJLY SQLX SXDM SXMC JQNR JJCD CLZT BJSJ FSSJ FSDZ XZQH JD WD"
        " LXR LXDH HFBZ NMBZ BMBZ BSDW CSBZ".split()
    ),
    GRID: frozenset(f"{_SHARED} JWGMC BJ QSRQ ZZRQ ZBDH".split()),
}
"""Row type (LX) → fields that may be held."""
FORBIDDEN: Final = frozenset(["SFZH", "XYRXM", "RYLB", "CPHM", "RLTZ", "GJXX", "ZPDZ", "AJBH", "ZRMJ"])
"""Fields that these exports are known to carry: identity number, suspect's name, category of a person, plate, face
features, track, picture or a link to one, case file, officer's name."""
_WORDS: Final = frozenset(["SXMC", "JQNR", "FSDZ"])
_APPROVED: Final = AllowedRows(kind="LX", fields=ALLOWED, told=FORBIDDEN, words=_WORDS)


def admit(body: Body) -> Admitted:
    """What of a row may be held; a refused file's manifest, which is numbers and a digest, as it is."""
    return Admitted(body.content) if is_refused(body.kind) else _APPROVED.admit(body.content)
