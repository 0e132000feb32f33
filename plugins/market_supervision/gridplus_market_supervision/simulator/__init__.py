"""The 12315 platform and an office with an Excel table, to play with, on 127.0.0.1."""

from gridplus_market_supervision.simulator.platform import FAILURES, ONLY_READ, ONLY_TABLED, MarketPlatform

__all__ = ["FAILURES", "ONLY_READ", "ONLY_TABLED", "MarketPlatform"]
