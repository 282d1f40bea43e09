"""A command -> a process that serves, its address, and what Linux tells of it. Always ended, by its own id."""

import contextlib
import os
import pathlib
import re
import subprocess
import time

PATIENCE = 60
TICKS = os.sysconf("SC_CLK_TCK")


class Server:
    """A running server."""

    def __init__(self, process, address):
        self.process = process
        self.address = address

    def memory(self, line="VmRSS"):
        """A line of its status, in octets."""
        status = self._told("status")
        return int(re.search(rf"^{line}:\s+(\d+) kB", status, re.MULTILINE)[1]) * 1024

    def forget_peak(self):
        """From here on `VmHWM` is the highest memory since now."""
        pathlib.Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")

    def processor_seconds(self):
        """What it has used of the cores."""
        fields = self._told("stat").rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def _told(self, name):
        return pathlib.Path(f"/proc/{self.process.pid}/{name}").read_text(encoding="utf-8")


@contextlib.contextmanager
def serving(command, address, folder, environment=None):
    """Runs `command` until its output shows `address`, a pattern; ends it afterwards."""
    log = pathlib.Path(folder, "server.log")
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(part) for part in command], cwd=folder, env=environment or clean_environment(),
            stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
        )
    try:
        yield Server(process, wait_for_address(process, log, address))
    finally:
        end(process)


def wait_for_address(process, log, pattern):
    """The address that the log names, as soon as it does."""
    given_up = time.monotonic() + PATIENCE
    while time.monotonic() < given_up:
        written = log.read_text(encoding="utf-8", errors="replace")
        if found := re.search(pattern, written):
            return found[1]
        if process.poll() is not None:
            raise SystemExit(f"a server ended:\n{written}")
        time.sleep(0.02)
    raise SystemExit(f"a server did not start:\n{written}")


def end(process):
    """Asks the process to end, and waits until it has."""
    process.terminate()
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def clean_environment():
    """Without what the machine's owner has set up for gateways of their own."""
    return {name: value for name, value in os.environ.items() if not name.startswith("DELTALINK_")}
