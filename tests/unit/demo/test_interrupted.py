"""Ctrl-C while processes of a demo or a bench are there: it reaches the whole group of whoever began them."""

import subprocess
import sys

BEGUN = """
import os, signal, sys
from hub.demo.listener import begin, stop
process = begin("hub.demo.systems")
process.stdin.write(b'{"ask": "progress"}\\n')
process.stdin.flush()
signal.signal(signal.SIGINT, signal.SIG_IGN)
os.killpg(0, signal.SIGINT)
print(process.stdout.readline().decode())
stop(process)
sys.exit(process.returncode)
"""


def test_who_began_it_ends_it_and_nobody_complains() -> None:
    done = subprocess.run(
        [sys.executable, "-c", BEGUN],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        start_new_session=True,
    )
    assert (0, "") == (done.returncode, done.stderr)
    assert '"done":true' in done.stdout
