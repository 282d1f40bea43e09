"""The programs that measuring takes -> what they say."""

import json
import os
import pathlib
import re
import subprocess
import time

CORES = os.cpu_count()
CONNECTIONS = 64


class Tools:
    """Where the built and the installed programs are."""

    def __init__(self, built, installed):
        # Servers run in folders of their own.
        built, installed = pathlib.Path(built).resolve(), pathlib.Path(installed).resolve()
        self.gateway = built / "deltalink"
        self.client = built / "examples" / "bench-client"
        self.hello = built / "examples" / "hello"
        self.datasette = installed / "datasette" / "python" / "bin" / "datasette"
        self.cap = installed / "cap"

    def load(self, *arguments):
        """What the client tells when it has done as it was told."""
        return json.loads(run(self.client, *arguments))

    def client_process(self, *arguments):
        """The client, to be talked to."""
        command = [str(part) for part in (self.client, *arguments)]
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def run(*command):
    """What a program writes."""
    return subprocess.run([str(part) for part in command], check=True, stdout=subprocess.PIPE, text=True).stdout


def sqlite_json(path, table):
    """Seconds in which `sqlite3 -json` writes the table, into nothing."""
    started = time.perf_counter()
    command = ["sqlite3", "-json", "-readonly", str(path), f"SELECT * FROM {table}"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def requests(url, seconds, script=None, connections=CONNECTIONS):
    """How many requests a second wrk gets answered, all of them with success."""
    asked = ["-s", str(script)] if script else []
    told = run("wrk", f"-t{min(2, CORES)}", f"-c{connections}", f"-d{seconds}s", *asked, url)
    if refused := re.search(r"Non-2xx.*|Socket errors.*", told):
        raise SystemExit(f"{refused[0]} from {url}")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", told)[1])
