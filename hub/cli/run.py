"""`gridplus run`: the workers, as threads of one process; stop with Ctrl-C or SIGTERM."""

from pathlib import Path
from typing import Final

import click

from hub.cli.stopping import stop_event
from hub.crew import WORKERS, Crew
from hub.errors import FixSettings

_FILE: Final = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("workers", nargs=-1, type=click.Choice(WORKERS))
@click.option("--all", "every", is_flag=True, help="All workers in this process.")
@click.option(
    "--source", "only", multiple=True, help="Intake of these sources only; default: all configured."
)
@click.option("--store", default=None, help="SQLAlchemy URL of the store.")
@click.option("--bus", default=None, help="`embedded`, or kafka://host:port.")
@click.option(
    "--host", default=None, help="Address of the web worker; beyond loopback with TLS or a proxy only."
)
@click.option("--port", default=None, type=int, help="Port of the web worker.")
@click.option("--tls-cert", default=None, type=_FILE, help="Certificate chain (PEM) of the web worker.")
@click.option("--tls-key", default=None, type=_FILE, help="Private key (PEM) of that certificate.")
@click.option("--behind-proxy", is_flag=True, default=None, help="A proxy speaks TLS for the web worker.")
def run(
    workers: tuple[str, ...],
    every: bool,
    only: tuple[str, ...],
    store: str | None,
    bus: str | None,
    host: str | None,
    port: int | None,
    tls_cert: Path | None,
    tls_key: Path | None,
    behind_proxy: bool | None,
) -> None:
    """The workers: all of them, or some."""
    from hub.run.ground import logs
    from hub.settings import read

    chosen = WORKERS if every else workers
    if not chosen:
        raise FixSettings("C101", name="workers")
    settings = read(
        store=store,
        bus=bus,
        host=host,
        port=port,
        tls_cert=tls_cert,
        tls_key=tls_key,
        behind_proxy=behind_proxy,
    )
    logs.configure(settings.log_level)
    stop = stop_event()
    crew = Crew(settings, chosen, only)
    try:
        crew.start()
        click.echo(f"gridplus: {', '.join(chosen)} @ {crew.url}", err=True)
        while not stop.wait(0.5):
            crew.look()
    finally:
        crew.stop()
