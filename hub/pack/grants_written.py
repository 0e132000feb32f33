"""Grants as a `grants.yaml` of the same form as the pack's: what is alike stands in one entry. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import yaml

from hub.jsonform import plain
from hub.model import DepartmentId, Grant


def written(grants: Iterable[Grant], version: str) -> str:
    """The text of the file. Read again by `read_grants` it gives the same grants, in the order of their first entries."""
    entries = list(_entries(grants))
    sheet = {"version": version, "grants": entries}
    text: str = yaml.dump(
        sheet, Dumper=_Plain, allow_unicode=True, sort_keys=False, width=110, default_flow_style=None
    )
    return text


class _Plain(yaml.SafeDumper):
    """Writes a list that is used twice twice: a pack holds no aliases (K209)."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 the library's
        """Always."""
        return True


def entry_of(one: Grant) -> dict[str, Any]:
    """One grant as an entry of its own."""
    return {"departments": [one.department], "fields": [one.field], **_said(_rest(one))}


def _entries(grants: Iterable[Grant]) -> Iterator[dict[str, Any]]:
    """Those alike in all but department and field together, and of these the departments with the same fields."""
    alike: dict[Grant, dict[str, list[str]]] = {}
    for one in grants:
        alike.setdefault(_rest(one), {}).setdefault(one.department, []).append(one.field)
    for rest, fields_of in alike.items():
        together: dict[tuple[str, ...], list[str]] = {}
        for department, mine in fields_of.items():
            together.setdefault(tuple(mine), []).append(department)
        for names, departments in together.items():
            yield {"departments": departments, "fields": list(names), **_said(rest)}


def _rest(one: Grant) -> Grant:
    return replace(one, id="", department=DepartmentId(""), field="")


def _said(rest: Grant) -> dict[str, Any]:
    """What is the default is left out."""
    said: dict[str, Any] = {"purpose": rest.purpose}
    if rest.mask:
        said["mask"] = rest.mask
    said |= {
        name: plain(getattr(rest, name)) for name in ("outputs", "legal_basis", "sensitivity", "share_type")
    }
    said |= {name: plain(some) for name in ("areas", "categories") if (some := getattr(rest, name))}
    if rest.max_rows_day is not None:
        said["max_rows_day"] = rest.max_rows_day
    said["valid"] = {"from": rest.valid_from, "to": rest.valid_to}
    said["approved_by"] = list(rest.approved_by)
    if rest.version != 1:
        said["version"] = rest.version
    return said
