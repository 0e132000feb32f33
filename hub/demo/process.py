"""What processes cost, from the process table of Linux."""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

_TICKS: Final = os.sysconf("SC_CLK_TCK")


def cpu_s(pid: int) -> float:
    """CPU seconds of a process and its children, living and ended."""
    total = 0.0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue  # it ended while we looked
        if int(stat.parent.name) == pid:
            total += (
                sum(int(fields[n]) for n in (11, 12, 13, 14)) / _TICKS
            )  # its own, and its ended children's
        elif int(fields[1]) == pid:
            total += sum(int(fields[n]) for n in (11, 12)) / _TICKS
    return total


def forget_peak() -> None:
    """The peak of this process's memory is counted from now on, where the kernel allows it."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def peak_mb(pids: Iterable[int]) -> int | None:
    """Peak resident memory of these processes together, each at its own moment; None where nobody tells."""
    peaks = [_peak_kb(pid) for pid in pids]
    return None if None in peaks else sum(filter(None, peaks)) // 1024


def largest_mb(pids: Iterable[int]) -> int | None:
    """The same of the largest of them; None where there is none, or nobody tells."""
    peaks = [_peak_kb(pid) for pid in pids]
    return None if not peaks or None in peaks else max(filter(None, peaks)) // 1024


def _peak_kb(pid: int) -> int | None:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1])
    return None
