"""`understudy bench parity`: does the gate keep its promises, and how do others fare on the same streams?

Everything here is a simulation or a replay of public outcomes, and says which. It drives the shipped objects; where
speed asks for a vectorised twin, a test holds both together. numpy comes in here and nowhere else.
"""
