"""Departments' systems to play with, one transport a file: what simulators of several plugins share.

A system speaks its real protocol over a socket or a file. What a department's system says, and in which words, is its
plugin's; nothing of any one department may live here.
"""
