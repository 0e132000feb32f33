"""Dossiers in a test's hand: filed, exported, proved, and tampered with as who may write to the database can."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson

from hub.jsonform import dumps
from hub.model import DepartmentId, Grant
from hub.run.assembly import Assembly
from hub.run.dossier import dossierfile, dossierpage
from hub.run.dossier.dossiers import Asked, Export
from hub.run.dossier.verifying import Proof, prove
from hub.store import dossiers
from hub.whistle.dossier import ENTRY, Chain, digests_of, inner_of
from tests.instruments import HubInHand, person
from tests.unit.run.granting import grants, restarted
from tests.unit.run.sources import pipe

WORDS = "说来话长，水管爆了。"


def call(hub: HubInHand, place: Path) -> str:
    """The whistle of 自来水, whose matter two neighbours told of; anchors are kept in `place`."""
    hub.hub.settings.anchors = place / "anchors"
    hub.tell(replace(pipe(hub, "A1"), requester=person(1), content=WORDS), pipe(hub, "A2"))
    hub.settle()
    return str(hub.rows("SELECT id FROM whistle WHERE department = 'zilai'")[0][0])


def file(hub: HubInHand) -> int:
    """Everything is filed that happened; returns in how many steps."""
    registrar = hub.hub.plain_registrar()
    try:
        return registrar.catch_up(100)
    finally:
        registrar.close()


def asked(hub: HubInHand, whistle: str, department: str = "") -> Asked:
    """The centre asks for it, or `department` does."""
    return Asked(
        whistle_id=whistle,
        department=DepartmentId(department or hub.hub.pack.fallback_owner),
        is_centre=not department,
        purpose="handle",
        by="duty",
        at=hub.clock.now(),
    )


def exported(hub: HubInHand, whistle: str, department: str = "", by: Assembly | None = None) -> Export:
    """What goes out."""
    made = by or hub.hub
    return made.dossiers.export(asked(hub, whistle, department), made.ledgers.mine())


def packed(hub: HubInHand, export: Export) -> bytes:
    """The file."""
    members = {
        dossierfile.DATA: dumps(export.data).encode(),
        dossierfile.PAGE: dossierpage.page(export.data, hub.hub.pack),
        dossierfile.ANCHORS: b"".join(one.line + b"\n" for one in export.anchors),
    }
    return dossierfile.pack(members, hub.hub.signer())


def proved(hub: HubInHand, export: Export) -> Proof:
    """What who has the public key finds."""
    return prove(packed(hub, export), [hub.hub.signer().public])


def kinds(hub: HubInHand, whistle: str) -> list[str]:
    """What stands in a dossier, in order."""
    with hub.hub.store.read() as conn:
        return [one.kind for one in dossiers.entries(conn, whistle)]


def shown(export: Export, kind: str) -> list[dict[str, Any]]:
    """What is shown of each entry of a kind: field → value."""
    return [
        {name: said["value"] for name, said in one["shown"].items() if name != ENTRY}
        for one in export.data["entries"]
        if kind_of(one) == kind
    ]


def kind_of(entry: Mapping[str, Any]) -> str:
    """Of what kind an exported entry says it is; "" where it does not."""
    return str(entry.get("shown", {}).get(ENTRY, {"value": [""]})["value"][0])


@contextmanager
def granted(hub: HubInHand, *fields: str, mask: str = "", to: str = "zhongxin") -> Iterator[Assembly]:
    """The hub with these fields in the centre's exports."""
    like = next(g for g in hub.hub.pack.grants if g.field == "dossier.moves" and g.department == to)
    two = ("hub_owner", "privacy_officer")
    more = tuple(replace(like, id=f"g-{f}", field=f, mask=mask, approved_by=two) for f in fields)
    kept: tuple[Grant, ...] = grants(lambda g: None if g.field in fields and g.department == to else g)
    with restarted(hub, grants=(*kept, *more)) as made:
        yield made


def rewritten(hub: HubInHand, whistle: str, start: int, *, anchored: str = "seq") -> None:
    """Who may write to the database and has no key says in all entries from one on that somebody else did it, and makes
    the chain anew: all fits. `anchored`: what the head is made to say of its anchor."""
    with hub.hub.store.write() as conn:
        chain = Chain(whistle)
        for one in dossiers.entries(conn, whistle):
            algorithm = one.entry.algorithm
            said = one.said if one.entry.seq < start else {**one.said, "dossier.accounts/by": "nobody"}
            made = digests_of(algorithm, one.seed, replace(one, said=said).values)
            entry = chain.append(
                inner_of(algorithm, [*made.values(), *(digest for _, digest in one.sealed.values())]),
                algorithm,
            )
            chain = chain.after(entry)
            statement = "UPDATE dossier_entry SET said = ?, inner_digest = ?, digest = ? WHERE whistle_id = ? AND seq = ?"
            values = (orjson.dumps(said).decode(), entry.inner, entry.digest, whistle, entry.seq)
            conn.exec_driver_sql(marked(hub, statement), values)
        conn.exec_driver_sql(
            marked(hub, f"UPDATE dossier_head SET digest = ?, anchored = {anchored} WHERE whistle_id = ?"),  # noqa: S608
            (chain.head, whistle),
        )


def marked(hub: HubInHand, statement: str) -> str:
    """The statement with this database's marks of parameters."""
    return statement.replace("?", "%s") if hub.hub.store.is_postgresql else statement


def cut(hub: HubInHand, whistle: str, after: int) -> None:
    """Entries behind one are gone, and the head says so."""
    with hub.hub.store.write() as conn:
        last = dossiers.entries(conn, whistle)[after - 1].entry.digest
        conn.exec_driver_sql(
            marked(hub, "DELETE FROM dossier_entry WHERE whistle_id = ? AND seq > ?"), (whistle, after)
        )
        conn.exec_driver_sql(
            marked(hub, "UPDATE dossier_head SET seq = ?, digest = ?, anchored = ? WHERE whistle_id = ?"),
            (after, last, after, whistle),
        )
