"""Whether a locked dependency has a known vulnerability: `python tools/audit.py`, by pip-audit.

Exits 0 where every package was looked up and none has one, 1 where one has, 3 where packages could not be
looked up: pip-audit alone would count those as passed.
"""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[1]
LOCK: Final = ROOT / "requirements.lock"
LONGEST_S: Final = 300


@dataclass(frozen=True, slots=True)
class Verdict:
    """How the audit ends: its exit code, and what it says, a line each."""

    code: int
    lines: tuple[str, ...]


def verdict(found: Sequence[Mapping[str, Any]]) -> Verdict:
    """Of pip-audit's `dependencies`: each has `vulns`, or `skip_reason` where nothing is known of it."""
    unknown = [one["name"] for one in found if "skip_reason" in one]
    hit = [
        f"audit: {one['name']} {one['version']}: {wrong['id']}, mended in {', '.join(wrong['fix_versions']) or 'no version yet'}"
        for one in found
        for wrong in one.get("vulns", ())
    ]
    told = [*hit]
    if unknown or not found:
        told.append(
            f"audit: NOT CHECKED: {len(unknown)} of {len(found)} packages could not be looked up, "
            "the vulnerability data was not reached. This is no pass."
        )
    else:
        told.append(f"audit: {len(found)} packages looked up, {len(hit)} known vulnerabilities")
    return Verdict(1 if hit else 3 if unknown or not found else 0, tuple(told))


def ask() -> Sequence[Mapping[str, Any]]:
    """What pip-audit finds of every line of the lock; nothing where it could not even ask."""
    command = [sys.executable, "-m", "pip_audit", "-r", str(LOCK), "--disable-pip", "--no-deps", "-f", "json"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=LONGEST_S)
        found: Sequence[Mapping[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, ValueError, KeyError):
        return ()
    return found


def main() -> None:
    """Asks, says, exits."""
    ended = verdict(ask())
    print("\n".join(ended.lines))
    raise SystemExit(ended.code)


if __name__ == "__main__":
    main()
