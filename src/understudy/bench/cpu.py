"""CPU time of a process and all below it, from /proc: nanoseconds on a processor, as the scheduler counts them."""

from pathlib import Path

PROC = Path("/proc")


def tree(root: int) -> list[int]:
    """The ids of a process and of everything it started."""
    children: dict[int, list[int]] = {}
    for stat in PROC.glob("[0-9]*/stat"):
        try:
            # The name may hold anything; what follows its closing bracket is "state parent …".
            after = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        children.setdefault(int(after[1]), []).append(int(stat.parent.name))
    found, queue = [], [root]
    while queue:
        pid = queue.pop()
        found.append(pid)
        queue += children.get(pid, [])
    return found


def spent_ns(pids: list[int]) -> int:
    """Nanoseconds that these processes have spent on a processor so far."""
    total = 0
    for pid in pids:
        for schedstat in PROC.glob(f"{pid}/task/*/schedstat"):
            try:
                total += int(schedstat.read_text().split()[0])
            except (OSError, ValueError, IndexError):
                continue
    return total
