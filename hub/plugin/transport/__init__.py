"""Transports that several sources share: HTTP, signatures, tokens, tables. One transport a file.

A transport moves and checks bytes; what they mean is the adapter's. A protocol that one plugin alone
speaks stays in that plugin's folder.
"""
