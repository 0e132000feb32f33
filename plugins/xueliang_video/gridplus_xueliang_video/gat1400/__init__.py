"""GA/T 1400, and the GB/T 28181 alarms that its gateway forwards: what goes over the wire, and what of it may be held.

A protocol that this plugin alone speaks. Nothing here listens or stores.

    viid.py          paths, status objects, answers
    session.py       our standing with the platform: registered, kept alive, subscribed
    allowed.py       every field that may be held, and its shape
    ingress.py       a message rebuilt from these fields, and nothing else
    notification.py  notifications cut into one alarm each, and read as drafts
    alarm28181.py    alarms of the gateway, read as drafts and answered
"""
