"""The command `gridplus`: a public interface. Each command is a module, imported only when it is called.

Figures with `--json` are one object on the last line of stdout; logs go to stderr; exit 0 fine,
1 found something wrong, 2 used wrongly.
"""

from importlib import import_module
from typing import Any, Final, NoReturn

import click

from hub.errors import FixSettings
from hub.run import longlived

_COMMANDS: Final = {
    "accounts": ("hub.cli.accounts", "accounts", "Accounts of people: add, list, confirm, disable, reset."),
    "attachment": (
        "hub.cli.attachment",
        "attachment",
        "Files of reports: look at one, release it, cover parts, refuse it.",
    ),
    "audit": ("hub.cli.audit", "audit", "Whether the chain of looks at data is whole."),
    "backup": ("hub.cli.backup", "backup", "A copy of everything, taken while workers run."),
    "bench": ("hub.cli.bench", "bench", "Speed of the whole journey, by stage."),
    "broker": ("hub.cli.broker", "broker", "Topics, accounts and access lists on Kafka, from the pack."),
    "card": ("hub.cli.card", "card", "Cards (督办牌): list, review an appeal, void, compute them again."),
    "contract": ("hub.cli.contract", "contract", "Check a pack's contracts; what a change breaks and moves."),
    "defer": (
        "hub.cli.defer",
        "defer",
        "Matters that are agreed to wait (挂账): list, propose, agree, review.",
    ),
    "demo": ("hub.cli.demo", "demo", "Simulated departments, hub and pages."),
    "department": (
        "hub.cli.department",
        "department",
        "For a department's developers: types, a department to test against, the check of a consumer.",
    ),
    "docs": ("hub.cli.docs", "docs", "Reference pages, generated; --check finds stale ones."),
    "doctor": ("hub.cli.doctor", "doctor", "What is silently wrong, each with its next step."),
    "dossier": ("hub.cli.dossier", "dossier", "The chained file of a whistle (一哨一档), signed, as ZIP."),
    "explain": ("hub.cli.explain", "explain", "Why an event, incident or whistle is as it is."),
    "figures": ("hub.cli.figures", "figures", "How departments did: fair shares, times, ranks."),
    "grants": (
        "hub.cli.grants",
        "grants",
        "The field whitelist: show, propose, preview, approve, refuse, end, export, import.",
    ),
    "import": ("hub.cli.importing", "import_", "Back-fill from files; starts no clock and no whistle."),
    "keys": ("hub.cli.keys", "keys", "The vault's master keys and callers' keys."),
    "mark": ("hub.cli.marks", "mark", "Mark what a department did; evidence that was doubted."),
    "measure": ("hub.cli.measure", "measure", "Quality on real data, beside simple methods."),
    "pack": ("hub.cli.pack", "pack", "Check a pack; find gaps and overlaps of its contracts."),
    "plugin": (
        "hub.cli.plugin",
        "plugin",
        "The catalogue of plugins; how sources do; pause, resume, simulate one.",
    ),
    "reconcile": (
        "hub.cli.reconcile",
        "reconcile",
        "Both sides beside each other: sources, answers, departments; --repair mends what is safe.",
    ),
    "replay": ("hub.cli.replay", "replay", "Read held and dead records again, as after a mended mapping."),
    "residents": (
        "hub.cli.residents",
        "residents",
        "A resident's copy, correction or deletion (个人信息保护法 44–47).",
    ),
    "restore": ("hub.cli.backup", "restore", "A copy, back into an empty place, and verified there."),
    "retention": ("hub.cli.retention", "retention", "What is kept past its time, and what was let go."),
    "review": ("hub.cli.review", "review", "Likely duplicates: link two matters, or keep them apart."),
    "run": ("hub.cli.run", "run", "The workers: all of them, or some."),
    "supervise": (
        "hub.cli.supervise",
        "supervise",
        "What departments have to answer for (督办): list, open, answer, close.",
    ),
    "verify": ("hub.cli.dossier", "verify", "Whether an exported dossier is what a hub wrote; offline."),
    "whistle": (
        "hub.cli.whistle",
        "whistle",
        "Returned whistles: hear, uphold, dismiss; designate a department.",
    ),
    "whitelist": (
        "hub.cli.whitelist",
        "whitelist",
        "Reports about the field whitelist: grants that nobody uses.",
    ),
}


class _Lazy(click.Group):
    """Loads a command's module when it is called: `--help` stays fast (fastapi, kafka … are slow to import)."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        longlived.begin()
        return super().main(*args, **kwargs)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, name, _ = _COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, _, text) in _COMMANDS.items()])

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)
        except Exception as error:
            return self._end(ctx, error)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except click.exceptions.Exit:
            raise
        except Exception as error:
            return self._end(ctx, error)

    def _end(self, ctx: click.Context, error: Exception) -> NoReturn:
        """One line on stderr and the exit code; what is our own mistake goes on upwards."""
        from hub.cli.faults import told_of
        from hub.messages import text_of

        called = getattr(error, "ctx", None) or ctx
        told = told_of(error, called.command_path)
        if told is None:
            raise error
        click.echo(text_of(told, _language()).line, err=True)
        ctx.exit(2 if isinstance(told, FixSettings) else 1)


def _language() -> Any:
    """The language asked for, also where the settings themselves are what is wrong."""
    import os

    from hub.messages.text import Language

    return Language.EN if os.environ.get("GRIDPLUS_LANGUAGE", "").lower() == "en" else Language.ZH


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="gridplus-hub")
def main() -> None:
    """网格+ integration hub: department systems in, one picture, departments called by contract."""
    from hub.run.ground import logs

    logs.configure("warning")  # on stderr, whatever the command: the last line of stdout is its figures
