"""Runs the workers of one hub in this thread, step by step, until nothing is left to do.

For imports, benches and tests: the same workers as everywhere, without threads.
"""

from collections.abc import Mapping

from hub.plugin import Adapter
from hub.run.assembly import Assembly
from hub.store import leases


def settle(hub: Assembly, adapters: Mapping[str, Adapter], *, rounds: int = 100_000) -> None:
    """Intake of each of `adapters`, then casework, until a whole round does nothing; gives its leases back."""
    intakes = [hub.plain_intake(source, adapter) for source, adapter in adapters.items()]
    casework = hub.plain_casework()
    try:
        for _ in range(rounds):
            done = 0
            for intake in intakes:
                held = intake.lease()
                done += intake.digest(held) if held else 0
            done += casework.step(timeout_s=0.0)
            if not done:
                return
    finally:
        casework.close()
        for intake in intakes:
            if (held := intake.lease()) is not None:
                leases.give_back(hub.store, held)  # who comes next need not wait until they end
