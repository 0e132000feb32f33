"""What a department sees of its matter once its whistle is over: the same through every door that shows words."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

import orjson
import pytest

from hub.access.exits import Exit
from hub.errors import Refused
from hub.model import Actor, AttachmentRef, Disclosure, Draft, Ending, Move, Stage, WhistleState
from hub.run.exits.telling import Notice
from hub.run.ground.sealing import PICTURE_SEALED_AT
from hub.store import attachments, incidents, keys, steps, whistles
from hub.store.steps import Made
from hub.whistle.lifecycle import RELIEVED, Step
from hub.whistle.sight import SIGHT, Sight
from tests.instruments import HubInHand, person
from tests.unit.run.filed import exported, file, granted, kind_of
from tests.unit.run.granting import opened
from tests.unit.run.matters import link, matter, report
from tests.unit.run.sources import pipe
from tests.unit.run.test_deciding import decide
from tests.unit.run.test_relinking import far

LEAD: Final = "zilai"
EARLY, LATE, REVISED = "早上说水管爆了", "后来说门牌三零一", "又说路面塌了"
Words = frozenset[str]
ALL_WORDS: Final = frozenset({EARLY, LATE})
SHOWS: Final[Mapping[Sight, Words]] = {
    Sight.ALL: ALL_WORDS,
    Sight.UNTIL_DONE: frozenset({EARLY}),
    Sight.WHICH: frozenset(),
}


def told(ref: str, hub: HubInHand, n: int, words: str) -> Draft:
    """A neighbour's report with a file."""
    files = (AttachmentRef(f"http://files.example/{ref}.jpg"),)
    return replace(pipe(hub, ref), requester=person(n), content=f"{words}。", attachments=files)


def tell(hub: HubInHand, draft: Draft) -> None:
    """Told and handled, an hour later."""
    hub.clock.pause(3600)
    hub.tell(draft)
    hub.settle()


@pytest.fixture
def called(hub: HubInHand) -> str:
    """The whistle of 自来水; one neighbour told of its matter."""
    tell(hub, told("A1", hub, 1, EARLY))
    return str(hub.rows("SELECT id FROM whistle WHERE department = 'zilai'")[0][0])


def put(hub: HubInHand, whistle_id: str, state: WhistleState) -> None:
    """The whistle comes into this state by one move, a minute later."""
    hub.clock.pause(60)
    with hub.hub.store.write() as conn:
        before = whistles.load(conn, [whistle_id])[whistle_id]
        after = replace(before, state=state, version=before.version + 1)
        moved = Step(
            whistle_id=before.id,
            move=Move.RESULT,
            actor=Actor.DEPARTMENT,
            at=hub.clock.now(),
            before=before.state,
            after=state,
            version=after.version,
        )
        whistles.change(conn, [(after, before.version)], hub.clock.now())
        steps.add(conn, [Made(moved, LEAD)])


def released(hub: HubInHand) -> list[str]:
    """A person released every file; their ids, oldest first."""
    ids = [str(r[0]) for r in hub.rows("SELECT id FROM attachment ORDER BY asked_us")]
    vault, now = hub.hub.vault, hub.clock.now()
    with hub.hub.store.write() as conn:
        for id_ in ids:
            one = attachments.get(conn, id_)
            assert one is not None
            sealed = vault.seal(keys.of(conn, [one.record_id])[one.record_id], PICTURE_SEALED_AT, b"picture")
            attachments.decide(
                conn, one.id, Disclosure.RELEASED, by="duty", reason="", at=now, picture=(sealed, 7)
            )
    return ids


# -- doors: what comes through each, as words of the reports that it tells of -----------------------------


def words_in(shown: object) -> Words:
    """Which of the words stand in what was shown."""
    text = orjson.dumps(shown, default=str).decode()
    return frozenset(one for one in (EARLY, LATE, REVISED) if one in text)


def by_opening(hub: HubInHand, whistle: str) -> Words:
    """The whistle, for either purpose; who reported is shown with their words or not at all."""
    shown = [opened(hub.hub, LEAD, whistle, purpose) for purpose in ("handle", "callback")]
    people = {1: EARLY, 2: LATE}
    text = orjson.dumps(shown).decode()
    assert {word for n, word in people.items() if person(n).phone in text} == words_in(shown)
    return words_in(shown)


def by_files(hub: HubInHand, whistle: str) -> Words:
    """Its files: listed, and opened."""
    ledger, now = hub.hub.ledgers.mine(), hub.clock.now()
    found: list[str] = []
    for id_, word in zip(released(hub), (EARLY, LATE), strict=False):
        try:
            hub.hub.attached.open(LEAD, whistle, id_, purpose="handle", ledger=ledger, now=now)
        except Refused as refused:
            if refused.code != "F136":
                raise
        else:
            found.append(word)
    listed = hub.hub.attached.list(LEAD, whistle, purpose="handle", ledger=ledger, now=now)
    assert len(found) == listed["offered"] == len(listed["attachments"])
    return frozenset(found)


