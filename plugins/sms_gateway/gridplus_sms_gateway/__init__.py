"""Duty phones by SMS, for the Grid+ hub."""
