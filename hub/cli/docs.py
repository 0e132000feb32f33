"""`gridplus docs`: writes the reference pages of a checkout; `--check` names those that are stale."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hub.cli import output

if TYPE_CHECKING:  # what makes the pages is slow to import: `--help` must not wait for it
    from hub.run.reference import Page


@click.command()
@click.option("--check", "only_check", is_flag=True, help="Write nothing; exit 1 where a page is stale.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def docs(only_check: bool, as_json: bool) -> None:
    """Makes the reference pages from the code, in the checkout that is the working directory."""
    from hub.run.reference import stale

    root = _checkout()
    pages = _pages(root)
    changed = stale(pages, root)
    if not only_check:
        for page in pages:
            if page.path in changed:
                (root / page.path).parent.mkdir(parents=True, exist_ok=True)
                (root / page.path).write_text(page.text, encoding="utf-8")
    if as_json:
        output.figures({"pages": len(pages), "stale" if only_check else "written": changed})
    else:
        for path in changed:
            click.echo(f"{path}: stale → make docs" if only_check else path)
        click.echo(f"docs: {len(pages)} pages, {len(changed)} {'stale' if only_check else 'written'}")
    raise SystemExit(1 if only_check and changed else 0)


def _checkout() -> Path:
    """The working directory; raises FixSettings C114 where it is no checkout: the pages tell of its tests too."""
    from hub.errors import FixSettings

    root = Path.cwd()
    if not (root / "tests" / "nasty_cases.yaml").is_file():
        raise FixSettings("C114")
    return root


def _pages(root: Path) -> "list[Page]":
    """All pages. What lies above `hub.run` (commands, HTTP application) is handed to it from here."""
    import hub.pack
    from hub.api import asyncapi
    from hub.cli import main
    from hub.kit.page import checks_page
    from hub.messages.text import Language
    from hub.run.reference import catalogue, commands, flow, interface, nasty, nouns, settings, states
    from hub.run.reference.page import json_page
    from hub.schema import schemas

    pages = [
        catalogue.errors_page(),
        commands.commands_page(main, "gridplus"),
        settings.settings_page(),
        states.states_page(),
        interface.interface_page(),
        nouns.nouns_page(schemas()),
        checks_page(),
        json_page("docs/reference/asyncapi.json", asyncapi.document(hub.pack.load(), schemas())),
        json_page("docs/reference/openapi.json", _openapi()),
        nasty.nasty_page(nasty.read_groups(root / "tests" / "nasty_cases.yaml"), nasty.shown_by(root)),
    ]
    for name, language in (("README.md", Language.EN), ("README.zh.md", Language.ZH)):
        pages.append(flow.with_flow(name, (root / name).read_text(encoding="utf-8"), language))
    return pages


def _openapi() -> dict[str, object]:
    """What `/openapi.json` answers. Routes are described without a store: the doors are never opened."""
    from typing import cast

    from hub.api import app
    from hub.api.doors import Doors

    document: dict[str, object] = app.make(cast("Doors", None)).openapi()
    return document
