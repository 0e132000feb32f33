"""Reading a pack whole: the order in which its files are read, and what each may refer to."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final

from hub.access.masks import MASKS
from hub.contract.finding import Finding
from hub.contract.known import Known
from hub.contract.load import parse
from hub.errors import FixSettings
from hub.model import Contract
from hub.pack.areas import read_areas
from hub.pack.calendar import read_calendar
from hub.pack.codes import read_codes
from hub.pack.contacts import read_contacts
from hub.pack.extraordinary import read_extraordinary
from hub.pack.grants import Subjects, read_grants
from hub.pack.link_rules import by_category, read_link_rules
from hub.pack.locate_pack import locate_pack
from hub.pack.manifest import read_manifest
from hub.pack.open_geography import open_geography
from hub.pack.organisations import read_organisations
from hub.pack.pack import Pack
from hub.pack.reading import PackFiles
from hub.pack.renamed import read_renamed
from hub.pack.rosters import check_on_call, read_rosters
from hub.pack.sources import read_sources
from hub.pack.taxonomy import read_taxonomy
from hub.pack.whistles import read_whistles
from hub.whistle.summons import WEBHOOK

CONTRACTS: Final = "contracts"
"""Folder of the contracts, one YAML file a department and version."""


def load(path: Path | None = None, cache_root: Path | None = None) -> Pack:
    """The pack at `path`, of the demo district without one. Its maps and addresses are opened at first use.

    Raises FixSettings K102 where there is no pack, and K101 (how many faults, and the first of them) where
    its files are not all right; `hub.pack.check` tells all. `cache_root` is where what is slow to make is
    kept, `cache.default_root()` without one.
    """
    read = read_pack(locate_pack(path), cache_root)
    if isinstance(read, Pack):
        return read
    raise FixSettings("K101", pointer=read[0].where, count=len(read), first=read[0].told().cause)


def read_pack(root: Path, cache_root: Path | None = None) -> Pack | tuple[Finding, ...]:
    """The pack, or everything that is wrong with its small files."""
    files = PackFiles(root)
    rules = read_link_rules(files)
    taxonomy = read_taxonomy(files, rules)
    organisations = read_organisations(files)
    manifest = read_manifest(files, organisations, taxonomy.categories)
    areas = read_areas(files, manifest.district)
    codes = read_codes(files, taxonomy.categories)
    calendar = read_calendar(files)
    whistles = read_whistles(files)
    rosters = read_rosters(files, organisations)
    contacts = read_contacts(files, rosters.channels)
    renamed = read_renamed(files)
    sources = read_sources(files, codes.tables)
    known = Known(
        categories=taxonomy.categories,
        areas=areas,
        departments=organisations,
        sources=sources.running,
        masks=MASKS,
        channels=(WEBHOOK, *rosters.channels),
    )
    contracts = tuple(_contracts(files, known))
    check_on_call(files, contracts, rosters)
    subjects = Subjects(departments=organisations, areas=areas, categories=taxonomy.categories, masks=MASKS)
    grants = read_grants(files, subjects)
    beyond = read_extraordinary(files)
    if files.found or calendar is None:
        return files.found
    return Pack(
        root=root,
        manifest=manifest,
        areas=areas,
        taxonomy=taxonomy,
        codes=codes,
        link_rules=by_category(rules, taxonomy),
        organisations=organisations,
        calendar=calendar,
        whistles=whistles,
        rosters=rosters,
        contacts=contacts,
        contracts=contracts,
        grants=grants,
        beyond=beyond,
        sources=sources.running,
        source_templates=sources.templates,
        renamed=renamed,
        open_geography=partial(open_geography, root, manifest, areas, cache_root),
    )


def _contracts(files: PackFiles, known: Known) -> Iterator[Contract]:
    """The contracts without a fault; the faults of the others are collected."""
    for file in files.names(CONTRACTS, ".yaml"):
        text = files.text(file)
        if text is None:
            continue
        read = parse(text, file, known)
        if isinstance(read, Contract):
            yield read
        else:
            files.faults(file).found.extend(read)
