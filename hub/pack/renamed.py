"""`renamed.csv`: former names of roads and estates that live on in what people say (N48). The file may be absent."""

from collections.abc import Collection, Iterator, Mapping
from typing import Final

from hub.contract.finding import Finding
from hub.model import Address
from hub.pack.reading import PackFiles

FILE: Final = "renamed.csv"
COLUMNS: Final = ("old", "new")


def read_renamed(files: PackFiles) -> Mapping[str, str]:
    """Former name → today's name, as the address table writes it."""
    renamed: dict[str, str] = {}
    first_on: dict[str, int] = {}
    if not (files.root / FILE).exists():
        return renamed
    for row in files.rows(FILE, COLUMNS):
        old, new = row["old"], row["new"]
        if not old or not new:
            row.fault("K204", name="old" if not old else "new")
        elif old in renamed:
            row.fault("K112", name=old, first=first_on[old])
        else:
            renamed[old], first_on[old] = new, row.line
    return renamed


def lost_names(renamed: Mapping[str, str], addresses: Collection[Address]) -> Iterator[Finding]:
    """A name of today that no address bears: the former one would lead nowhere."""
    borne = {name for address in addresses for name in (address.road, address.estate)} if renamed else set()
    for old, new in renamed.items():
        if new not in borne:
            yield Finding(FILE, 0, "K187", {"old": old, "name": new})
