"""Routing: which model answers this request. Pure: the board, the features and a draw go in, a plan comes out.

Nothing here knows that HTTP exists, waits for anything, or asks parity: a ramp reaches routing as a share on the board.
"""
