"""The demonstration: a real tiny own model beside a stand-in for a rented one, driven through the server from outside.

Nothing in the product knows this room. It speaks HTTP to `understudy serve` like any client; its check is a plug-in.
"""
