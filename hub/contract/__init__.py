"""What departments take: contracts read, checked, compared, and matters routed by them.

Pure: YAML text, contracts and matters come in; contracts, findings, calls and figures go out. Files are
read by `hub.pack`; deadlines are computed by whoever calls, from `hub.whistle.clocks`.
"""
