"""What is played to a consumer, act by act. Each calls the department in one way, waits, and says what it saw."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, TypeAlias

from hub.rehearsal.checks import Outcome, Verdict, verdict
from hub.rehearsal.journal import Asked, Kind
from hub.rehearsal.mischief import Fault, later
from hub.rehearsal.stand import Stand

Act: TypeAlias = Callable[[Stand], Iterator[Verdict]]
_MOST_REPEATS: Final = 3
"""How often a consumer may say again what was refused."""
_MANY_TIMES: Final = frozenset({"pause", "resume", "ask", "contact"})
"""Moves that may be made several times within one call."""


def examples(stand: Stand) -> Iterator[Verdict]:
    """Every example of the contract in which the department is called."""
    ids = stand.deliver(lambda: stand.blow(len(stand.script.called)))
    stand.settle()
    yield verdict("takes_examples", _not_taken(stand, ids))


def repeats(stand: Stand) -> Iterator[Verdict]:
    """Each message twice in one fetch, and once more when all was done."""
    ids = stand.deliver(lambda: stand.blow(2), lambda messages: [m for m in messages for _ in range(2)])
    stand.settle()
    mark = stand.journal.mark()
    stand.hand([stand.message(id_) for id_ in ids])
    stand.journal.wait(lambda: not _not_taken(stand, ids, mark), stand.patience.longest_s)
    stand.settle()
    yield verdict("acknowledges_repeats", _not_taken(stand, ids, mark))
    yield verdict("handles_once", _said_twice(stand.journal.reports(*ids)))


def another_order(stand: Stand) -> Iterator[Verdict]:
    """The newest first."""
    ids = stand.deliver(lambda: stand.blow(3), lambda messages: messages[::-1])
    stand.settle()
    yield verdict("any_order", _not_taken(stand, ids))


def slow_day(stand: Stand) -> Iterator[Verdict]:
    """The hub says later, is slow, and lines break, before and behind its work."""
    mark = stand.journal.mark()
    with stand.orders.lock:
        stand.orders.faults += [
            later(Kind.FETCH),
            later(Kind.FETCH, status=0, hang_s=stand.patience.slow_s),
            later(Kind.ACKNOWLEDGE),
            later(Kind.ACKNOWLEDGE, cut=True, after=True),
            later(Kind.REPORT),
            later(Kind.REPORT, cut=True, after=True),
            later(Kind.REPORT, after=True),
        ]
    ids = stand.deliver(lambda: stand.blow(3))
    stand.settle()
    yield verdict("survives_slow_day", _not_taken(stand, ids))
    reports = stand.journal.reports(*ids, mark=mark)
    unanswered = [one for one in reports if one.is_ours]
    if not unanswered:
        yield Verdict("repeats_its_nonce", Outcome.UNSEEN)
        return
    wrong = {f"{one.whistle_id} {one.move}" for one in unanswered if not _is_said_again(one, reports)}
    yield verdict("repeats_its_nonce", wrong)


def newer_contract(stand: Stand) -> Iterator[Verdict]:
    """The contract's next version: a new field and a new clause, and fields that no version knows yet."""
    usual = bool(stand.journal.reports())
    ids = stand.deliver(
        lambda: stand.blow(2, by_next=True), lambda messages: [_grown(one) for one in messages]
    )
    stand.settle()
    silent = [id_ for id_ in ids if usual and not stand.journal.reports(id_)]
    yield verdict("takes_newer_contract", {*_not_taken(stand, ids), *silent})


def unknown_kind(stand: Stand) -> Iterator[Verdict]:
    """A message of a type that does not exist yet, and a whistle behind it."""
    (like,) = stand.blow()
    message = {
        **stand.message(like),
        "id": "an_0000000000000001",
        "type": "grid.announcement.v1",
        "subject": "announcement",
        "data": {"words": "演练", "kinds": [1, 2]},
    }
    mark = stand.journal.mark()
    stand.hand([message])
    ids = [*stand.deliver(lambda: [like]), message["id"]]
    stand.journal.wait(lambda: not _not_taken(stand, ids, mark), stand.patience.longest_s)
    stand.settle()
    yield verdict("passes_by_unknown_kinds", _not_taken(stand, ids, mark))


def called_off(stand: Stand) -> Iterator[Verdict]:
    """One whistle is called off while its department is at it, and comes once more; another before it was fetched."""
    (id_,) = stand.deliver(stand.blow)
    stand.journal.wait(lambda: bool(stand.journal.reports(id_)), stand.patience.quiet_s)
    before = stand.message(id_)
    (notice,) = stand.deliver(lambda: [stand.calling.call_off(id_)])
    mark = stand.journal.mark()
    stand.hand([before])
    stand.journal.wait(lambda: not _not_taken(stand, [id_], mark), stand.patience.longest_s)
    stand.settle()
    late = [f"{one.whistle_id} {one.move}" for one in stand.journal.reports(id_, mark=mark)]
    yield verdict("stops_when_called_off", [*_not_taken(stand, [notice]), *late])

    def both() -> Sequence[str]:
        (gone,) = stand.blow()
        return [gone, stand.calling.call_off(gone)]

    yield verdict("takes_bare_whistle", _not_taken(stand, stand.deliver(both)))
    stand.settle()