def by_export(hub: HubInHand, whistle: str) -> Words:
    """Its dossier, where the whitelist gives it every word."""
    file(hub)
    with granted(hub, "event.content", "dossier.links", to=LEAD) as made:
        data = exported(hub, whistle, LEAD, by=made).data
    links = [one for one in data["entries"] if kind_of(one) == "link"]
    assert len(links) == len(words_in(data))
    return words_in(data)


DOORS: Final[tuple[Callable[[HubInHand, str], Words], ...]] = (by_opening, by_files, by_export)


@pytest.mark.parametrize("state", WhistleState)
def test_a_later_report_is_shown_to_whom_the_matter_still_is(
    hub: HubInHand, called: str, state: WhistleState
) -> None:
    put(hub, called, state)
    tell(hub, told("A2", hub, 2, LATE))
    assert len(ALL_WORDS) == len(hub.rows("SELECT 1 FROM link WHERE undone_us IS NULL"))
    for door in DOORS:
        if SIGHT[state] is Sight.NONE:
            with pytest.raises(Refused, match="W103"):
                door(hub, called)
        else:
            assert SHOWS[SIGHT[state]] == door(hub, called)


@pytest.mark.parametrize("state", WhistleState)
def test_no_message_about_a_whistle_has_words_of_a_report_and_one_that_is_over_says_which_it_was(
    hub: HubInHand, called: str, state: WhistleState
) -> None:
    put(hub, called, state)
    tell(hub, told("A2", hub, 2, LATE))
    for through in (Exit.HTTP_PULL, Exit.WEBHOOK, Exit.TOPIC_WHISTLE):
        with hub.hub.store.write() as conn:
            whistle = whistles.load(conn, [called])[called]
            incident = incidents.load(conn, [whistle.incident_id])[whistle.incident_id]
            ending = Ending.REROUTED if state in RELIEVED else None
            notices = [Notice.of(whistle, incident), Notice.of_change(whistle, incident, ending)]
            made = hub.hub.telling.tell(conn, notices, through=through, at=hub.clock.now())
        said = [orjson.loads(one.message)["data"] for one in made]
        assert frozenset() == words_in(said)
        assert [state in RELIEVED] * 2 == ["incident" not in one for one in said]


# -- the ways there ----------------------------------------------------------------------------------


def test_a_department_whose_return_holds_does_not_read_what_comes_afterwards(
    hub: HubInHand, called: str
) -> None:
    report(hub, LEAD, "sign", "return")
    decide(hub, LEAD, Move.UPHOLD, "DUTY")
    tell(hub, told("A2", hub, 2, LATE))
    assert {"whistle": {"id": called}, "reports": []} == opened(hub.hub, LEAD, called)


def test_a_department_that_is_called_again_for_it_sees_it_whole(hub: HubInHand, called: str) -> None:
    report(hub, LEAD, "sign", "result")
    tell(hub, told("A2", hub, 2, LATE))
    assert frozenset({EARLY}) == by_opening(hub, called)
    put(hub, called, WhistleState.REOPENED)
    assert ALL_WORDS == by_opening(hub, called)


def test_a_later_word_on_an_old_report_is_not_shown_and_neither_is_who_said_it(
    hub: HubInHand, called: str
) -> None:
    report(hub, LEAD, "sign", "result")
    revised = replace(told("A1", hub, 3, REVISED), version="2", attachments=())
    tell(hub, revised)
    shown = opened(hub.hub, LEAD, called, "callback")
    text = orjson.dumps([shown, opened(hub.hub, LEAD, called)]).decode()
    assert frozenset({EARLY}) == words_in(opened(hub.hub, LEAD, called))
    assert not any(person(n).phone in text for n in (1, 3))
    put(hub, called, WhistleState.REOPENED)
    assert frozenset({REVISED}) == words_in(opened(hub.hub, LEAD, called))


@pytest.mark.nasty("N12")
def test_what_a_merge_brings_later_is_not_shown_to_a_department_that_is_done(
    hub: HubInHand, called: str
) -> None:
    tell(hub, replace(far(hub), requester=person(2), content=f"{LATE}。"))
    put(hub, called, WhistleState.RESULT)
    hub.clock.pause(60)
    link(hub, matter(hub, "B1"), matter(hub, "A1"))
    assert frozenset({EARLY}) == by_opening(hub, called)


@pytest.mark.nasty("N11")
def test_of_a_matter_that_was_withdrawn_it_is_shown_which_it_was(hub: HubInHand, called: str) -> None:
    tell(hub, replace(told("A1", hub, 1, REVISED), version="2", stage=Stage.CANCELLED))
    assert {"whistle": {"id": called}, "reports": []} == opened(hub.hub, LEAD, called)
    assert frozenset() == by_files(hub, called) == by_export(hub, called)


def test_its_own_deeds_stay_in_the_dossier_that_a_relieved_department_takes_along(
    hub: HubInHand, called: str
) -> None:
    report(hub, LEAD, "sign", "return")
    decide(hub, LEAD, Move.UPHOLD, "DUTY")
    file(hub)
    shown = {name for one in exported(hub, called, LEAD).data["entries"] for name in one.get("shown", ())}
    assert {"whistle.id", "dossier.moves/move", "dossier.moves/reason_code"} <= shown
    assert not any(name.startswith(("event.", "incident.", "dossier.links")) for name in shown)
