"""Offers the ferry's adapter to the hub."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from gridplus_police_grid.adapter import PoliceGrid
from gridplus_police_grid.config import PoliceGridConfig
from gridplus_police_grid.ingress import ALLOWED, FORBIDDEN
from gridplus_police_grid.simulator import PoliceExport
from hub.plugin import AdapterEntry, hookimpl

_PERSONAL: Final = frozenset({"LXR", "LXDH", "JQNR", "SXMC", "FSDZ", "BSDW"})
"""Free text counts as personal: callers name themselves and others in it (N31)."""
_PUBLIC: Final = frozenset({"JWGMC", "BJ", "QSRQ", "ZZRQ", "ZBDH", "JWGBH"})
DECLARES: Final = {
    **{
        name: "personal" if name in _PERSONAL else "public" if name in _PUBLIC else "internal"
        for names in ALLOWED.values()
        for name in sorted(names)
    },
    **dict.fromkeys(FORBIDDEN, "sensitive"),
}


@hookimpl
def grid_adapters() -> Iterable[AdapterEntry]:
    """One adapter: `police_grid`."""
    yield AdapterEntry(
        name="police_grid",
        title="公安警格（单向摆渡）",
        config=PoliceGridConfig,
        make=PoliceGrid,
        simulator=PoliceExport,
        samples=Path(__file__).parent / "samples",
        declares=DECLARES,
        owner="公安摆渡对接组",
        cannot_tell=True,
    )
