"""The gateway: the corridor that every request walks, whoever asks and whoever answers.

Bytes come in with headers, bytes go out through `ports.Sender`; no server or client library is known here. The
corridor admits, plans over the board, tries models in turn, relays frames, meters, and writes the books before it
hands the last bytes over. It learns of a ramp through the board, never by asking parity.
"""
