"""Providers: where models are reached. The catalogue is rows of data; the transport owns every outgoing connection.

What a wire format looks like is the dialects' business; which model answers is routing's. Nothing here reads the
environment: references to secrets are resolved by settings, and the app hands the values in.
"""
