"""The store behind the Hub that `hf_xet` speaks with: files as lists of chunks, chunks in xorbs, what belongs together in shards.

    GET  /api/datasets/…/xet-write-token/main     where the store is, and a token for it
    GET  /v1/chunks/default-merkledb/<chunk>      who has this chunk already: nobody (404)
    POST /v1/xorbs/default/<xorb>                 some MiB of chunks, compressed one by one
    POST /v1/shards                               of each file its hash, its SHA-256, and which chunks of which xorbs it is
    GET  /v1/reconstructions/<file>               the way back, as ranges of bytes of xorbs
    GET  /xorbs/<xorb>                            these ranges

A file is put together when its shard comes, and refused unless it has the SHA-256 that is claimed: so what a commit names is there to be
read, whichever way it came. Specification: https://huggingface.co/docs/xet.
"""

from __future__ import annotations

import hashlib
import struct
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa

from hub.model import Answer, Refused, Request
from hub.routes import REPO, route, span_of

if TYPE_CHECKING:
    from hub.server import Hub

TOKEN = "xet_loopback_0123456789"
HEADER, ENTRY, CHUNK = 48, 48, 8
"""Bytes of a shard's header, of each of its entries, and of the header of a chunk."""
WITH_VERIFICATION, WITH_SHA256 = 1 << 31, 1 << 30
LAST = b"\xff" * 32
LZ4 = pa.Codec("lz4")


class Term(NamedTuple):
    """A run of chunks of a xorb."""

    xorb: str
    length: int
    """In bytes, as they are in the file."""
    start: int
    end: int


class Chunk(NamedTuple):
    """A chunk as it stands in a xorb."""

    start: int
    end: int
    scheme: int
    size: int


def named(raw: bytes) -> str:
    """The name of a hash: four numbers of eight bytes, the lowest first."""
    return "".join(f"{number:016x}" for number in struct.unpack("<4Q", raw))


def files(shard: bytes) -> Iterator[tuple[str, str, list[Term]]]:
    """Yield hash, SHA-256 and terms of each file of a shard."""
    at = HEADER
    while (hash := shard[at : at + 32]) != LAST:
        flags, count = struct.unpack_from("<2I", shard, at + 32)
        at += ENTRY
        terms = []
        for _ in range(count):
            length, start, end = struct.unpack_from("<3I", shard, at + 36)
            terms.append(Term(named(shard[at : at + 32]), length, start, end))
            at += ENTRY
        at += ENTRY * count * bool(flags & WITH_VERIFICATION)
        if not flags & WITH_SHA256:
            raise Refused(400, "a file without SHA-256 belongs to no repository")
        yield named(hash), named(shard[at : at + 32]), terms
        at += ENTRY


def chunks(xorb: bytes) -> list[Chunk]:
    """The chunks of a xorb, whatever stands behind them."""
    found, at = [], 0
    while at + CHUNK <= len(xorb) and xorb[at] == 0:
        packed, scheme, size = (int.from_bytes(xorb[at + a : at + b], "little") for a, b in ((1, 4), (4, 5), (5, 8)))
        found.append(Chunk(at, at + CHUNK + packed, scheme, size))
        at += CHUNK + packed
    return found


def unpacked(xorb: bytes, chunk: Chunk) -> bytes:
    """What a chunk holds: as it is, LZ4, or LZ4 of its bytes by their place in words of four."""
    raw = xorb[chunk.start + CHUNK : chunk.end]
    if chunk.scheme == 0:
        return raw
    plain = LZ4.decompress(raw, chunk.size).to_pybytes()
    if chunk.scheme == 1:
        return plain
    whole, at = bytearray(chunk.size), 0
    for place in range(4):
        count = len(range(place, chunk.size, 4))
        whole[place::4] = plain[at : at + count]
        at += count
    return bytes(whole)


def check(request: Request) -> None:
    if request.headers.get("authorization") != f"Bearer {TOKEN}":
        raise Refused(401, "no token of this store")


