"""Who may see what: grants, projection, masks, the vault, the audit chain.

Invariants 4 and 5 live here. A field leaves the hub only through `project` with a live grant. Files and
randomness come in as arguments; nothing here knows the database, the bus or the web.
"""
