"""一哨一档 of a hub at work, on both stacks."""

from pathlib import Path

import pytest

from hub.errors import HubError
from hub.run.dossier import anchorfiles
from hub.store import answers, keys
from hub.whistle.anchors import Head, mark_of
from tests.instruments import HubInHand
from tests.unit.run import matters
from tests.unit.run.filed import (
    WORDS,
    call,
    cut,
    exported,
    file,
    granted,
    kind_of,
    kinds,
    marked,
    proved,
    rewritten,
    shown,
)

pytestmark = pytest.mark.doors


@pytest.fixture
def called(hub: HubInHand, tmp_path: Path) -> str:
    """A whistle whose matter two neighbours told of; anchors are kept."""
    return call(hub, tmp_path)


def test_everything_that_happens_to_a_whistle_stands_in_its_dossier_once(hub: HubInHand, called: str) -> None:
    file(hub)
    matters.report(hub, "zilai", "sign", "contact")
    hub.clock.pause(3 * 86_400)
    hub.hub.plain_clockwork().step()
    matters.report(hub, "zilai", "result")
    ((first,), *_) = hub.rows("SELECT id FROM answer ORDER BY seq")
    with hub.hub.store.write() as conn:
        answers.settle(conn, first, "told", "receipt-1", hub.clock.now(), 1)
    file(hub)
    assert kinds(hub, called)[0] == "opened"
    stand = {kind: kinds(hub, called).count(kind) for kind in set(kinds(hub, called))}
    assert {"opened": 1, "event": 2, "link": 2, "clocks": 1, "move": 3, "report": 3} == {
        kind: stand[kind] for kind in ("opened", "event", "link", "clocks", "move", "report")
    }
    assert stand["overdue"] >= 1
    assert stand["delivery"] >= 1
    assert 1 == stand["answer"]
    others = [r[0] for r in hub.rows("SELECT id FROM whistle") if r[0] != called]
    assert not any("answer" in kinds(hub, one) for one in others)
    before = hub.rows("SELECT whistle_id, seq, digest FROM dossier_entry ORDER BY 1, 2")
    assert 0 == file(hub)
    assert before == hub.rows("SELECT whistle_id, seq, digest FROM dossier_entry ORDER BY 1, 2")


def test_while_one_files_another_does_nothing(hub: HubInHand, called: str) -> None:
    first, second = hub.hub.plain_registrar(), hub.hub.plain_registrar()
    second._lease._holder = "somebody-else"
    assert first.step()
    matters.report(hub, "zilai", "sign")
    assert 0 == second.step()
    hub.clock.pause(3600)
    assert second.step()
    assert 0 == first.step()
    assert 1 == kinds(hub, called).count("move")
    second.close()


def test_with_fields_shown_masked_or_withheld_the_same_head_verifies(hub: HubInHand, called: str) -> None:
    matters.report(hub, "zilai", "sign")
    file(hub)
    with granted(hub, "event.title", "event.content") as full:
        whole = exported(hub, called, by=full)
    assert WORDS in [one.get("event.content") for one in shown(whole, "event")]
    centre, department = exported(hub, called), exported(hub, called, "zilai")
    heads = {one.data["head"] for one in (whole, centre, department)}
    assert 1 == len(heads)
    proofs = [proved(hub, one) for one in (whole, centre, department)]
    assert [()] * 3 == [one.findings for one in proofs]
    assert proofs[0].shown > proofs[1].shown > proofs[2].shown
    assert 0 == proofs[0].masked < proofs[1].masked
    assert [0, 0] == [one.closed for one in proofs[:2]]
    assert ["event", "event", "link", "link"] == [
        kind_of(theirs)
        for theirs, mine in zip(whole.data["entries"], department.data["entries"], strict=True)
        if "inner" in mine
    ]
    assert 4 == proofs[2].closed


def test_words_that_retention_took_are_gone_and_the_chain_stays(hub: HubInHand, called: str) -> None:
    file(hub)
    record = hub.rows("SELECT record_id FROM event ORDER BY received_us")[0][0]
    with granted(hub, "event.title", "event.content") as made:
        before = exported(hub, called, by=made)
        with hub.hub.store.write() as conn:
            keys.destroy(conn, [record])
            conn.exec_driver_sql(
                "UPDATE event SET sealed = ''::bytea"
                if hub.hub.store.is_postgresql
                else "UPDATE event SET sealed = x''"
            )
        made.vault.forget(record)
    with granted(hub, "event.title", "event.content") as made:
        after = exported(hub, called, by=made)
    assert WORDS in [one.get("event.content") for one in shown(before, "event")]
    assert WORDS not in [one.get("event.content") for one in shown(after, "event")]
    assert () == proved(hub, after).findings
    heads = [one["digest"] for one in before.data["entries"]]
    assert heads == [one["digest"] for one in after.data["entries"]][: len(heads)]


