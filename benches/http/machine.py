"""This machine -> what a reader has to know of it, to know what the figures are worth."""

import datetime
import json
import os
import pathlib
import platform
import re
import sqlite3

import tools as programs


def describe(tools, repository):
    """Names and values, in the order in which they are told."""
    return {
        "date": datetime.date.today().isoformat(),
        "machine": f"{os.cpu_count()} cores of {processor()}, {memory()} GB, {system()}, Linux {platform.release()}",
        "load before": f"{os.getloadavg()[0]:.1f}",
        "Deltalink": revision(tools, repository),
        "rustc": version("rustc", "--version"),
        "sqlite3": version("sqlite3", "--version"),
        "Python": f"{platform.python_version()} with SQLite {sqlite3.sqlite_version}",
        "wrk": programs.run("sh", "-c", "wrk --version 2>&1 || true").split(" [")[0].removeprefix("wrk "),
    }


def of_peers(tools):
    """The versions of what is measured beside."""
    cap = json.loads((tools.cap / "node_modules" / "@sap" / "cds" / "package.json").read_text(encoding="utf-8"))
    return {
        "SAP CAP": f"{cap['version']} on Node.js {version('node', '--version')}",
        "datasette": version(tools.datasette, "--version"),
    }


def version(*command):
    """The number in what a program says of itself."""
    return re.search(r"\d+\.[\w.]+", programs.run(*command))[0]


def revision(tools, repository):
    """The gateway's version and the commit that it was built from."""
    commit = programs.run("git", "-C", repository, "describe", "--always", "--dirty").strip()
    return f"{version(tools.gateway, '--version')} ({commit})"


def processor():
    """Its name."""
    named = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    return re.sub(r"\((R|TM)\)| CPU| @.*", "", named[1]) if named else platform.machine()


def memory():
    """In GB."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 1_000_000_000


def system():
    """The distribution."""
    return platform.freedesktop_os_release().get("PRETTY_NAME", "Linux")
