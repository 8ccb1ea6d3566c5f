"""The report for people who look rather than read: figures from the books, drawn into one file that needs nothing else.

`gather` asks the books, `history` makes a slice's course again, `page` lays it out, `charts` draws, `markup` is the
look that all our reports share. Nothing here decides anything, and nothing is fetched when the file is opened.
"""
