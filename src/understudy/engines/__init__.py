"""Engines: own models that this machine runs. Start one, watch it, find out which build it is. Which model answers a
request is not decided here, and nothing here is on the request path."""