def called_again(stand: Stand) -> Iterator[Verdict]:
    """A whistle is blown once more under another message id."""
    (id_,) = stand.deliver(stand.blow)
    stand.settle()
    first = stand.journal.reports(id_)
    mark = stand.journal.mark()
    (again,) = stand.deliver(lambda: [stand.calling.call_again(id_)])
    stand.settle()
    if not any(one.status == 201 for one in first):
        yield Verdict("answers_second_call", Outcome.UNSEEN)
        return
    old = {one.nonce for one in first}
    second = stand.journal.reports(id_, mark=mark)
    is_answered = any(one.status == 201 and one.nonce not in old for one in second)
    yield verdict("answers_second_call", not is_answered or _not_taken(stand, [again]), again)


def refusal(stand: Stand) -> Iterator[Verdict]:
    """Every report on one whistle is refused; another whistle comes behind it."""
    refused: list[str] = []
    fault = Fault(
        lambda asked: asked.kind is Kind.REPORT and asked.whistle_id in refused,
        status=422,
        code="W102",
        times=10_000,
    )
    with stand.orders.lock:
        stand.orders.faults.append(fault)
    mark = stand.journal.mark()
    refused += stand.blow()
    ids = stand.deliver(lambda: [*refused, *stand.blow()])
    stand.settle()
    reports = stand.journal.reports(*refused, mark=mark)
    if not reports:
        yield Verdict("takes_refusal", Outcome.UNSEEN)
        return
    nonces = [one.nonce for one in reports]
    often = [nonce for nonce in set(nonces) if nonces.count(nonce) > _MOST_REPEATS]
    yield verdict("takes_refusal", [*_not_taken(stand, ids), *often])


def strangers(stand: Stand) -> Iterator[Verdict]:
    """Calls that are not the hub's: without a signature, with another secret's, and one of an hour ago."""
    if stand.hook is None:
        return
    (id_,) = stand.blow()
    body = stand.encoded(id_)
    told = {
        "unsigned": stand.post(body, secret=""),
        "another secret": stand.post(body, secret="not-" + stand.hook.secret),
        "an hour old": stand.post(body, late_s=3600.0),
    }
    wrong = [f"{what}: {status}" for what, status in told.items() if 200 <= status < 300]
    yield verdict("believes_only_the_hub", wrong)


def the_end(stand: Stand) -> Iterator[Verdict]:
    """One more whistle, and what the whole journal says."""
    ids = stand.deliver(stand.blow)
    stand.settle()
    yield verdict("stays_alive", _not_taken(stand, ids))
    yield _reports_fit(stand.journal.reports())
    yield verdict("acknowledges_once", _too_often(stand))
    yield verdict("acknowledges_what_it_got", _too_early(stand.journal.since()))
    yield verdict("answers_in_time", stand.unanswered, str(stand.unanswered))


ACTS: Final[Sequence[Act]] = (
    examples,
    repeats,
    another_order,
    slow_day,
    newer_contract,
    unknown_kind,
    called_off,
    called_again,
    refusal,
    strangers,
    the_end,
)


# -- what is looked for ------------------------------------------------------------------------------------


def _not_taken(stand: Stand, ids: Sequence[str], mark: int = 0) -> set[str]:
    return set(ids) - set(stand.journal.acknowledged(mark))


def _said_twice(reports: Sequence[Asked]) -> set[str]:
    """Whistle and move that were reported under more than one nonce, though the first was taken."""
    taken: dict[tuple[str, str], str] = {}
    found = set()
    for one in reports:
        what = (one.whistle_id, one.move)
        if one.move not in _MANY_TIMES and taken.get(what, one.nonce) != one.nonce:
            found.add(" ".join(what))
        if one.status == 201:
            taken.setdefault(what, one.nonce)
    return found


def _is_said_again(one: Asked, reports: Sequence[Asked]) -> bool:
    """Whether it came once more under its nonce. What was called off or overtaken need not."""
    return any(
        other.number > one.number
        and (other.whistle_id, other.nonce, other.move) == (one.whistle_id, one.nonce, one.move)
        for other in reports
    )


def _reports_fit(reports: Sequence[Asked]) -> Verdict:
    ours = [one for one in reports if not one.is_ours]
    if not ours:
        return Verdict("reports_fit", Outcome.UNSEEN)
    return verdict("reports_fit", {f"{one.move} {one.code}" for one in ours if one.status in (400, 413, 422)})


def _too_often(stand: Stand) -> set[str]:
    given = stand.journal.given()
    told = [one for one in stand.journal.since(0, Kind.ACKNOWLEDGE) if one.status == 200]
    ids = [id_ for one in told for id_ in one.ids]
    return {id_ for id_ in ids if id_ in given and ids.count(id_) > given.count(id_)}


def _too_early(entries: Sequence[Asked]) -> set[str]:
    given: set[str] = set()
    found: set[str] = set()
    for one in entries:
        given.update(one.given)
        if one.kind is Kind.ACKNOWLEDGE:
            found.update(set(one.ids) - given)
    return found


def _grown(message: dict[str, Any]) -> dict[str, Any]:
    """The same, with fields that no version of the contract knows, at every level."""
    new: dict[str, Any] = {"later": {"list": [1, None, "x"]}, "weather": "阴"}
    data = {name: one | new if isinstance(one, dict) else one for name, one in message["data"].items()}
    return {**message, "data": data | new, "traceparent": "00-演练", **new}
