"""Casework: links, incidents, whistles, rounds of moves, reports, clocks that end."""
