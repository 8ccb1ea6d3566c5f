"""Stats: numbers in, numbers out.

Here live the e-processes, the confidence sequence, the change detector and the fleet rule that the gate stands on.
None of them knows what a model, a slice or a request is; no I/O, no clock, no chance. Every one of them may be looked
at after every observation: that is the reason why they, and not a z-test, decide about traffic.
"""
