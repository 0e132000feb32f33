"""`gridplus audit verify` over the audit as it is stored: whatever is done to the table without the key is found."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner, Result

from hub.access.chain import Chain, ChainBlock
from hub.cli import main
from hub.run.exits import auditlog
from hub.run.ground.ledger import Ledger
from hub.run.keys.keyfile import open_keys
from hub.store.engine import insert
from hub.store.tables import audit, audit_head
from tests.instruments import MORNING, HubInHand
from tests.unit.run.ledgers import blocks, rows
from tests.unit.run.test_ledger import look, write


@pytest.fixture
def written(hub: HubInHand) -> HubInHand:
    """A hub with two chains: `a` of three blocks and four rows, `b` of one of each."""
    a, b = (Ledger(name, hub.hub.store, key=hub.hub.keys.audit) for name in ("a", "b"))
    write(hub, a, "w1")
    write(hub, a, "w2", "w3")
    write(hub, a, "w4")
    write(hub, b, "w5")
    return hub


def verify(hub: HubInHand, *arguments: str) -> Result:
    """The command, on the hub's own store and keys."""
    settings = hub.hub.settings
    place = {
        "GRIDPLUS_HOME": str(settings.home),
        "GRIDPLUS_STORE": settings.store_url,
        "GRIDPLUS_LANGUAGE": "en",
    }
    return CliRunner().invoke(main, ["audit", "verify", *arguments], env=place)


def test_an_audit_that_nobody_touched_is_whole_and_counted(written: HubInHand) -> None:
    said = verify(written)
    assert (0, "audit: 2 chains, 4 blocks, 5 rows, all whole\n") == (said.exit_code, said.output)
    assert {"whole": True, "chains": 2, "blocks": 4, "rows": 5} == orjson.loads(
        verify(written, "--json").output
    )


def test_an_audit_that_is_empty_is_whole(hub: HubInHand) -> None:
    assert hub.hub.vault
    assert 0 == verify(hub).exit_code


@pytest.mark.parametrize(
    ("damage", "chain", "number", "fault"),
    [
        pytest.param(
            ["UPDATE audit SET rows = replace(rows, 'w2', 'w9') WHERE chain = 'a' AND seq = 2"],
            *("a", 2, "changed"),
            id="a letter flipped",
        ),
        pytest.param(
            ["DELETE FROM audit WHERE chain = 'a' AND seq = 2"], *("a", 3, "missing"), id="one dropped"
        ),
        pytest.param(
            ["DELETE FROM audit WHERE chain = 'a' AND seq = 1"], *("a", 2, "missing"), id="the first dropped"
        ),
        pytest.param(
            ["DELETE FROM audit WHERE chain = 'a' AND seq = 3"],
            *("a", 2, "other_head"),
            id="the last dropped",
        ),
        pytest.param(
            [
                "DELETE FROM audit WHERE chain = 'a' AND seq = 3",
                "UPDATE audit_head SET seq = 2, digest = (SELECT digest FROM audit WHERE chain = 'a' AND seq = 2) WHERE chain = 'a'",
            ],
            *("a", 2, "other_head"),
            id="the last dropped, and the head set back",
        ),
        pytest.param(
            ["DELETE FROM audit WHERE chain = 'a' AND seq = 3", "DELETE FROM audit_head WHERE chain = 'a'"],
            *("a", 2, "other_head"),
            id="the last dropped, and the head with it",
        ),
        pytest.param(["DELETE FROM audit WHERE chain = 'b'"], *("b", 1, "missing"), id="a chain dropped"),
        pytest.param(
            [
                "UPDATE audit SET seq = 9 WHERE chain = 'a' AND seq = 1",
                "UPDATE audit SET seq = 1 WHERE chain = 'a' AND seq = 2",
                "UPDATE audit SET seq = 2 WHERE chain = 'a' AND seq = 9",
            ],
            *("a", 1, "missing"),
            id="two swapped",
        ),
    ],
)
def test_the_first_break_is_named_by_its_chain_and_number(
    written: HubInHand, damage: list[str], chain: str, number: int, fault: str
) -> None:
    with written.hub.store.write() as conn:
        for statement in damage:
            conn.exec_driver_sql(statement)
    said = verify(written, "--json")
    assert 1 == said.exit_code
    assert {"whole": False, "chain": chain, "number": number, "fault": fault} == orjson.loads(said.output)
    assert f"audit chain {chain} is broken at block {number} ({fault})" in verify(written).output


def forged(hub: HubInHand, key: bytes, *matters: str) -> ChainBlock:
    """The block that somebody with `key` would put behind chain `a`."""
    last = blocks(hub)["a"][-1]
    return Chain("a", last.digest, last.number, key).append([look(one) for one in matters])


def put(hub: HubInHand, block: ChainBlock) -> None:
    """Writes a block and its head past the ledger."""
    row = {"chain": block.worker_id, "seq": block.number, "made_us": 0, "previous": block.previous}
    head = {"chain": block.worker_id, "seq": block.number, "digest": block.digest, "seal": "0" * 64}
    with hub.hub.store.write() as conn:
        insert(conn, audit, [{**row, "digest": block.digest, "rows": block.body}], update=("digest", "rows"))
        insert(conn, audit_head, [head], update=("seq", "digest", "seal"))


@pytest.mark.parametrize("key", [b"x" * 32, b""], ids=["another key", "no key"])
def test_a_block_that_was_added_without_the_key_is_found(written: HubInHand, key: bytes) -> None:
    put(written, forged(written, key, "w6"))
    said = orjson.loads(verify(written, "--json").output)
    assert ("a", 4) == (said["chain"], said["number"])
    assert said["fault"] in ("changed", "unkeyed")


def test_even_with_every_block_made_anew_the_chain_does_not_fit_without_the_key(written: HubInHand) -> None:
    chain = Chain("a")
    for block in blocks(written)["a"]:
        made = chain.append([replace(row, who="nobody") for row in block.rows])
        put(written, made)
        chain = chain.after(made)
    said = verify(written)
    assert 1 == said.exit_code
    assert "A124" in said.output


def test_without_the_stores_own_keys_nothing_is_said_of_its_audit(written: HubInHand, tmp_path: Path) -> None:
    store = {"GRIDPLUS_STORE": written.hub.settings.store_url, "GRIDPLUS_LANGUAGE": "en"}
    for keys, code in ((tmp_path / "none.toml", "A109"), (tmp_path / "others.toml", "A122")):
        if code == "A122":
            open_keys(keys)
        said = CliRunner().invoke(main, ["audit", "verify"], env={**store, "GRIDPLUS_KEYS": str(keys)})
        assert (2, True) == (said.exit_code, code in said.output)


def test_a_report_of_unusual_looks_reads_every_block_once_however_it_is_cut(
    written: HubInHand, monkeypatch: pytest.MonkeyPatch
) -> None:
    since, before = MORNING - timedelta(days=1), MORNING + timedelta(days=1)
    for portion in (1, 2, 3, 4, 500):
        monkeypatch.setattr(auditlog, "_PORTION", portion)
        found = written.hub.audit_log.unusual(since, before, by="auditor")
        noted = sum(row.purpose == "audit_report" for row in rows(written))
        assert 5 + noted - 1 == found.rows
