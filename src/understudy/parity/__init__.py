"""Parity: may this slice move?

Here live the hypothesis, the unit of evidence, the ladder, the gate, and the assignment of callers to a share.
Everything is a pure function of values: outcomes, thresholds and the time come in as arguments, so that each decision
can be made again from what was stored. No model is called, no row is read or written, no clock is looked at; who does
those things calls in here.
"""
