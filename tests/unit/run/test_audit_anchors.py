"""Anchors of the audit: what whoever has database and keys writes anew is found by what stands elsewhere, signed."""

from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import delete

from hub.access.chain import Chain
from hub.cli import main
from hub.run.ground.ledger import Ledger
from hub.store.tables import audit, audit_head
from tests.instruments import HubInHand
from tests.unit.run.ledgers import blocks
from tests.unit.run.test_auditing import put
from tests.unit.run.test_ledger import write


@pytest.fixture
def anchored(hub: HubInHand, tmp_path: Path) -> HubInHand:
    """A hub with two chains, `a` of two blocks and `b` of one, all of it anchored; then one more block of `a`."""
    hub.hub.settings.anchors = tmp_path / "anchors"
    a, b = (Ledger(name, hub.hub.store, key=hub.hub.keys.audit) for name in ("a", "b"))
    write(hub, a, "w1")
    write(hub, a, "w2", "w3")
    write(hub, b, "w4")
    anchor(hub)
    write(hub, a, "w5")
    return hub


def anchor(hub: HubInHand) -> None:
    """As the registrar does, now."""
    registrar = hub.hub.plain_registrar()
    registrar.step()
    registrar.close()


def verify(hub: HubInHand, *arguments: str) -> Result:
    """The command, with the hub's public key and the anchors."""
    settings = hub.hub.settings
    place = {
        "GRIDPLUS_HOME": str(settings.home),
        "GRIDPLUS_STORE": settings.store_url,
        "GRIDPLUS_LANGUAGE": "en",
    }
    given = ["--key", hub.hub.signer().public.hex(), "--anchors", str(settings.anchors)]
    return CliRunner().invoke(main, ["audit", "verify", *given, *arguments], env=place)


def codes(hub: HubInHand) -> list[str]:
    """What is found."""
    said = verify(hub, "--json")
    found = orjson.loads(said.output)
    assert (said.exit_code == 1) == bool(found["findings"]) != found["whole"]
    return [one["code"] for one in found["findings"]]


def rewritten(hub: HubInHand, name: str, *, without: int = 0) -> None:
    """By somebody who has the keys: the chain anew, with another name in it and `without` its last blocks."""
    chain, kept = Chain(name, key=hub.hub.keys.audit), blocks(hub)[name]
    with hub.hub.store.write() as conn:
        conn.execute(delete(audit).where(audit.c.chain == name))
        conn.execute(delete(audit_head).where(audit_head.c.chain == name))
    made = []
    for block in kept[: len(kept) - without]:
        made.append(chain.append([replace(row, who="nobody") for row in block.rows]))
        chain = chain.after(made[-1])
    for one in made:
        put(hub, one)
    seal_anew(hub, name)


def seal_anew(hub: HubInHand, name: str) -> None:
    """The head's seal, too, is made by who has the key."""
    from hub.access.chain import head_seal

    head = hub.rows(f"SELECT seq, digest FROM audit_head WHERE chain = '{name}'")[0]  # noqa: S608 our own name
    seal = head_seal(hub.hub.keys.audit, name, head.seq, head.digest)
    with hub.hub.store.write() as conn:
        conn.execute(audit_head.update().where(audit_head.c.chain == name).values(seal=seal))


def test_an_audit_that_nobody_touched_fits_its_anchors(anchored: HubInHand) -> None:
    assert [] == codes(anchored)
    assert "all whole; 2 points of 1 anchors fit" in verify(anchored).output


def test_a_chain_written_anew_with_the_keys_is_found_by_its_anchor(anchored: HubInHand) -> None:
    rewritten(anchored, "a")
    settings = anchored.hub.settings
    place = {"GRIDPLUS_HOME": str(settings.home), "GRIDPLUS_STORE": settings.store_url}
    assert (
        0 == CliRunner().invoke(main, ["audit", "verify"], env=place).exit_code
    )  # the chain alone tells nothing
    assert ["A126"] == codes(anchored)
    assert "block 2 of audit chain a" in verify(anchored).output


def test_a_chain_cut_off_before_its_anchor_is_found(anchored: HubInHand) -> None:
    rewritten(anchored, "a", without=2)
    assert ["A126"] == codes(anchored)


def test_a_chain_that_is_gone_whole_is_found(anchored: HubInHand) -> None:
    with anchored.hub.store.write() as conn:
        conn.execute(delete(audit).where(audit.c.chain == "b"))
        conn.execute(delete(audit_head).where(audit_head.c.chain == "b"))
    assert ["A127"] == codes(anchored)


def test_what_was_written_anew_is_not_anchored_again_and_doctor_names_it(anchored: HubInHand) -> None:
    rewritten(anchored, "a")
    anchor(anchored)
    assert ["A126"] == codes(anchored)
    assert [('[1,"a"]',)] == anchored.rows("SELECT value FROM fact WHERE name = 'audit_not_anchored'")


def test_anchors_that_another_key_signed_prove_nothing(anchored: HubInHand) -> None:
    settings = anchored.hub.settings
    place = {"GRIDPLUS_HOME": str(settings.home), "GRIDPLUS_STORE": settings.store_url}
    given = ["--key", "00" * 32, "--anchors", str(settings.anchors), "--json"]
    said = CliRunner().invoke(main, ["audit", "verify", *given], env=place)
    assert (1, ["V116"]) == (said.exit_code, [one["code"] for one in orjson.loads(said.output)["findings"]])


def test_the_audit_is_anchored_again_only_where_it_has_grown(anchored: HubInHand) -> None:
    for _ in range(3):
        anchor(anchored)
    said = orjson.loads(verify(anchored, "--json").output)
    assert (2, 3) == (said["anchors"], said["points"])


@pytest.mark.parametrize("given", [["--key", "00" * 32], ["--anchors", "."]])
def test_a_key_without_anchors_and_anchors_without_a_key_are_refused(
    anchored: HubInHand, given: list[str]
) -> None:
    settings = anchored.hub.settings
    place = {"GRIDPLUS_HOME": str(settings.home), "GRIDPLUS_STORE": settings.store_url}
    said = CliRunner().invoke(main, ["audit", "verify", *given], env=place)
    assert said.exit_code
    assert "C101" in said.output + said.stderr
