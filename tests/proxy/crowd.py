"""A crowd before a caching proxy before two gateways: who was asked how often, and whether anybody got what was meant for others.

Called by `run` with its folder, the ports of the proxy that is configured as docs/nginx.conf says and of one that caches whatever it may, the
addresses of the gateways, and their binary.
"""

import asyncio
import collections
import gzip
import http.client
import json
import os
import re
import sqlite3
import subprocess
import sys
import time

FOLDER, PORT, NAIVE, *GATEWAYS, BINARY = sys.argv[1:]
CLIENTS = 1000
AT_ONCE = 250
ROWS = 1000
PAGE = 200
TRACK = {"Prefer": "odata.track-changes"}

Answer = collections.namedtuple("Answer", "status headers body")


def ask(address, path, headers=None, host=None):
    """One request, on a connection of its own."""
    connection = http.client.HTTPConnection(address, timeout=60)
    connection.putrequest("GET", path, skip_host=True, skip_accept_encoding=True)
    for name, value in {"Host": host or address, "Connection": "close", **(headers or {})}.items():
        connection.putheader(name, value)
    connection.endheaders()
    response = connection.getresponse()
    answer = Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, response.read())
    connection.close()
    return answer


async def fetch(address, path, headers):
    """The same, beside others."""
    host, port = address.split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    lines = [f"GET {path} HTTP/1.0", f"Host: {address}", *(f"{name}: {value}" for name, value in headers.items())]
    writer.write("\r\n".join([*lines, "", ""]).encode())
    octets = await reader.read(-1)
    writer.close()
    head, _, body = octets.partition(b"\r\n\r\n")
    first, *fields = head.decode().split("\r\n")
    told = {name.lower(): value for name, value in (field.split(": ", 1) for field in fields)}
    assert len(body) == int(told.get("content-length", len(body))), "an answer was cut off"
    return Answer(int(first.split()[1]), told, body)


def path_of(link):
    return "/" + link.split("/", 3)[3]


async def follow(address, path, headers):
    """Every page from `path` on: how many, their items, and the delta link."""
    items, pages = [], 0
    while True:
        answer = await fetch(address, path, headers)
        assert answer.status == 200, (answer.status, path, answer.body)
        page = json.loads(gzip.decompress(answer.body) if answer.headers.get("content-encoding") == "gzip" else answer.body)
        items += page["value"]
        pages += 1
        if "@odata.nextLink" not in page:
            return pages, items, page["@odata.deltaLink"]
        assert page["@odata.nextLink"].startswith(f"http://{address}/"), page["@odata.nextLink"]
        path = path_of(page["@odata.nextLink"])


async def crowd(work):
    """What each of all clients gets."""
    turns = asyncio.Semaphore(AT_ONCE)

    async def one():
        async with turns:
            return await work()

    return await asyncio.gather(*(one() for _ in range(CLIENTS)))


class Proxy:
    """What the proxy has written down since the last look."""

    def __init__(self):
        self.seen = 0

    def news(self, expected):
        """As many lines as there were requests: port, status, what the cache said, what the gateway said, path."""
        deadline = time.monotonic() + 30
        while True:
            with open(f"{FOLDER}/access", encoding="utf-8") as file:
                lines = [line.split(" ", 4) for line in file.read().splitlines()][self.seen:]
            if len(lines) >= expected:
                self.seen += len(lines)
                return lines
            assert time.monotonic() < deadline, f"{len(lines)} of {expected} requests were written down"
            time.sleep(0.05)


class Gateways:
    """How often the gateways have read the answer to a link of changes, or taken one that was there, since the last look."""

    def __init__(self):
        self.seen = collections.Counter()

    def news(self):
        now = collections.Counter()
        for replica, _ in enumerate(GATEWAYS, 1):
            with open(f"{FOLDER}/log.{replica}", encoding="utf-8") as file:
                text = re.sub(r"\x1b\[[0-9;]*m", "", file.read())
            now["read"] += text.count("link shared=false")
            now["shared"] += text.count("link shared=true")
        news = now - self.seen
        self.seen = now
        return news


def by_page(lines):
    """What the cache said of each page behind a first one."""
    pages = collections.defaultdict(collections.Counter)
    for _, _, cache, _, path in lines:
        if "skiptoken=" in path:
            pages[path][cache] += 1
    return pages


def assert_asked_once(lines, pages):
    told = by_page(lines)
    assert len(told) == pages, (len(told), pages)
    for said in told.values():
        assert said["MISS"] == 1 and sum(said.values()) == CLIENTS and not said.keys() - {"MISS", "HIT"}, said


def same_for_all(outcomes):
    first = outcomes[0]
    assert all(outcome == first for outcome in outcomes), "clients got different answers"
    return first


def a_first_load(proxy, address):
    """Each client reads the whole table; behind the first page, which is as fresh as can be, the gateways are asked once."""
    headers = {**TRACK, "Accept-Encoding": "gzip"}
    pages, items, link = same_for_all(asyncio.run(crowd(lambda: follow(address, "/odata/Item", headers))))
    assert [item["Id"] for item in items] == list(range(1, ROWS + 1)) and pages == ROWS // PAGE
    assert_asked_once(proxy.news(CLIENTS * pages), pages - 1)
    return path_of(link)


