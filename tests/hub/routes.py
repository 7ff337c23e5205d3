"""What the Hub answers at each address."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from hub.model import ERROR_CODES, LARGE, Answer, Blob, Commit, Refused, Repository, Request

if TYPE_CHECKING:
    from hub.server import Hub

ROUTES: list[tuple[str, re.Pattern[str], Callable[..., Answer]]] = []


def route(method: str, pattern: str) -> Callable[[Callable[..., Answer]], Callable[..., Answer]]:
    """Answer `method` at paths that match; its groups become arguments."""

    def add(answer: Callable[..., Answer]) -> Callable[..., Answer]:
        ROUTES.append((method, re.compile(pattern), answer))
        return answer

    return add


def span_of(request: Request, size: int) -> tuple[int, int] | None:
    """The first and the last byte that a request wants of so many; None where it wants all."""
    span = re.fullmatch(r"bytes=(\d+)-(\d*)", request.headers.get("range", ""))
    return (int(span[1]), min(int(span[2] or size - 1), size - 1)) if span else None


REPO = r"/api/datasets/(?P<repo>[^/]+/[^/]+)"


@route("GET", "/api/whoami-v2")
def whoami(hub: Hub, request: Request) -> Answer:
    token = {"type": "access_token", "accessToken": {"displayName": "t", "role": "write"}}
    return Answer({"type": "user", "id": "1", "name": "local", "fullname": "local", "orgs": [], "auth": token})


@route("POST", "/api/validate-yaml")
def validate(hub: Hub, request: Request) -> Answer:
    return Answer({"errors": [], "warnings": []})


@route("POST", "/api/repos/create")
def create(hub: Hub, request: Request) -> Answer:
    asked = request.json()
    name = f"{asked.get('organization') or 'local'}/{asked['name']}"
    told = {"url": f"{hub.base}/datasets/{name}", "name": name, "id": name}
    if name in hub.repositories:
        return Answer({**told, "error": "You already created this repo"}, 409)
    hub.repositories[name] = Repository(name, bool(asked.get("private")) or asked.get("visibility") == "private")
    return Answer(told)


@route("GET", REPO)
def info(hub: Hub, request: Request, repo: str, revision: str = "main") -> Answer:
    found = hub.find(repo)
    commit = found.at(revision)
    siblings = [{"rfilename": path, "size": blob.size} for path, blob in commit.tree.items()]
    return Answer({
        "id": repo, "_id": repo, "author": repo.split("/")[0], "sha": commit.oid, "private": found.private, "gated": False,
        "disabled": False, "downloads": 0, "likes": 0, "tags": [], "siblings": siblings,
        "createdAt": "2026-01-01T00:00:00.000Z", "lastModified": "2026-01-01T00:00:00.000Z",
    })  # fmt: skip


@route("GET", REPO + "/revision/(?P<revision>.+)")
def info_at(hub: Hub, request: Request, repo: str, revision: str) -> Answer:
    return info(hub, request, repo, revision)


@route("GET", REPO + "/refs")
def refs(hub: Hub, request: Request, repo: str) -> Answer:
    found = hub.find(repo)

    def told(names: dict[str, str], kind: str) -> list[dict[str, str]]:
        return [{"name": name, "ref": f"refs/{kind}/{name}", "targetCommit": oid} for name, oid in names.items()]

    return Answer(
        {
            "branches": told(found.branches, "heads"),
            "tags": told(found.tags, "tags"),
            "converts": [],
            "pullRequests": [],
        }
    )


@route("GET", REPO + "/commits/(?P<revision>.+)")
def commits(hub: Hub, request: Request, repo: str, revision: str) -> Answer:
    found = hub.find(repo)
    at: Commit | None = found.at(revision)
    told = []
    while at:
        told.append({
            "id": at.oid, "title": at.title, "message": at.message, "date": "2026-01-01T00:00:00.000Z", "authors": [{"user": "local"}]
        })  # fmt: skip
        at = found.commits.get(at.parent)
    return Answer(told)


@route("POST", REPO + "/tag/(?P<revision>.+)")
def tag(hub: Hub, request: Request, repo: str, revision: str) -> Answer:
    found, name = hub.find(repo), request.json()["tag"]
    if name in found.tags:
        raise Refused(409, f"tag {name} already exists", "Conflict")
    found.tags[name] = found.at(revision).oid
    return Answer()


@route("GET", REPO + "/tree/(?P<revision>[^/]+)(?:/(?P<path>.*))?")
def tree(hub: Hub, request: Request, repo: str, revision: str, path: str = "") -> Answer:
    commit, prefix = hub.find(repo).at(revision), f"{path.rstrip('/')}/" if path else ""
    everything = request.query.get("recursive", [""])[0].lower() in ("true", "1")
    files, folders = [], {}
    for name, blob in sorted(commit.tree.items()):
        if name.startswith(prefix):
            inner = name[len(prefix) :].split("/")
            folders.update({prefix + "/".join(inner[:n]): None for n in range(1, len(inner)) if everything or n == 1})
            files += [blob.entry(name)] if everything or len(inner) == 1 else []
    if path and not files and not folders:
        raise Refused(404, path, ERROR_CODES["entry"])
    return Answer([{"type": "directory", "path": name, "oid": "0" * 40, "size": 0} for name in folders] + files)


@route("POST", REPO + "/paths-info/(?P<revision>[^/]+)")
def paths_info(hub: Hub, request: Request, repo: str, revision: str) -> Answer:
    commit = hub.find(repo).at(revision)
    is_json = "json" in request.headers.get("content-type", "")
    paths = request.json()["paths"] if is_json else parse_qs(request.body.decode()).get("paths", [])
    told = [commit.tree[path].entry(path) for path in paths if path in commit.tree]
    folders = [path for path in paths if any(name.startswith(f"{path.rstrip('/')}/") for name in commit.tree)]
    return Answer(told + [{"type": "directory", "path": path, "oid": "0" * 40, "size": 0} for path in folders])


@route("POST", REPO + "/preupload/(?P<revision>[^/]+)")
def preupload(hub: Hub, request: Request, repo: str, revision: str) -> Answer:
    known = hub.find(repo).at(revision).tree
    return Answer({"files": [
        {"path": f["path"], "uploadMode": "lfs" if f["path"].endswith(LARGE) else "regular", "shouldIgnore": False,
         "oid": known[f["path"]].oid if f["path"] in known else None}
        for f in request.json()["files"]
    ]})  # fmt: skip


@route("POST", REPO + "/commit/(?P<revision>[^/]+)")
def commit(hub: Hub, request: Request, repo: str, revision: str) -> Answer:
    found = hub.find(repo)
    base = found.at(revision)
    made, header = dict(base.tree), {}
    for line in request.body.splitlines():
        operation = json.loads(line)
        key, value = operation["key"], operation["value"]
        if key == "header":
            header = value
            if value.get("parentCommit") and value["parentCommit"] != base.oid:
                raise Refused(412, "A commit has happened since. Please refresh and try again.")
        elif key == "file":
            made[value["path"]] = hub.blob(base64.b64decode(value["content"]))
        elif key == "lfsFile":
            if not (hub.blobs / value["oid"]).exists():
                raise Refused(400, "LFS object was not uploaded")
            size = (hub.blobs / value["oid"]).stat().st_size
            made[value["path"]] = Blob(value["oid"], size, True, hashlib.sha1(value["oid"].encode()).hexdigest())
        elif key == "deletedFile":
            made.pop(value["path"], None)
        elif key == "deletedFolder":
            made = {path: blob for path, blob in made.items() if not path.startswith(f"{value['path'].rstrip('/')}/")}
        else:
            raise Refused(400, f"no operation {key}")
    done = found.commit(
        revision.removeprefix("refs/heads/"), made, header.get("summary", ""), header.get("description", "")
    )
    return Answer(
        {
            "success": True,
            "commitOid": done.oid,
            "commitUrl": f"{hub.base}/datasets/{repo}/commit/{done.oid}",
            "hookOutput": "",
        }
    )


@route("POST", r"/datasets/(?P<repo>[^/]+/[^/]+)\.git/info/lfs/objects/batch")
def large_batch(hub: Hub, request: Request, repo: str) -> Answer:
    objects = []
    for wanted in request.json()["objects"]:
        missing = not (hub.blobs / wanted["oid"]).exists()
        in_parts = wanted["size"] > hub.part_bytes and "multipart" in request.json()["transfers"]
        upload = (_in_parts if in_parts else _in_one)(hub, wanted["oid"], wanted["size"])
        actions = {"actions": {"upload": upload}} if missing else {}
        objects.append({"oid": wanted["oid"], "size": wanted["size"], **actions})
    return Answer({"transfer": "basic", "objects": objects}, headers={"Content-Type": "application/vnd.git-lfs+json"})


def _in_one(hub: Hub, oid: str, size: int) -> dict[str, Any]:
    """Where a file goes that is sent in one piece."""
    return {"href": f"{hub.base}/lfs/{oid}", "header": {}}


def _in_parts(hub: Hub, oid: str, size: int) -> dict[str, Any]:
    """Where its parts go, and who is told that all are there: what the Hub calls `multipart`."""
    count = -(-size // hub.part_bytes)
    parts = {f"{n:05}": f"{hub.base}/lfs/{oid}/{n}" for n in range(1, count + 1)}
    return {"href": f"{hub.base}/lfs/{oid}/complete", "header": {"chunk_size": str(hub.part_bytes), **parts}}


@route("PUT", "/lfs/(?P<oid>[0-9a-f]{64})/(?P<number>[0-9]+)")
def part_put(hub: Hub, request: Request, oid: str, number: str) -> Answer:
    (hub.parts / f"{oid}.{number}").write_bytes(request.body)
    return Answer(headers={"ETag": f'"{hashlib.md5(request.body).hexdigest()}"'})


@route("POST", "/lfs/(?P<oid>[0-9a-f]{64})/complete")
def parts_complete(hub: Hub, request: Request, oid: str) -> Answer:
    """Put the parts together, and take the whole if it is what it is called."""
    whole, hash = hub.parts / oid, hashlib.sha256()
    with whole.open("wb") as file:
        for number, told in enumerate(request.json()["parts"], start=1):
            part = hub.parts / f"{oid}.{told['partNumber']}"
            if told["partNumber"] != number or not part.exists():
                raise Refused(400, "a part is missing")
            content = part.read_bytes()
            if told["etag"] != f'"{hashlib.md5(content).hexdigest()}"':
                raise Refused(400, "a part is another one")
            hash.update(content)
            file.write(content)
            part.unlink()
    if hash.hexdigest() != oid:
        raise Refused(400, "the content has another SHA-256")
    whole.replace(hub.blobs / oid)
    return Answer()


@route("PUT", "/lfs/(?P<oid>[0-9a-f]{64})")
def large_put(hub: Hub, request: Request, oid: str) -> Answer:
    if hashlib.sha256(request.body).hexdigest() != oid:
        raise Refused(400, "the content has another SHA-256")
    hub.store(request.body)
    return Answer()


@route("GET", r"/datasets/(?P<repo>[^/]+/[^/]+)/resolve/(?P<revision>[^/]+)/(?P<path>.+)")
def resolve(hub: Hub, request: Request, repo: str, revision: str, path: str) -> Answer:
    commit = hub.find(repo).at(revision)
    if path not in commit.tree:
        raise Refused(404, "Entry not found", ERROR_CODES["entry"])
    blob = commit.tree[path]
    etag = blob.sha256 if blob.large else blob.oid
    headers = {
        "X-Repo-Commit": commit.oid,
        "ETag": f'"{etag}"',
        "Accept-Ranges": "bytes",
        "Content-Type": "application/octet-stream",
    }
    if blob.large:
        headers |= {"X-Linked-Etag": f'"{etag}"', "X-Linked-Size": str(blob.size)}
    if blob.sha256 in hub.by_xet:
        there = f"{hub.base}/api/datasets/{repo}/xet-read-token/{commit.oid}"
        headers |= {"X-Xet-Hash": hub.by_xet[blob.sha256], "Link": f'<{there}>; rel="xet-auth"'}
    span = span_of(request, blob.size)
    start, end = span or (0, blob.size - 1)
    if span:
        headers["Content-Range"] = f"bytes {start}-{end}/{blob.size}"
    with (hub.blobs / blob.sha256).open("rb") as file:
        file.seek(start)
        return Answer(file.read(end + 1 - start), 206 if span else 200, headers)
