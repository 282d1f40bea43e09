"""A SQLite file -> the gateway that serves it, tracked."""

import contextlib
import json
import subprocess
import urllib.request

import process

ADDRESS = r"(http://127[^ ]*/odata/)"
ANY_PORT = "127.0.0.1:0"


def track(tools, path):
    """Installs the triggers, for all tables."""
    command = [str(tools.gateway), "track", "--all", "--database", f"sqlite:{path}"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                   env=process.clean_environment())


@contextlib.contextmanager
def serving(tools, path):
    """The gateway as it is without configuration."""
    with process.serving(command(tools, path, ANY_PORT), ADDRESS, path.parent) as server:
        fetch(server.address)
        yield server


def command(tools, path, listen):
    """What starts the gateway."""
    return [tools.gateway, "serve", "--database", f"sqlite:{path}", "--listen", listen]


def link_from_now(server, table):
    """The delta link that begins with the next change."""
    return fetch(f"{server.address}{table}?$deltatoken=latest")["@odata.deltaLink"]


def fetch(url, headers=None):
    """An answer's JSON."""
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers or {})) as answer:
        return json.load(answer)
