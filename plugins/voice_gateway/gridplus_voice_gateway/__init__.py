"""Duty phones by voice, for the Grid+ hub."""
