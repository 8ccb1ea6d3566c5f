"""Engines: own models that this machine runs, and tables of word vectors. Start one, watch it, find out which build it
is. Which model answers a request is not decided here, and nothing here waits on the request path."""
