"""Outcomes: what says that an answer was good. Checks here; what a check may not do is know which model it judges."""
