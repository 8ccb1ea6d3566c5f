"""The command line: `understudy …`. Commands are thin: they load settings, call a room, and print for people.

Exit status: 0 done, 1 the thing asked for failed (a bar, a replay, a server), 2 it could not be tried (a wrong
configuration, nothing to serve).
"""

from understudy.cli.main import main

__all__ = ["main"]
