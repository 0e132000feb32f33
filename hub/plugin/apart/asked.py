"""What a plugin offers, asked in a process of its own: `python -m hub.plugin.apart.asked PATH NAME=MODULE …`.

Says it in one frame and ends. The hub hears it (`hub.plugin.apart.offered`) and never imports the plugin.
"""

import sys
from importlib.metadata import EntryPoint

from hub.plugin.adapter import AdapterEntry
from hub.plugin.apart import speech
from hub.plugin.apart.child import pipes
from hub.plugin.apart.speech import Described, Offering
from hub.plugin.hookspecs import PROJECT
from hub.plugin.registry import Registry


def main(path: str, *points: str) -> None:
    """Loads what the entry points name, `path` in front of everything, and says what they offer."""
    _, out = pipes()
    sys.path.insert(0, path)
    named = (one.partition("=") for one in points)
    found = Registry.load([EntryPoint(name, module, PROJECT) for name, _, module in named])
    adapters = {
        entry.name: _described(entry, offer.origin.module)
        for offer in found.offers
        for entry in offer.entries
    }
    speech.write(out, Offering(adapters, [speech.told(one.error) for one in found.refusals]))


def _described(entry: AdapterEntry, module: str) -> Described:
    return Described(
        module=module,
        title=entry.title,
        schema=entry.config.model_json_schema(),
        declares=dict(entry.declares),
        interface=entry.interface,
        cannot_tell=entry.cannot_tell,
        skips=dict(entry.skips),
        owner=entry.owner,
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
