"""The pages: what people do with the hub in a browser. One page is one route file, one template, at most one script.

May hold: routes that parse, call one function of `hub.run` and draw what comes back. May not hold: a rule, or SQL.
"""