def a_delta(proxy, gateways, address, link):
    """Each client follows the same link. The poll is not cached, but shared by each gateway; the pages behind it are read once."""
    database = sqlite3.connect(f"{FOLDER}/shop.db")
    with database:
        database.execute("UPDATE Item SET Price = Price + 1 WHERE Id % 4 <> 0")
    database.close()
    changed = [number for number in range(1, ROWS + 1) if number % 4]
    headers = {"Accept-Encoding": "gzip"}
    pages, items, link = same_for_all(asyncio.run(crowd(lambda: follow(address, link, headers))))
    assert [item["Id"] for item in items] == changed and pages == -(-len(changed) // PAGE)
    lines = proxy.news(CLIENTS * pages)
    assert_asked_once(lines, pages - 1)
    polls = [line for line in lines if "skiptoken=" not in line[4]]
    assert len(polls) == CLIENTS and all(cache == "-" and status == "200" for _, _, cache, status, _ in polls)
    told = gateways.news()
    # Who is first reads at once; the next one reads for all others.
    assert pages - 1 + 1 <= told["read"] <= pages - 1 + 2 * len(GATEWAYS), told
    assert told["read"] + told["shared"] == CLIENTS + pages - 1, told
    return path_of(link)


def polls_that_find_nothing(proxy, gateways, address, link):
    """Whoever has the answer already is told so, and nothing is read."""
    tag = ask(address, link).headers["etag"]
    gateways.news()
    answers = asyncio.run(crowd(lambda: fetch(address, link, {"If-None-Match": tag})))
    assert all((answer.status, answer.headers["etag"], answer.body) == (304, tag, b"") for answer in answers)
    lines = proxy.news(CLIENTS + 1)
    assert all(cache == "-" for _, _, cache, _, _ in lines)
    told = gateways.news()
    assert not told, told


def nobody_gets_what_is_for_others(proxy, address, path):
    """Whatever an answer depends on, from either proxy it is what the gateway itself says, the first time and the second."""
    variants = [
        {},
        {"Accept-Encoding": "gzip"},
        {"Accept-Encoding": "zstd"},
        {"Accept-Encoding": "br"},
        {"Accept-Encoding": "identity"},
        {"Accept-Encoding": "gzip;q=0"},
        {"Accept": "application/json;odata.metadata=full"},
        {"Accept": "application/json;IEEE754Compatible=true", "Accept-Encoding": "gzip"},
        {"OData-MaxVersion": "4.01"},
        {"Prefer": "odata.maxpagesize=50"},
        {"Prefer": "odata.maxpagesize=50", "Accept-Encoding": "gzip"},
    ]
    bodies = set()
    for variant in variants + variants[::-1]:
        there = ask(GATEWAYS[0], path, variant, host=address)
        here = ask(address, path, variant)
        for name in ["content-encoding", "content-type", "etag", "odata-version", "preference-applied", "vary"]:
            assert here.headers.get(name) == there.headers.get(name), (variant, name, here.headers, there.headers)
        assert (here.status, here.body) == (200, there.body), variant
        bodies.add(here.body)
    assert len(bodies) >= 8, len(bodies)
    return proxy.news(2 * len(variants))


def pages_are_kept_for_each(proxy, address, path):
    lines = nobody_gets_what_is_for_others(proxy, address, path)
    assert [line[2] for line in lines].count("HIT") >= len(lines) // 2, lines
    tag = ask(address, path).headers["etag"]
    known = ask(address, path, {"If-None-Match": tag})
    assert (known.status, known.headers.get("x-cache", "HIT")) == (304, "HIT"), known
    proxy.news(2)


def expiry_is_never_kept(proxy, addresses, link, page):
    """The table is tracked anew: links have ended, and every client hears it from a gateway."""
    for command in ["untrack", "track"]:
        subprocess.run([BINARY, command, "Item", "--database", f"sqlite:{FOLDER}/shop.db"], check=True, stdout=subprocess.DEVNULL)
    for address in addresses:
        # No cache has seen the page with this preference.
        for path, headers in [(link, {}), (page, {"Prefer": "odata.maxpagesize=7"})]:
            for _ in range(3):
                answer = ask(address, path, headers)
                assert (answer.status, answer.headers["cache-control"]) == (410, "no-store"), (path, answer)
                assert answer.headers["location"] == f"http://{address}/odata/Item"
        assert all((status, cache in {"-", "MISS"}) == ("410", True) for _, status, cache, _, _ in proxy.news(6))
        first = ask(address, "/odata/Item", TRACK)
        assert first.status == 200 and "@odata.nextLink" in json.loads(first.body)
        proxy.news(1)


def when_it_listens(address):
    deadline = time.monotonic() + 30
    while True:
        try:
            return ask(address, "/healthz")
        except ConnectionRefusedError:
            assert time.monotonic() < deadline, "nginx does not listen"
            time.sleep(0.05)


def main():
    address, naive = f"127.0.0.1:{PORT}", f"127.0.0.1:{NAIVE}"
    when_it_listens(address)
    proxy, gateways = Proxy(), Gateways()
    proxy.news(1)
    link = a_first_load(proxy, address)
    print(f"{CLIENTS} clients loaded the table, and each page behind the first was read once")
    later = a_delta(proxy, gateways, address, link)
    print(f"{CLIENTS} clients followed one delta, and each page behind the poll was read once")
    polls_that_find_nothing(proxy, gateways, address, later)
    print(f"{CLIENTS} clients asked again, and nothing was read")
    for proxied in [address, naive]:
        first = json.loads(ask(proxied, link, {"Prefer": "odata.maxpagesize=150"}).body)
        proxy.news(1)
        page = path_of(first["@odata.nextLink"])
        pages_are_kept_for_each(proxy, proxied, page)
        lines = nobody_gets_what_is_for_others(proxy, proxied, link)
        assert "HIT" not in {line[2] for line in lines}, lines
    print("nobody got what was meant for others")
    expiry_is_never_kept(proxy, [address, naive], link, page)
    print("expired links were not kept")


if __name__ == "__main__":
    main()
