"""The check of a department's consumer: a hub of its own on loopback, which hands out the contract's examples and
misbehaves on purpose, and verdicts from what is seen of the consumer from outside.

The hub is the real one (routes, projection, lifecycle, forms) over an empty store; whatever goes wrong goes wrong on the
line, in `mischief`. `acts` play, `verdicts` judge, and neither knows how messages travel: that is `stand`'s.
"""
