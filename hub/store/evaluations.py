"""Marks for what departments did: as they were given, never changed."""

from collections.abc import Iterable

from sqlalchemy import Connection, select

from hub.model import Actor
from hub.store.copying import insert_or_fence
from hub.store.engine import chunks
from hub.store.lists import among
from hub.store.moments import from_us, to_us
from hub.store.tables import evaluation
from hub.whistle.evaluation import Aspect, Mark


def add(conn: Connection, given: Iterable[tuple[str, int, Mark]]) -> None:
    """Stores marks, each (whistle, version of the move that it is, mark); raises Fenced where another one was faster."""
    rows = [
        {
            "whistle_id": whistle_id,
            "version": version,
            "round": mark.round,
            "actor": mark.by.value,
            "account": mark.account,
            **{aspect.value: mark.aspects.get(aspect) for aspect in Aspect},
            "made_us": to_us(mark.at),
        }
        for whistle_id, version, mark in given
    ]
    insert_or_fence(conn, evaluation, rows)


def of_whistles(conn: Connection, ids: Iterable[str]) -> dict[str, list[Mark]]:
    """Whistle → its marks of all rounds, first to last."""
    found: dict[str, list[Mark]] = {}
    for part in chunks(ids):
        rows = conn.execute(
            select(evaluation).where(among(evaluation.c.whistle_id, part)).order_by(evaluation.c.version)
        )
        for r in rows.all():
            given = {aspect: getattr(r, aspect.value) for aspect in Aspect}
            mark = Mark(
                by=Actor(r.actor),
                account=r.account,
                aspects={aspect: value for aspect, value in given.items() if value is not None},
                at=from_us(r.made_us),
                round=r.round,
            )
            found.setdefault(r.whistle_id, []).append(mark)
    return found
