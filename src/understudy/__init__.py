"""Understudy: one gateway before every model a company rents or owns; it moves each slice of traffic to the own
model when the evidence allows, and back when it does not. ARCHITECTURE.md has the map of the rooms."""
