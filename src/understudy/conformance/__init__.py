"""Conformance: does a gateway tell its callers what its upstreams said? Asked from outside, of any gateway.

A scripted upstream says known answers in six dialects, and fails in known ways; a client asks through the gateway in
each of the six and reads what came back. What is said and how it is read is written here from the makers' references,
by hand: nothing of the gateway's own code is used, so that a mistake there cannot hide itself.

The room by its modules: `scenarios` (what happens), `answers` (what is said, heard and due), `sse` and `aws_stream`
(how streams are cut), one module for each dialect, `upstream`, `asking` (one request and what came of it), `judging`
(what is wrong with it), `run`, and `own` (the gateway that is judged where nobody names another).
"""
