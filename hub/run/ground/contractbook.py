"""Contracts by version: a whistle is told, opened and answered under the version that it was blown under.

The pack may have let that version go long ago: what counts is the one that was stored at its first use.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from hub.errors import Refused
from hub.model import Contract
from hub.store import contracts
from hub.store.engine import Store


class ContractBook:
    """Every version that any process ever used; each is read from the store once."""

    def __init__(self) -> None:
        self._known: dict[str, Contract] = {}

    def of(self, conn: Connection, contract_id: str) -> Contract:
        """The version `contract_id` as it was first used. Raises Refused W120 where nobody kept it."""
        known = self._known.get(contract_id)
        if known is None:
            known = contracts.load(conn, contract_id)
            if known is None:
                raise Refused("W120", contract=contract_id)
            self._known[contract_id] = known
        return known


def keep(store: Store, used: Iterable[Contract], now: datetime) -> ContractBook:
    """The book, with the versions that this process uses stored in it."""
    with store.write() as conn:
        contracts.keep(conn, used, now)
    return ContractBook()
