"""The pack: everything that is local to a place, loaded whole or refused with all that is wrong with it.

`load` gives a `Pack`, `check` gives findings. A new city is a new folder of files, no code; only places that
are invented, as the demo's are, come from a generator beside the files.
"""

from hub.pack.check import check
from hub.pack.codes import Codes, normalise_code
from hub.pack.landscape import Landmark, Outline, Road, RoadKind, Water, WaterKind
from hub.pack.load import load
from hub.pack.locate_pack import locate_pack
from hub.pack.organisations import Organisation, OrganisationKind, Organisations, uscc_is_valid
from hub.pack.pack import Pack
from hub.pack.sources import SourceSetup
from hub.pack.taxonomy import Category, CategoryKind, Taxonomy

__all__ = [
    "Category",
    "CategoryKind",
    "Codes",
    "Landmark",
    "Organisation",
    "OrganisationKind",
    "Organisations",
    "Outline",
    "Pack",
    "Road",
    "RoadKind",
    "SourceSetup",
    "Taxonomy",
    "Water",
    "WaterKind",
    "check",
    "load",
    "locate_pack",
    "normalise_code",
    "uscc_is_valid",
]
