"""Tokens are opaque, so a made-up one says nothing but 400, and all the rest of its request goes unread: a few are enough."""

import zlib

import schemathesis

TOKENS = {"$skiptoken", "$deltatoken"}


@schemathesis.hook
def filter_query(context, query):
    return not query or not TOKENS.intersection(query) or zlib.crc32(repr(query).encode()) % 16 == 0
