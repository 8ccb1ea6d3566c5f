"""Real coding clients through a gateway: are they served by configuration alone?

The clients themselves run, headless, each in an empty home of its own, against a scripted upstream; what they print,
what their tools did and what they sent is looked at from outside. Nothing here knows the gateway's code.
"""
