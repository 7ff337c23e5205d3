"""Repositories, their commits, and what is asked and answered."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

TOKEN = "hf_loopback_0123456789"
LARGE = (".parquet", ".png", ".arrow")
"""Files that go over LFS."""

ERROR_CODES = {"repository": "RepoNotFound", "revision": "RevisionNotFound", "entry": "EntryNotFound"}


class Refused(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, message: str, code: str = "") -> None:
        super().__init__(message)
        self.status, self.message, self.code = status, message, code


@dataclass(frozen=True)
class Blob:
    """What a path holds in a commit."""

    sha256: str
    size: int
    large: bool
    oid: str

    def entry(self, path: str) -> dict[str, Any]:
        """How a listing tells it."""
        told: dict[str, Any] = {"type": "file", "path": path, "size": self.size, "oid": self.oid}
        return told | ({"lfs": {"oid": self.sha256, "size": self.size, "pointerSize": 134}} if self.large else {})


@dataclass(frozen=True)
class Commit:
    """A state of a repository."""

    oid: str
    parent: str
    tree: dict[str, Blob]
    title: str
    message: str = ""


@dataclass
class Repository:
    """Commits, and the names that point at them."""

    id: str
    private: bool = False
    commits: dict[str, Commit] = field(default_factory=dict)
    branches: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.commit("main", {}, "initial commit")

    @property
    def head(self) -> Commit:
        return self.commits[self.branches["main"]]

    def commit(self, branch: str, tree: dict[str, Blob], title: str, message: str = "") -> Commit:
        """Put a commit on a branch."""
        parent = self.branches.get(branch, "")
        named = [parent, title, len(self.commits), sorted((path, blob.sha256) for path, blob in tree.items())]
        made = Commit(hashlib.sha1(json.dumps(named).encode()).hexdigest(), parent, tree, title, message)
        self.commits[made.oid] = made
        self.branches[branch] = made.oid
        return made

    def at(self, revision: str) -> Commit:
        """The commit that a branch, tag or hash names."""
        name = revision.removeprefix("refs/heads/").removeprefix("refs/tags/")
        oid = self.branches.get(name) or self.tags.get(name) or name
        if oid not in self.commits:
            raise Refused(404, f"Invalid rev id: {revision}", ERROR_CODES["revision"])
        return self.commits[oid]


@dataclass(frozen=True)
class Request:
    """What a client asks."""

    number: int
    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body or b"{}")


@dataclass(frozen=True)
class Answer:
    """What it gets: JSON, or bytes."""

    value: Any = field(default_factory=dict)
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
