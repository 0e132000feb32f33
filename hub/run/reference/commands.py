"""The page of the command line, from the tree of commands itself."""

from collections.abc import Iterator

import click

from hub.run.reference.page import Page, code, markdown, table


def commands_page(root: click.Group, name: str) -> Page:
    """`docs/reference/cli.md`: `root`, called `name`, and all that is below it."""
    return markdown(
        "docs/reference/cli.md",
        "Command line",
        "Figures with `--json` are one object on the last line of stdout; logs go to stderr. A command ends "
        "with 0 where all is well, with 1 where it found something wrong, with 2 where it was used wrongly. "
        "Without an argument, commands about a pack take the demo pack.",
        *_sections(root, click.Context(root, info_name=name)),
    )


def _sections(group: click.Group, ctx: click.Context) -> Iterator[str]:
    for name in group.list_commands(ctx):
        command = group.get_command(ctx, name)
        if command is None:
            continue
        inner = click.Context(command, info_name=name, parent=ctx)
        if isinstance(command, click.Group):
            yield from _sections(command, inner)
        else:
            yield _section(command, inner)


def _section(command: click.Command, ctx: click.Context) -> str:
    usage = " ".join([ctx.command_path, *command.collect_usage_pieces(ctx)])
    told = [one.get_help_record(ctx) for one in command.params]
    options = [(code(names), says) for names, says in filter(None, told) if says]
    parts = [f"## `{ctx.command_path}`", command.help or "", f"```text\n{usage}\n```"]
    if options:
        parts.append(table(("option", "meaning"), options))
    return "\n\n".join(parts)
