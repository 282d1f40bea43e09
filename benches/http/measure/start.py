"""A database of a hundred tables -> how long the gateway takes from its start to its first answer; and how large it is."""

import http.client
import socket
import subprocess
import time

import gateway
import orders
import process
from rounds import Figure
from targets import Target, at_most

TABLES, MB = 100, 1_000_000


def measure(tools, plan):
    """Starts again and again. The signing key is made by the first start, which does not count."""
    folder = plan.folder / "tables"
    folder.mkdir()
    path = folder / "shop.db"
    orders.make(path, {f"Orders{number}": 10 for number in range(TABLES)})
    gateway.track(tools, path)
    first_answer(tools, path)
    times = Figure([first_answer(tools, path) for _ in range(plan.starts)])
    size = Figure([tools.gateway.stat().st_size / MB])
    return {"first answer, ms": times}, [
        Target(8, f"from start to the first answer, {TABLES} tables", at_most(100, "ms"), times),
        Target(8, "release binary", at_most(20, "MB"), size),
    ]


def first_answer(tools, path):
    """Milliseconds until a row has come."""
    port = free_port()
    command = [str(part) for part in gateway.command(tools, path, f"127.0.0.1:{port}")]
    started = time.perf_counter()
    server = subprocess.Popen(command, cwd=path.parent, env=process.clean_environment(),
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while not answers(port):
            if server.poll() is not None or time.perf_counter() - started > process.PATIENCE:
                raise SystemExit("the gateway did not answer")
            time.sleep(0.001)
        return (time.perf_counter() - started) * 1000
    finally:
        process.end(server)


def answers(port):
    """Whether a row is to be had."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    try:
        connection.request("GET", f"/odata/Orders{TABLES // 2}?$top=1")
        return connection.getresponse().status == 200
    except ConnectionRefusedError:
        return False
    finally:
        connection.close()


def free_port():
    """A port that nobody listens at."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
