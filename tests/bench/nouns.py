"""What it costs to read a whistle as it stands in the store: `python -m tests.bench.nouns`.

CPU µs a whistle, best of five rounds: the hub's own reading (`hub.jsonform`), and a bare JSON reader as its floor.
"""

import time
from collections.abc import Callable
from random import Random
from typing import Any, Final

import orjson

from hub.jsonform import dumps, loads
from hub.model import Whistle
from hub.pack import load
from tests.bench.marks import matters

WHISTLES: Final = 2_000
ROUNDS: Final = 5


def best(read: Callable[[str], Any], texts: list[str]) -> float:
    """CPU µs a text in the fastest round."""
    took = []
    for _ in range(ROUNDS):
        began = time.process_time()
        for text in texts:
            read(text)
        took.append(time.process_time() - began)
    return min(took) / len(texts) * 1e6


def main() -> None:
    """Prints both."""
    departments = sorted({one.department for one in load().contracts})
    texts = [dumps(one) for _, called in matters(WHISTLES, departments, Random(1)) for one in called]
    size = sum(map(len, texts)) // len(texts)
    hub, floor = best(lambda text: loads(Whistle, text), texts), best(orjson.loads, texts)
    print(
        f"{len(texts)} whistles of {size} characters: read by the hub {hub:.1f} µs, JSON alone {floor:.1f} µs"
    )


if __name__ == "__main__":
    main()
