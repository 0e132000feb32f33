"""The audit as it is stored, put before the verifier."""

from hub.access.audit import AuditRow, row_of
from hub.access.chain import Broken, Chain, ChainBlock, Verified, verify
from tests.instruments import HubInHand


def blocks(hub: HubInHand) -> dict[str, list[ChainBlock]]:
    """Chain → its blocks in order, as the table has them."""
    found: dict[str, list[ChainBlock]] = {}
    for chain, seq, previous, digest, rows in hub.rows(
        "SELECT chain, seq, previous, digest, rows FROM audit ORDER BY chain, seq"
    ):
        found.setdefault(chain, []).append(ChainBlock(chain, seq, previous, rows, digest))
    return found


def rows(hub: HubInHand) -> list[AuditRow]:
    """Every row of the audit, chain by chain."""
    return [row_of(line) for chain in blocks(hub).values() for one in chain for line in one.body.splitlines()]


def verdicts(hub: HubInHand) -> list[Verified | Broken]:
    """What the verifier says of each chain."""
    return [verify(chain, since=Chain(name, key=hub.hub.keys.audit)) for name, chain in blocks(hub).items()]


def is_whole(hub: HubInHand) -> bool:
    """Whether there is audit, and all of it verifies."""
    said = verdicts(hub)
    return bool(said) and all(isinstance(one, Verified) for one in said)
