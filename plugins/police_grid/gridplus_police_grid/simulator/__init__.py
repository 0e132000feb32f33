"""The police side of the ferry, to play with: it drops files and never hears a word."""

from gridplus_police_grid.simulator.export import FAILURES, PoliceExport, plan

__all__ = ["FAILURES", "PoliceExport", "plan"]
