"""Offers the ferry's adapter to the hub."""

from collections.abc import Iterable
from pathlib import Path

from gridplus_police_grid.adapter import PoliceGrid, PoliceGridConfig
from gridplus_police_grid.ingress import FORBIDDEN
from gridplus_police_grid.simulator import PoliceExport
from hub.plugin import AdapterEntry, hookimpl
from hub.plugin.declared import declared

DECLARES = declared(
    public="JWGMC BJ QSRQ ZZRQ ZBDH JWGBH",
    internal="LX ZBX GXSJ JQBH ZBDBH YJQBH SJLY SQLX SXDM JJCD CLZT BJSJ FSSJ XZQH JD WD HFBZ NMBZ BMBZ CSBZ",
    personal="LXR LXDH JQNR SXMC FSDZ BSDW",
    sensitive=" ".join(FORBIDDEN),
)
"""Free text counts as personal: callers name themselves and others in it (N31)."""


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
