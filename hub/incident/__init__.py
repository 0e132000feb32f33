"""The matter itself: which reports tell of one incident, why, and how a link is undone.

Pure: no socket, file, database, wall clock or random source. Reports come in as sightings, decisions
go out with their reasons; `run/` stores them.

    sighting   what is compared: one report, and the incidents it may belong to
    text       words, names and house numbers of masked text (`sketch`, `names`)
    rules      how far, how long, how alike, by category; which categories may name one matter
    evidence   what speaks for and against, in points
    judge      one report against one incident
    ties       certain ties by number
    flood      one flapping device
    decide     join, or open
    blocks     where to look for candidates
    merge      links as history: link, un-link, merge, un-merge
"""

from hub.incident.blocks import blocks
from hub.incident.decide import Join, Near, Open, decide
from hub.incident.flood import AlarmRun, Signal, heard
from hub.incident.judge import Judgement, judge
from hub.incident.merge import link, live, merge, unlink, unmerge
from hub.incident.names import Doorplate
from hub.incident.rules import Extent, LinkRule, LinkRules
from hub.incident.sighting import Candidate, Sighting
from hub.incident.text import Features, features, same_matter
from hub.incident.ties import Identity, identities

__all__ = [
    "AlarmRun",
    "Candidate",
    "Doorplate",
    "Extent",
    "Features",
    "Identity",
    "Join",
    "Judgement",
    "LinkRule",
    "LinkRules",
    "Near",
    "Open",
    "Sighting",
    "Signal",
    "blocks",
    "decide",
    "features",
    "heard",
    "identities",
    "judge",
    "link",
    "live",
    "merge",
    "same_matter",
    "unlink",
    "unmerge",
]
