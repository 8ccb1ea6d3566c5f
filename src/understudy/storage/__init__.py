"""Storage: the spool that the request path writes, and the database that the books process keeps.

The only room that speaks SQL. Nothing here decides anything: it keeps what it is given, in order, once, and gives it
back exactly.
"""