def test_a_chain_made_anew_without_the_key_is_found_up_to_the_anchor(hub: HubInHand, called: str) -> None:
    file(hub)
    rewritten(hub, called, 2)
    with pytest.raises(HubError, match="V102"):
        exported(hub, called)


def anchored_once_more(hub: HubInHand) -> None:
    """The next interval."""
    hub.clock.pause(hub.hub.settings.anchor_every_s + 1)
    file(hub)


def test_what_was_changed_after_it_was_anchored_is_not_anchored_again(hub: HubInHand, called: str) -> None:
    """Whoever may write to the database cannot get the registrar to sign it anew (docs/decisions/0035)."""
    place = hub.hub.settings.anchors
    assert place is not None
    file(hub)
    before = list(anchorfiles.lines(place))
    rewritten(hub, called, 2, anchored="0")
    anchored_once_more(hub)
    assert before == list(anchorfiles.lines(place))
    assert [{"count": 1, "first": called}] == matters.findings(hub, "D162")
    matters.report(hub, "zilai", "sign")
    anchored_once_more(hub)
    assert [] == [one for one in anchorfiles.naming(place, called) if one.line not in before]
    with pytest.raises(HubError, match="V102"):
        exported(hub, called)


def test_what_was_cut_back_is_not_anchored_however_it_grows_again(hub: HubInHand, called: str) -> None:
    place = hub.hub.settings.anchors
    assert place is not None
    file(hub)
    known = anchorfiles.naming(place, called)
    cut(hub, called, 2)
    with hub.hub.store.write() as conn:
        conn.exec_driver_sql("UPDATE dossier_head SET anchored = 0")
        conn.exec_driver_sql("UPDATE link SET filed = 0")
    for move in ("sign", "contact", "arrive", "handle", "result"):
        matters.report(hub, "zilai", move)
        anchored_once_more(hub)
        assert known == anchorfiles.naming(place, called)
        assert [called] == [one["first"] for one in matters.findings(hub, "D162")]
    assert len(kinds(hub, called)) > max(head.seq for one in known for head in one.heads)


def test_a_dossier_that_is_as_it_was_again_is_anchored_again(hub: HubInHand, called: str) -> None:
    file(hub)
    stored = hub.rows("SELECT seq, said, inner_digest, digest FROM dossier_entry ORDER BY whistle_id, seq")
    ids = hub.rows("SELECT whistle_id, seq FROM dossier_entry ORDER BY whistle_id, seq")
    heads = hub.rows("SELECT whistle_id, digest FROM dossier_head")
    rewritten(hub, called, 2, anchored="0")
    anchored_once_more(hub)
    assert matters.findings(hub, "D162")
    with hub.hub.store.write() as conn:
        for (id_, seq), row in zip(ids, stored, strict=True):
            conn.exec_driver_sql(
                marked(
                    hub,
                    "UPDATE dossier_entry SET said = ?, inner_digest = ?, digest = ? WHERE whistle_id = ? AND seq = ?",
                ),
                (*row[1:], id_, seq),
            )
        for id_, digest in heads:
            conn.exec_driver_sql(
                marked(hub, "UPDATE dossier_head SET digest = ? WHERE whistle_id = ?"), (digest, id_)
            )
    matters.report(hub, "zilai", "sign")
    anchored_once_more(hub)
    assert [] == matters.findings(hub, "D162")
    assert 0 == hub.rows("SELECT count(*) FROM dossier_head WHERE seq <> anchored")[0][0]
    assert () == proved(hub, exported(hub, called)).findings


def test_two_anchors_that_differ_about_an_entry_stop_the_export(hub: HubInHand, called: str) -> None:
    """As who has the key, or a hub of before, may have signed them: the later one takes nothing from the first."""
    place = hub.hub.settings.anchors
    assert place is not None
    file(hub)
    rewritten(hub, called, 2)
    heads = {id_: head for id_, *head in hub.rows("SELECT whistle_id, seq, digest FROM dossier_head")}
    anchorfiles.append(place, hub.hub.signer(), [Head(mark_of(called), *heads[called])], hub.clock.now())
    with pytest.raises(HubError, match="V102"):
        exported(hub, called)


def test_heads_are_anchored_at_intervals_and_again_only_where_a_dossier_grew(
    hub: HubInHand, called: str
) -> None:
    place = hub.hub.settings.anchors
    assert place is not None
    registrar = hub.hub.plain_registrar()
    registrar.catch_up(10)
    first = len(list(anchorfiles.lines(place)))
    registrar.step()
    assert first == len(list(anchorfiles.lines(place)))
    matters.report(hub, "zilai", "sign")
    registrar.catch_up(10)
    assert first == len(list(anchorfiles.lines(place)))  # not yet
    hub.clock.pause(hub.hub.settings.anchor_every_s + 1)
    registrar.step()
    last = anchorfiles.last(place)
    assert last is not None
    assert 1 == len(last.heads)  # the others did not grow
    assert 0 == hub.rows("SELECT count(*) FROM dossier_head WHERE seq <> anchored")[0][0]
    registrar.close()
