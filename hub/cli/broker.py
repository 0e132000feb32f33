"""`gridplus broker setup`: topics, accounts and access lists on Kafka, from the pack."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hub.cli import output

if TYPE_CHECKING:  # kafka is slow to import: `--help` must not wait for it
    from hub.run.keys.enrolment import Enrolled


@click.group()
def broker() -> None:
    """Departments and workers as accounts on Kafka."""


@broker.command()
@click.option("--bus", default=None, help="kafka://host:port[,host:port].")
@click.option(
    "--file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="New passwords go there, readable by its owner alone; default: printed once.",
)
@click.option(
    "--rotate", multiple=True, metavar="NAME", help="A new password for this account; the old one ends."
)
@click.option(
    "--remove", multiple=True, metavar="NAME", help="Ends an account that the pack no longer knows."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def setup(
    bus: str | None, file: Path | None, rotate: tuple[str, ...], remove: tuple[str, ...], as_json: bool
) -> None:
    """Makes topics, accounts (SCRAM-SHA-512) and access lists from the pack. Again: changes nothing.

    Signs in with `kafka_security`, which must be an administrator's. Exits 1 where accounts are left over that
    the pack no longer knows.
    """
    from hub.bus import accounts
    from hub.bus.broker import Broker
    from hub.bus.kafka import KafkaBus
    from hub.bus.rules import rules_for
    from hub.run.assembly import Assembly
    from hub.run.keys import brokers
    from hub.run.keys.enrolment import enrol, note
    from hub.settings import read

    settings = read(bus=bus)
    hub = Assembly(settings)
    reached = brokers.asking(brokers.settings_of(settings))
    if file:
        accounts.write(file, accounts.read(file))  # before the broker changes: a password must not be lost
    KafkaBus(reached).ensure(hub.topics, retention_s=hub.topics_kept_s)
    with Broker(reached) as there:
        done = enrol(there, rules_for(hub.departments), rotate=rotate, remove=remove)
    if file:
        note(file, done, removed=remove)
    _tell(done, topics=len(hub.topics), printed=file is None, as_json=as_json)
    raise SystemExit(1 if done.left_over else 0)


def _tell(done: "Enrolled", *, topics: int, printed: bool, as_json: bool) -> None:
    """Passwords only where they are written nowhere else."""
    if printed:
        for name, password in done.passwords.items():
            click.echo(f"{name} {password}")
    figures = {
        "topics": topics,
        "accounts": done.accounts,
        "new_passwords": len(done.passwords),
        "rules_given": done.given,
        "rules_taken": done.taken,
        "left_over": list(done.left_over),
    }
    if as_json:
        output.figures(figures)
        return
    for name in done.left_over:
        click.echo(f"left over: {name} → gridplus broker setup --remove {name}")
    click.echo(
        f"broker: {topics} topics, {done.accounts} accounts, {len(done.passwords)} new passwords, "
        f"{done.given} rules given, {done.taken} taken"
    )
