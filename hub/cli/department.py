"""`gridplus department`: for a department's developers. Types of their contract, a department to test against, and the
check of their own consumer."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from hub.cli import output
from hub.cli.stopping import stop_event

if TYPE_CHECKING:  # the pack is slow to import: `--help` must not wait for it
    from hub.messages.text import Language
    from hub.model import Contract
    from hub.rehearsal.checks import Verdict

_SPAN: Final = re.compile(r"([0-9]{1,6})(s|m|h)?")
_MOST_PORT: Final = 65_535
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, None: 1}
_PACK: Final = click.option(
    "--pack",
    default=None,
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Directory of the pack; default: as in the settings.",
)


class _Span(click.ParamType[float]):
    """Seconds, as 60s, 5m or 1h."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        if isinstance(value, float):
            return value
        found = _SPAN.fullmatch(str(value))
        if found is None:
            self.fail("60s, 5m or 1h", param, ctx)
        return float(found[1]) * _SECONDS[found[2]]


def _contract(name: str, pack: Path | None) -> "Contract":
    """The newest version of a department's contract; raises FixSettings C106 where the pack knows none."""
    import hub.pack
    from hub.errors import FixSettings
    from hub.settings import read

    loaded = hub.pack.load(read(pack=pack).pack)
    known = [one for one in loaded.contracts if one.department == name]
    if not known:
        raise FixSettings("C106", id=name)
    return max(known, key=lambda one: one.version)


@click.group()
def department() -> None:
    """For a department's developers: types, a department to test against, the check of a consumer."""


@department.command()
@click.argument("name")
@_PACK
def types(name: str, pack: Path | None) -> None:
    """Prints a Python module with the types of what NAME is sent and of its feedback form."""
    from hub.contract.typed import module_of
    from hub.run.exits.wirefields import wire_fields
    from hub.schema import schemas

    contract = _contract(name, pack)
    click.echo(module_of(contract, wire_fields(contract, schemas())), nl=False)


@department.command()
@click.argument("name")
@click.option("--url", default="http://127.0.0.1:8480", show_default=True, help="Where the hub answers.")
@click.option("--key", envvar="GRIDPLUS_KEY", default="", help="NAME's key; better in GRIDPLUS_KEY.")
@click.option(
    "--manner",
    default="well",
    show_default=True,
    type=click.Choice(["well", "slowly", "badly"]),
    help="How it behaves.",
)
@click.option("--seed", default=0, show_default=True, help="Seed of what it decides.")
@click.option("--for", "for_s", default=None, type=_Span(), help="Stop after 60s, 5m …; default: Ctrl-C.")
@click.option(
    "--channel",
    default=None,
    type=click.Choice(["kafka", "pull", "webhook"]),
    help="How it gets its whistles; default: the first of its contract.",
)
@click.option("--store", default=None, help="For the embedded bus: SQLAlchemy URL of the store.")
@click.option("--bus", default=None, help="For kafka: kafka://host:port.")
@click.option("--secret", envvar="GRIDPLUS_WEBHOOK_SECRET", default="", help="For webhook: what signs it.")
@click.option(
    "--port", default=0, type=click.IntRange(0, 65535), help="For webhook: port of its listener on loopback."
)
@_PACK
@click.option("--json", "as_json", is_flag=True, help="One JSON object on the last line.")
def simulate(
    name: str,
    url: str,
    key: str,
    manner: str,
    seed: int,
    for_s: float | None,
    channel: str | None,
    store: str | None,
    bus: str | None,
    secret: str,
    port: int,
    pack: Path | None,
    as_json: bool,
) -> None:
    """Plays the department NAME against a hub: signs, contacts, arrives, returns, hands in results."""
    from hub.demo.simulated import Order, playing
    from hub.errors import FixSettings
    from hub.model import Channel
    from hub.settings import read

    if not key:
        raise FixSettings("C101", name="--key | GRIDPLUS_KEY")
    contract = _contract(name, pack)
    order = Order(
        contract=contract,
        channel=Channel(channel) if channel else contract.channels[0],
        url=url,
        key=key,
        manner=manner,
        seed=seed,
        secret=secret,
        port=port,
    )
    stop = stop_event()
    with playing(order, read(store=store, bus=bus, pack=pack)) as (system, listens_at):
        way = f"{order.channel.value} {listens_at}".rstrip()
        click.echo(f"{name}: {way}, {manner} → {url}  (Ctrl-C 结束 / to stop)", err=True)
        stop.wait(for_s)
    figures = {
        "whistles": system.seen(),
        "opened": system.opened,
        "reports": system.reported,
        "refused": system.refused,
    }
    if as_json:
        output.figures(figures)
    else:
        click.echo(" ".join(f"{what}={number}" for what, number in figures.items()))


