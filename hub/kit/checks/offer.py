"""What the plugin offers, before anything is read: settings, secrets, samples, names."""

import re
from typing import Final

from pydantic import ValidationError

from hub.kit.outcome import CHECKS, Failed, Level, NotApplicable, check
from hub.kit.subject import Subject, demand
from hub.plugin.samples import outcome_of

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{1,39}")
_SECRET: Final = re.compile(r"secret|password|passwd|token|(api|access|private|upload|sign(ing)?)_?key$")
_SENTENCE: Final = 3
"""Words, at least."""
_CHINESE: Final = re.compile(r"[\u4e00-\u9fff]")


@check("named", Level.BRONZE, "it has a name for machines and a Chinese one for people")
def named(subject: Subject) -> None:
    entry = subject.entry
    demand(bool(_NAME.fullmatch(entry.name)), "name", "its name is not lower case letters, digits and _")
    demand(bool(_CHINESE.search(entry.title)), "title", "its title has no Chinese word")


@check("settings-closed", Level.BRONZE, "a misspelt setting stops the start")
def settings_closed(subject: Subject) -> None:
    demand(
        subject.entry.config.model_config.get("extra") == "forbid",
        "open",
        "its settings take names that they do not know; model_config wants extra='forbid'",
    )


@check("settings-strict", Level.BRONZE, "a setting of another type is refused, not converted")
def settings_strict(subject: Subject) -> None:
    demand(subject.entry.config.model_config.get("strict") is True, "lax", "model_config wants strict=True")


@check("secrets-marked", Level.BRONZE, "what looks like a secret is a SecretStr")
def secrets_marked(subject: Subject) -> None:
    schema = subject.entry.config.model_json_schema()
    for part in (schema, *schema.get("$defs", {}).values()):
        for name, one in part.get("properties", {}).items():
            if _SECRET.search(name) and one.get("type") == "string":
                demand(one.get("format") == "password", "plain", f"the setting {name} is a plain text")


@check(
    "skips-named", Level.BRONZE, "what it leaves out is the name of a check, with a sentence that says why"
)
def skips_named(subject: Subject) -> None:
    for name, reason in subject.entry.skips.items():
        demand(name in CHECKS, "unknown", f"it skips {name}, and there is no such check")
        demand(len(reason.split()) >= _SENTENCE, "unsaid", f"it skips {name} and does not say why")


@check("simulator", Level.BRONZE, "it brings a simulator of its system")
def simulator(subject: Subject) -> None:
    demand(subject.entry.simulator is not None, "none", "without a simulator hardly anything can be shown")


@check("settings-reach", Level.BRONZE, "the simulator's settings are settings of the adapter")
def settings_reach(subject: Subject) -> None:
    subject.needs_simulator()
    try:
        with subject.at_desk():
            return
    except ValidationError:
        raise Failed("refused", "its own settings are refused by its configuration") from None


@check("opens-nothing", Level.BRONZE, "making an adapter asks nobody")
def opens_nothing(subject: Subject) -> None:
    with subject.at_desk(subject.says()) as desk:
        if not desk.wires and not desk.cables:
            raise NotApplicable("it is not reached over a network")
        desk.made().close()
        asked = any(wire.requests for wire in desk.wires) or any(one.connections for one in desk.cables)
        demand(not asked, "asked", "it sends a request when it is made")


@check("samples-hold", Level.BRONZE, "each sample gives what stands beside it, good ones and bad ones")
def samples_hold(subject: Subject) -> None:
    demand(bool(subject.samples), "none", "it has no samples")
    for sample in subject.samples:
        demand(
            outcome_of(subject.sampled, sample) == sample.expected,
            "differs",
            f"sample {sample.name} gives something else",
        )
    kinds = {"error" in sample.expected for sample in subject.samples}
    demand(False in kinds, "no-good-one", "no sample shows a record that becomes a report")
    demand(True in kinds, "no-bad-one", "no sample shows a record with something wrong")


@check("owner-named", Level.GOLD, "it says which team is called when it fails")
def owner_named(subject: Subject) -> None:
    demand(bool(subject.entry.owner.strip()), "nobody", "AdapterEntry.owner names no team")
