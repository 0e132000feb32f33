"""The audit: rows without values, chained so that a change shows."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.access.account import Result
from hub.access.audit import AuditRow, refused, row_of
from hub.access.chain import GENESIS, Broken, Chain, ChainBlock, Fault, Verified, verify
from hub.access.exits import OUTPUTS, Exit, check_exit
from hub.access.question import Denied, Question, denied
from hub.clock import SHANGHAI
from hub.errors import Bug
from hub.model import Output
from tests.unit.access.giving import ELSEWHERE, grant, plan_of

AT = datetime(2026, 3, 10, 0, 0, 0, 500, tzinfo=UTC)


def a_row(number: int = 1) -> AuditRow:
    return AuditRow(
        at=AT + timedelta(seconds=number),
        who="chengguan",
        exit=Exit.HTTP_WHISTLE,
        result=Result.MASKED,
        purpose="handle",
        fields=("incident.id", "resident.phone"),
        rows=(f"in_{number}",),
        masks=(("resident.phone", "phone_3_4"),),
        grants=(("g1", 1), ("g2", 3)),
        matter="wh_1",
        digests=("0a" * 16,),
    )


def chain_of(blocks: int, key: bytes = b"") -> tuple[ChainBlock, ...]:
    """A chain of `blocks` blocks of two rows each."""
    chain, made = Chain("casework/1", key=key), []
    for number in range(blocks):
        made.append(chain.append((a_row(2 * number), a_row(2 * number + 1))))
        chain = chain.after(made[-1])
    return tuple(made)


WHOLE = chain_of(5)
START = Chain("casework/1")


def test_a_chain_that_nobody_touched_verifies_to_its_head() -> None:
    assert verify(WHOLE, since=START) == Verified(5, WHOLE[-1].digest)
    assert verify(WHOLE, since=START, head=WHOLE[-1].digest) == Verified(5, WHOLE[-1].digest)
    assert verify((), since=START) == Verified(0, GENESIS)


def test_a_chain_whose_old_part_was_archived_verifies_from_there() -> None:
    since = Chain("casework/1", WHOLE[1].digest, 2)
    assert verify(WHOLE[2:], since=since) == Verified(5, WHOLE[-1].digest)


def with_block(at: int, block: ChainBlock) -> tuple[ChainBlock, ...]:
    return (*WHOLE[:at], block, *WHOLE[at + 1 :])


@pytest.mark.parametrize(
    ("blocks", "broken"),
    [
        pytest.param(WHOLE[1:], Broken(2, Fault.MISSING), id="the first dropped"),
        pytest.param((*WHOLE[:2], *WHOLE[3:]), Broken(4, Fault.MISSING), id="one dropped"),
        pytest.param(
            (*WHOLE[:2], replace(WHOLE[3], number=3, previous=WHOLE[1].digest)),
            Broken(3, Fault.CHANGED),
            id="one dropped, the next put in its place",
        ),
        pytest.param(WHOLE[:-1], Broken(4, Fault.OTHER_HEAD), id="the last cut off"),
        pytest.param((WHOLE[0], WHOLE[2], WHOLE[1], *WHOLE[3:]), Broken(3, Fault.MISSING), id="two swapped"),
        pytest.param((*WHOLE, WHOLE[-1]), Broken(5, Fault.MISSING), id="one repeated"),
        pytest.param(
            (*WHOLE, START.after(WHOLE[-1]).append((a_row(),))), Broken(6, Fault.OTHER_HEAD), id="one added"
        ),
        pytest.param(
            with_block(2, replace(WHOLE[2], worker_id="casework/2")),
            Broken(3, Fault.MISSING),
            id="of another worker",
        ),
        pytest.param(
            with_block(2, replace(WHOLE[2], digest="0" * 64)), Broken(3, Fault.CHANGED), id="digest changed"
        ),
        pytest.param(
            with_block(2, Chain("casework/1", WHOLE[1].digest, 2).append((a_row(9),))),
            Broken(4, Fault.MISSING),
            id="made anew without those behind it",
        ),
    ],
)
def test_a_chain_that_was_tampered_with_is_broken(blocks: tuple[ChainBlock, ...], broken: Broken) -> None:
    assert verify(blocks, since=START, head=WHOLE[-1].digest) == broken


@given(
    block=st.integers(0, 4),
    at=st.integers(0, 10_000),
    letter=st.characters(min_codepoint=32, max_codepoint=126),
)
def test_one_changed_letter_is_noticed(block: int, at: int, letter: str) -> None:
    body = WHOLE[block].body
    at %= len(body)
    changed = body[:at] + letter + body[at + 1 :]
    found = verify(with_block(block, replace(WHOLE[block], body=changed)), since=START)
    assert found == (Verified(5, WHOLE[-1].digest) if changed == body else Broken(block + 1, Fault.CHANGED))


def test_dropping_or_swapping_rows_inside_a_block_is_noticed() -> None:
    first, second = WHOLE[2].body.split("\n")
    for body in (first, second, f"{second}\n{first}", f"{first}\n{second}\n{second}", ""):
        changed = with_block(2, replace(WHOLE[2], body=body))
        assert verify(changed, since=START) == Broken(3, Fault.CHANGED)


def test_a_chain_with_a_key_cannot_be_forged_without_it() -> None:
    keyed = chain_of(3, key=b"k" * 32)
    assert verify(keyed, since=Chain("casework/1", key=b"k" * 32)) == Verified(3, keyed[-1].digest)
    assert verify(chain_of(3, key=b"x" * 32), since=Chain("casework/1", key=b"k" * 32)) == Broken(
        1, Fault.CHANGED
    )
    assert verify(chain_of(3), since=Chain("casework/1", key=b"k" * 32)) == Broken(1, Fault.UNKEYED)


def test_a_batch_that_was_rolled_back_leaves_no_gap() -> None:
    chain = START.after(START.append((a_row(1),)))
    chain.append((a_row(2),))  # this transaction failed
    assert chain.append((a_row(3),)).number == 2


def test_a_chain_says_nothing_of_its_key() -> None:
    assert "kkkk" not in repr(Chain("casework/1", key=b"k" * 32))


def test_a_row_is_read_back_as_it_was_written() -> None:
    assert row_of(a_row().line()) == a_row()
    assert WHOLE[0].rows == (a_row(0), a_row(1))
    assert START.append(()).rows == ()


def test_a_row_of_a_day_when_rows_had_fewer_fields_is_read() -> None:
    said = orjson.loads(a_row().line())
    del said["digests"], said["duration_us"], said["via"]
    assert row_of(orjson.dumps(said)) == replace(a_row(), digests=())


def test_a_moment_has_one_form_wherever_it_was_taken() -> None:
    assert a_row().line() == replace(a_row(), at=a_row().at.astimezone(SHANGHAI)).line()


@pytest.mark.parametrize(
    "row",
    [
        replace(a_row(), reason="测试甲问了"),
        replace(a_row(), who="测试甲"),
        replace(a_row(), matter="John Smith"),
        replace(a_row(), fields=("电话",)),
        replace(a_row(), rows=("阳光花园12幢",)),
        replace(a_row(), via="a b"),
    ],
)
def test_words_do_not_enter_the_chain(row: AuditRow) -> None:
    with pytest.raises(Bug) as raised:
        START.append((row,))
    assert raised.value.code == "A110"


def test_a_block_holds_its_rows_line_by_line_and_whole() -> None:
    rows = (a_row(1), a_row(2))
    body = START.append(rows).body
    assert b"\n".join(row.line() for row in rows).decode() == body
    assert [repr(row) for row in rows] == [repr(row_of(line)) for line in body.splitlines()]


@pytest.mark.nasty("N60")
def test_a_refused_request_is_written_down_without_what_the_asker_typed() -> None:
    row = refused(
        ("resident.phone", "13800000000", "测试甲'; DROP TABLE", "*", "incident.id"),
        at=AT,
        who="chengguan",
        through=Exit.HTTP_SEARCH,
        purpose="handle",
        reason="A101",
    )
    assert row.fields == ("?", "incident.id", "resident.phone")
    assert (row.result, row.count, row.rows) == (Result.DENY, 0, ())
    assert (row.at, row.who, row.exit) == (AT, "chengguan", Exit.HTTP_SEARCH)
    assert (row.purpose, row.reason) == ("handle", "A101")
    assert verify((START.append((row,)),), since=START) == Verified(1, START.append((row,)).digest)


PLAN = plan_of(
    (
        grant("incident.id"),
        grant("incident.category"),
        grant("resident.phone", "phone_3_4"),
        grant("incident.lon", areas=(ELSEWHERE,)),
        grant("incident.lat"),
        grant("incident.lat", "geo_100m", areas=(ELSEWHERE,)),
    )
)


@pytest.mark.nasty("N60")
@pytest.mark.parametrize(
    ("question", "fields"),
    [
        (Question(select=("incident.id", "resident.id_number")), ("resident.id_number",)),
        (Question(select=("*",)), ("*",)),
        (Question(select=("resident.*",)), ("resident.*",)),
        (Question(select=("incident.id",), compare=("resident.phone",)), ("resident.phone",)),
        (Question(compare=("resident.name",)), ("resident.name",)),
        (Question(compare=("incident.lon",)), ("incident.lon",)),
        (Question(compare=("incident.lat",)), ("incident.lat",)),
        (Question(select=("b", "a"), compare=("a",)), ("a", "b")),
    ],
    ids=[
        "a field without a grant",
        "all fields",
        "all fields of a person",
        "sorting by a masked field",
        "counting by a field without a grant",
        "filtering by a field of other records",
        "filtering by a field that is masked elsewhere",
        "each field once",
    ],
)
def test_a_question_beyond_the_whitelist_is_denied(question: Question, fields: tuple[str, ...]) -> None:
    assert denied(question, PLAN) == Denied(fields)


@pytest.mark.parametrize(
    "question",
    [
        Question(),
        Question(select=("incident.id", "resident.phone", "incident.lon")),
        Question(select=("incident.id",), compare=("incident.category",)),
    ],
)
def test_a_question_within_the_whitelist_is_answered(question: Question) -> None:
    assert denied(question, PLAN) is None


def test_every_exit_says_which_output_it_is() -> None:
    assert OUTPUTS.keys() == set(Exit)


@pytest.mark.parametrize("exit_", [Exit.LOG, Exit.METRICS, Exit.ERROR, Exit.TOPIC_DEADLETTER])
@pytest.mark.parametrize("output", Output)
def test_nothing_of_a_record_leaves_through_logs_metrics_and_errors(exit_: Exit, output: Output) -> None:
    with pytest.raises(Bug) as raised:
        check_exit(exit_, output)
    assert raised.value.code == "A108"


@pytest.mark.parametrize("exit_", [Exit.TOPIC_WHISTLE, Exit.TOPIC_INCIDENT, Exit.WEBHOOK, Exit.WRITEBACK])
def test_what_cannot_be_taken_back_needs_a_grant_for_streams(exit_: Exit) -> None:
    assert OUTPUTS[exit_] is Output.STREAM
