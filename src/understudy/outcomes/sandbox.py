"""The sandbox: a program that nobody trusts, run in bubblewrap with nothing of this machine but a read-only Python.

Its own process, network, mount, host-name and message namespaces; no network but an empty loopback; no home, no
secrets, no other processes to see; a small file system in memory that goes with it; an unprivileged user without
capabilities; limits on processor, memory, files and processes; and an end by the wall clock that takes every process
of it. Where this cannot be set up the sandbox refuses to open: nothing is ever run bare.

Run as root it becomes an unprivileged user for good, so that the limit on processes counts; run as anyone else it
takes a user namespace.
"""

import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from understudy.ports import CheckRefused

WALL_S = 10.0
CPU_S = 8
MEMORY_BYTES = 512 * 1024 * 1024
# Processes and threads: tests may start a few; sixteen of the largest still fit into a laptop.
PROCESSES = 16
OPEN_FILES = 64
FILE_BYTES = 32 * 1024 * 1024
SCRATCH_BYTES = 64 * 1024 * 1024
# A user that nobody is. One of its own, so that its processes are counted alone.
NOBODY = 58_642
# Where a Python that is not the system's stands inside.
PYTHON = "/python"
REMEDY = "install bubblewrap (apt-get install bubblewrap) and allow it namespaces, or take another check"
_PROBE = """\
import os, socket
found = []
for path in ("/etc/shadow", "/etc/passwd", "/root", "/home", "/var"):
    try:
        os.listdir(path) if os.path.isdir(path) else open(path).close()
        found.append(path)
    except OSError:
        pass
if os.getuid() == 0:
    found.append("root")
if len([name for name in os.listdir("/proc") if name.isdigit()]) > 4:
    found.append("/proc")
try:
    socket.create_connection(("192.0.2.1", 9), timeout=1)
    found.append("network")
except OSError:
    pass
os.write(1, b"isolated" if not found else repr(found).encode())
"""


class Sandbox:
    """Runs Python programs apart from everything. Make one with `open_sandbox`."""

    def __init__(self, bwrap: str) -> None:
        self._command = [bwrap, *_walls(), *_limits(), _python(), "-I", "-S", "-B", "-c"]

    def run(self, program: str, given: bytes, *, most: int) -> bytes:
        """What a program wrote to its standard output: at most so many bytes, and no longer than the wall clock allows.

        Once there is as much, or the time is up, it ends with all its processes.
        """
        with tempfile.TemporaryFile() as told:
            told.write(given)
            told.seek(0)
            process = subprocess.Popen(
                [*self._command, program],
                stdin=told,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={},
                close_fds=True,
                start_new_session=True,
            )
        try:
            return _read(process, most)
        finally:
            # bubblewrap's end is the end of the process namespace, and so of everything in it.
            process.kill()
            process.communicate()


def _read(process: "subprocess.Popen[bytes]", most: int) -> bytes:
    if process.stdout is None:
        raise RuntimeError("the sandbox has no standard output to read")
    said, fd = b"", process.stdout.fileno()
    until = time.monotonic() + WALL_S
    while len(said) < most and (left := until - time.monotonic()) > 0:
        ready, _, _ = select.select([fd], [], [], left)
        more = os.read(fd, most - len(said)) if ready else b""
        if not more:
            break
        said += more
    return said


def open_sandbox() -> Sandbox:
    """A sandbox that has shown that it isolates; CheckRefused with the remedy if it cannot be set up."""
    bwrap = shutil.which("bwrap")
    if bwrap is None:
        raise CheckRefused(f"there is no bubblewrap on this machine; {REMEDY}")
    sandbox = Sandbox(bwrap)
    seen = sandbox.run(_PROBE, b"", most=1_000)
    if seen != b"isolated":
        shown = seen.decode(errors="replace") or "it does not start"
        raise CheckRefused(f"bubblewrap does not isolate here ({shown}); {REMEDY}")
    return sandbox


def _walls() -> list[str]:
    prefix = Path(sys.base_prefix)
    walls = ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"]
    if os.geteuid() != 0:
        walls += ["--unshare-user", "--uid", str(NOBODY), "--gid", str(NOBODY)]
    walls += ["--die-with-parent", "--new-session", "--clearenv", "--hostname", "sandbox"]
    walls += ["--ro-bind", "/usr", "/usr"]
    for link in ("bin", "lib", "lib64", "sbin"):
        walls += ["--symlink", f"usr/{link}", f"/{link}"]
    if not prefix.is_relative_to("/usr"):
        walls += ["--ro-bind", str(prefix), PYTHON]
    walls += ["--proc", "/proc", "--dev", "/dev", "--size", str(SCRATCH_BYTES), "--perms", "1777", "--tmpfs", "/tmp"]
    return [*walls, "--remount-ro", "/", "--chdir", "/tmp", "--setenv", "HOME", "/tmp", "--setenv", "PATH", "/usr/bin"]


def _limits() -> list[str]:
    limits = ["/usr/bin/prlimit", f"--nproc={PROCESSES}", f"--as={MEMORY_BYTES}", f"--cpu={CPU_S}", "--core=0"]
    limits += [f"--nofile={OPEN_FILES}", f"--fsize={FILE_BYTES}"]
    if os.geteuid() != 0:
        return limits
    user = ["/usr/bin/setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--no-new-privs"]
    return [*user, "--bounding-set=-all", "--inh-caps=-all", *limits]


def _python() -> str:
    prefix = sys.base_prefix if Path(sys.base_prefix).is_relative_to("/usr") else PYTHON
    return f"{prefix}/bin/python{sys.version_info.major}.{sys.version_info.minor}"
