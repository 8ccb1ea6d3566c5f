"""Canon: the one inner language that every dialect translates to and from.

Here live values only: parts, messages, requests, reply events, frames, usage, money, faults, omissions, and the
grammar that a stream of reply events must follow. No wire format is known here, no I/O, no clock, no chance.
Canon is a superset of the dialects, not one of them: what one dialect can say and another cannot still has a place
here, and the loss is reported where it happens, by the encoder that could not carry it.
"""
