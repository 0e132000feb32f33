"""`gridplus residents`: what a resident asks about themselves (个人信息保护法 44–47).

Who asks comes in on standard input, as JSON: an argument would stand in the list of processes and in the shell's history.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hub.access.rights import Basis, Kind, Refusal
from hub.cli import output
from hub.cli.account import by

if TYPE_CHECKING:
    from hub.run.residents.requests import Case, Requests

_STORE = click.option("--store", default=None, help="SQLAlchemy URL of the store.")
_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object.")
_BY = by("a security administrator's, who did not enter it")


@click.group()
def residents() -> None:
    """A resident's copy, correction or deletion: entered by one admin, decided by another."""


@contextmanager
def _requests(store: str | None) -> "Iterator[Requests]":
    from hub.access.exits import Exit
    from hub.run.assembly import Assembly
    from hub.settings import read

    hub = Assembly(read(store=store))
    try:
        yield hub.requests(Exit.CLI)
    finally:
        hub.close()


def _said() -> dict[str, Any]:
    """The object on standard input; raises FixSettings C101 for what is none."""
    import orjson

    from hub.errors import FixSettings

    try:
        said = orjson.loads(sys.stdin.buffer.read())
    except orjson.JSONDecodeError:
        raise FixSettings("C101", name="stdin") from None
    if not isinstance(said, dict) or not all(isinstance(one, str | dict) for one in said.values()):
        raise FixSettings("C101", name="stdin")
    return said


@residents.command()
@click.option(
    "--kind", type=click.Choice([one.value for one in Kind]), required=True, help="What is asked for."
)
@click.option(
    "--basis", type=click.Choice([one.value for one in Basis]), required=True, help="The clause of the law."
)
@click.option("--reference", required=True, help="Number of the file in which who asks proved who they are.")
@by("a security administrator's")
@_STORE
@_JSON
def enter(kind: str, basis: str, reference: str, by: str, store: str | None, as_json: bool) -> None:
    """Enters a request of the person on standard input: {"name", "phone", "id_number"}, and for a correction "new" with
    what shall stand there. Prints its id and how many reports it found."""
    from hub.access.rights import Person
    from hub.errors import FixSettings
    from hub.run.residents.correcting import Corrected
    from hub.run.residents.requests import Asked

    said = _said()
    try:
        fresh = Corrected(**said.pop("new", {}))
        person = Person(**said)
    except TypeError:
        raise FixSettings("C101", name="stdin") from None
    asked = Asked(kind=Kind(kind), basis=Basis(basis), reference=reference, person=person, fresh=fresh)
    with _requests(store) as requests:
        case = requests.case(requests.enter(asked, by=by))
    _tell(case, as_json)


@residents.command(name="list")
@_STORE
@_JSON
def list_(store: str | None, as_json: bool) -> None:
    """Requests: those that wait, the most urgent first; then those that are over."""
    with _requests(store) as requests:
        every = requests.every()
    if as_json:
        output.figures({"requests": [_one(one) for one in every]})
    for one in () if as_json else every:
        click.echo(f"{one.id} {one.kind.value} {one.state.value} {one.due_at.date()} {one.reference}")


@residents.command()
@click.argument("request_id")
@_STORE
@_JSON
def show(request_id: str, store: str | None, as_json: bool) -> None:
    """One request: ids of its reports, its steps, who is to be told."""
    with _requests(store) as requests:
        _tell(requests.case(request_id), as_json)


@residents.command()
@click.argument("request_id")
@_BY
@_STORE
@_JSON
def agree(request_id: str, by: str, store: str | None, as_json: bool) -> None:
    """Agrees: a deletion or a correction is carried through at once, a copy may be made."""
    with _requests(store) as requests:
        requests.agree(request_id, by=by)
        _tell(requests.case(request_id), as_json)


@residents.command()
@click.argument("request_id")
@click.option("--reason", type=click.Choice([one.value for one in Refusal]), required=True, help="Why.")
@_BY
@_STORE
@_JSON
def refuse(request_id: str, reason: str, by: str, store: str | None, as_json: bool) -> None:
    """Turns it down."""
    with _requests(store) as requests:
        requests.refuse(request_id, Refusal(reason), by=by)
        _tell(requests.case(request_id), as_json)


@residents.command()
@click.argument("request_id")
@by("a security administrator's")
@_STORE
@_JSON
def carry(request_id: str, by: str, store: str | None, as_json: bool) -> None:
    """Deletes what open matters needed before and is over now."""
    with _requests(store) as requests:
        requests.carry(request_id, by=by)
        _tell(requests.case(request_id), as_json)


@residents.command()
@click.argument("request_id")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="File to write; must not exist.")
@by("a security administrator's")
@_STORE
@_JSON
def copy(request_id: str, out: Path, by: str, store: str | None, as_json: bool) -> None:
    """Makes the copy, once, sealed under the passphrase on standard input, which the person chose."""
    from hub.errors import FixSettings

    passphrase = sys.stdin.read().strip()
    try:
        file = out.open("xb")
    except OSError:
        raise FixSettings("C101", name="--out") from None
    with file, _requests(store) as requests:
        file.write(requests.copy(request_id, passphrase, by=by))
        case = requests.case(request_id)
    _tell(case, as_json)


@residents.command()
@click.argument("request_id")
@click.argument("number", type=int)
@click.option("--reference", required=True, help="Number of the file in which it answered.")
@by("a security administrator's")
@_STORE
@_JSON
def confirm(request_id: str, number: int, reference: str, by: str, store: str | None, as_json: bool) -> None:
    """Notes that a source or a department that was told has answered."""
    with _requests(store) as requests:
        requests.confirm(request_id, number, reference, by=by)
        _tell(requests.case(request_id), as_json)


def _one(one: Any) -> dict[str, Any]:
    return {
        "id": one.id,
        "kind": one.kind,
        "basis": one.basis,
        "reference": one.reference,
        "state": one.state,
        "due_at": one.due_at,
        "unsure": one.unsure,
    }


def _tell(case: "Case", as_json: bool) -> None:
    from dataclasses import asdict

    if as_json:
        output.figures(
            {
                **_one(case.request),
                "reports": [{"key": row.event_key, "state": row.state} for row in case.rows],
                "steps": [asdict(step) for step in case.steps],
                "tasks": [asdict(task) for task in case.tasks],
            }
        )
        return
    one = case.request
    click.echo(
        f"{one.id} {one.kind.value} {one.state.value}: {len(case.rows)} reports, due {one.due_at.date()}"
    )
    if one.unsure:
        click.echo(f"{one.unsure} more have the phone under another name and are left alone")
    for row in case.rows:
        click.echo(f"{row.event_key} {row.state}")
    for task in case.tasks:
        said = task.reference or "waits"
        click.echo(
            f"{task.number} {task.kind} {task.receiver} {' '.join((*task.refs, *task.fields))}: {said}"
        )