@department.command()
@click.argument("name")
@click.option(
    "--listen",
    default="127.0.0.1:0",
    show_default=True,
    metavar="HOST:PORT",
    help="Where the rehearsal's hub answers, on loopback; port 0: a free one.",
)
@click.option("--key", envvar="GRIDPLUS_KEY", default="", help="The key that it knows; default: a new one.")
@click.option(
    "--url", default="", help="The consumer listens there: it is called, signed, and does not pull."
)
@click.option("--secret", envvar="GRIDPLUS_WEBHOOK_SECRET", default="", help="With --url: what signs.")
@click.option(
    "--run",
    "start",
    default="",
    metavar="COMMAND",
    help="Starts the consumer, with GRIDPLUS_URL and GRIDPLUS_KEY in its environment, and ends it.",
)
@click.option(
    "--patience", default=60.0, show_default=True, help="How long what must come is waited for, seconds."
)
@click.option(
    "--quiet", default=3.0, show_default=True, help="How long a consumer does nothing when it is done."
)
@click.option(
    "--slow", default=3.0, show_default=True, help="How slow the slow day is; try more than your time-out."
)
@_PACK
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def check(
    name: str,
    listen: str,
    key: str,
    url: str,
    secret: str,
    start: str,
    patience: float,
    quiet: float,
    slow: float,
    pack: Path | None,
    as_json: bool,
) -> None:
    """Plays the hub to NAME's consumer: its contract's examples, and what goes wrong in a year. Exits 1 where a check fails.

    Nothing of it reaches a real hub, and no matter of it is real.
    """
    import os
    import secrets
    import tempfile

    import hub.pack
    from hub.errors import FixSettings
    from hub.rehearsal.rehearse import Order, rehearsal
    from hub.rehearsal.stand import Hook, Patience
    from hub.schema import schemas
    from hub.settings import read

    settings = read(pack=pack)
    host, port = _address(listen)
    if url and not secret:
        raise FixSettings("C101", name="--secret | GRIDPLUS_WEBHOOK_SECRET")
    order = Order(
        contract=_contract(name, pack),
        host=host,
        port=port,
        key=key or secrets.token_hex(32),
        hook=Hook(url, secret) if url else None,
        command=start,
        patience=Patience(longest_s=patience, quiet_s=quiet, slow_s=slow),
    )
    with (
        tempfile.TemporaryDirectory(prefix="gridplus-") as place,
        rehearsal(order, hub.pack.load(settings.pack), schemas(), Path(place), os.environ) as (there, ended),
    ):
        # A key that was given may be a real one: it is not shown.
        click.echo(f"GRIDPLUS_URL={there}" + ("" if key else f" GRIDPLUS_KEY={order.key}"), err=True)
        verdicts = []
        for one in ended:
            verdicts.append(one)
            if not as_json:
                click.echo(_row(one, settings.language))
    figures = _figures(verdicts)
    if as_json:
        output.figures({"contract": order.contract.id, **figures})
    else:
        counts = {outcome: number for outcome, number in figures.items() if outcome != "checks"}
        click.echo(" ".join(f"{outcome}={number}" for outcome, number in counts.items()))
    raise SystemExit(1 if figures["fail"] else 0)


def _address(listen: str) -> tuple[str, int]:
    """Host and port; raises FixSettings C101 for what is none, or not on loopback: the key of a rehearsal is shown."""
    from hub.errors import FixSettings
    from hub.run.keys.reach import is_loopback

    host, _, port = listen.rpartition(":")
    if not (host and port.isascii() and port.isdecimal() and int(port) <= _MOST_PORT and is_loopback(host)):
        raise FixSettings("C101", name="--listen")
    return host, int(port)


def _row(one: "Verdict", language: "Language") -> str:
    """A line of the table: outcome and name; where it failed, what was wrong, what showed it, and what to do."""
    from hub.messages.text import Language
    from hub.rehearsal.checks import CHECKS, Outcome

    head = f"{one.outcome.value:6} {one.check}"
    if one.outcome is not Outcome.FAIL:
        return head
    words = CHECKS[one.check]
    cause, next_step = (words.en, words.en_next) if language is Language.EN else (words.zh, words.zh_next)
    return f"{head}: {cause}{f' ({one.seen})' if one.seen else ''} → {next_step}"


def _figures(verdicts: "list[Verdict]") -> dict[str, Any]:
    from hub.rehearsal.checks import Outcome

    checks = {one.check: {"outcome": one.outcome.value, "seen": one.seen} for one in verdicts}
    outcomes = [one.outcome for one in verdicts]
    return {"checks": checks} | {outcome.value: outcomes.count(outcome) for outcome in Outcome}
