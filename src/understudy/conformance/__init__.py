"""Conformance: does a gateway tell its callers what its upstreams said? Asked from outside, of any gateway.

A scripted upstream says known answers in four dialects; a client asks through the gateway in each of the four and reads
what came back. What is said and how it is read is written here from the makers' references, by hand: nothing of the
gateway's own code is used, so that a mistake there cannot hide itself.
"""
