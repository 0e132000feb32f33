"""One plugin on the shelf, held to the hub of today: `python -m tests.downstream.held PATH NAME=MODULE CHECK …`.

In a process of its own, since a frozen plugin has the names of the one that it was copied from. Says one JSON object: what
came of each sample and of each check.
"""

import json
import sys
import tempfile
from importlib.metadata import EntryPoint
from pathlib import Path

from hub.kit import checked
from hub.kit.sampling import outcome
from hub.plugin.registry import Registry
from hub.plugin.samples import read_samples


def main(path: str, point: str, *checks: str) -> None:
    """Loads the plugin with its folder in front of everything, and asks it."""
    sys.path.insert(0, path)
    name, _, module = point.partition("=")
    found = Registry.load([EntryPoint(name, module, "gridplus")])
    for refusal in found.refusals:
        raise refusal.error
    (entry,) = found.adapters.values()
    samples = {
        one.name: "" if one.expected == outcome(entry, one) else "differs"
        for one in read_samples(Path(entry.samples or ""))
    }
    results = {}
    for check in checks:
        with tempfile.TemporaryDirectory(prefix="gridplus-") as place:
            results[check] = checked(entry, check, Path(place))
    print(
        json.dumps(
            {"samples": samples, "checks": {name: [one.verdict, one.line] for name, one in results.items()}}
        )
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
