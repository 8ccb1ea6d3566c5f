"""Dialects: the wire formats, each as two small state machines on either side of canon. Bytes in, canon out, and back.

No I/O, no clock, no chance, no logging: one file serves callers and upstreams, and can be fuzzed. A dialect is
lossless to and from canon, or it returns omissions. Dialects do not know one another; `contract` says what each offers.
"""