@route("GET", REPO + "/xet-(?P<kind>read|write)-token/(?P<revision>[^/]+)")
def token(hub: Hub, request: Request, repo: str, kind: str, revision: str) -> Answer:
    hub.find(repo).at(revision)
    if kind == "write":
        hub.check(request)
    expires = int(time.time()) + 3600
    return Answer(
        {"accessToken": TOKEN, "exp": expires, "casUrl": hub.base},
        headers={"X-Xet-Cas-Url": hub.base, "X-Xet-Access-Token": TOKEN, "X-Xet-Token-Expiration": str(expires)},
    )


@route("GET", "/v1/chunks/(?P<prefix>[^/]+)/(?P<hash>[0-9a-f]{64})")
def known(hub: Hub, request: Request, prefix: str, hash: str) -> Answer:
    check(request)
    raise Refused(404, "nobody has it")


@route("POST", "/v1/xorbs/default/(?P<hash>[0-9a-f]{64})")
def put_xorb(hub: Hub, request: Request, hash: str) -> Answer:
    check(request)
    path = hub.xorbs / hash
    is_new = not path.exists()
    path.write_bytes(request.body)
    return Answer({"was_inserted": is_new})


@route("POST", "/v1/shards")
def put_shard(hub: Hub, request: Request) -> Answer:
    check(request)
    for file, sha256, terms in files(request.body):
        content = b"".join(_content(hub, terms))
        if hashlib.sha256(content).hexdigest() != sha256:
            raise Refused(400, "the content has another SHA-256")
        hub.store(content)
        hub.rebuilt[file] = terms
        hub.by_xet[sha256] = file
    return Answer({"result": 1})


def _content(hub: Hub, terms: list[Term]) -> Iterator[bytes]:
    for term in terms:
        if not (hub.xorbs / term.xorb).exists():
            raise Refused(400, "a xorb is missing")
        xorb = (hub.xorbs / term.xorb).read_bytes()
        yield from (unpacked(xorb, chunk) for chunk in chunks(xorb)[term.start : term.end])


@route("GET", "/v1/reconstructions/(?P<file>[0-9a-f]{64})")
def reconstruction(hub: Hub, request: Request, file: str) -> Answer:
    """The terms that hold the bytes that are asked for."""
    check(request)
    if file not in hub.rebuilt:
        raise Refused(404, "no such file")
    terms = hub.rebuilt[file]
    first, last = span_of(request, sum(term.length for term in terms)) or (0, sum(term.length for term in terms) - 1)
    if first > last:
        raise Refused(416, "behind the end")
    told: list[dict[str, Any]] = []
    fetch: dict[str, list[dict[str, Any]]] = {}
    at, skipped = 0, 0
    for term in terms:
        begin, at = at, at + term.length
        if at <= first or begin > last:
            continue
        skipped = first - begin if not told else skipped
        here = chunks((hub.xorbs / term.xorb).read_bytes())
        span = {"start": term.start, "end": term.end}
        told.append({"hash": term.xorb, "unpacked_length": term.length, "range": span})
        fetch.setdefault(term.xorb, []).append({
            "range": span, "url": f"{hub.base}/xorbs/{term.xorb}",
            "url_range": {"start": here[term.start].start, "end": here[term.end - 1].end - 1},
        })  # fmt: skip
    return Answer({"offset_into_first_range": max(skipped, 0), "terms": told, "fetch_info": fetch})


@route("GET", "/xorbs/(?P<hash>[0-9a-f]{64})")
def get_xorb(hub: Hub, request: Request, hash: str) -> Answer:
    content = (hub.xorbs / hash).read_bytes()
    if not (span := span_of(request, len(content))):
        raise Refused(403, "a range is needed")
    start, end = span
    return Answer(content[start : end + 1], 206, {"Content-Range": f"bytes {start}-{end}/{len(content)}"})
