"""One repository of data on the Hub: its state, one atomic commit, one tag, and what to make of an answer that was lost.

A version is a tag on a commit. All files go up first, unseen; one commit then shows them all, on condition that its
parent is still the one that was looked at. When the answer to the commit is lost, the repository is asked whether it
happened: its head then has our parent and our files. So it is at the old version or at the new one, whatever fails.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from medinstruct.errors import MedinstructError

ATTEMPTS = 6
FIRST_WAIT = 0.5
"""Seconds before the second attempt; doubled before each that follows."""

T = TypeVar("T")


class HubError(MedinstructError):
    """The Hub refused, or could not be reached."""


class Conflict(HubError):
    """Somebody else committed in between."""


@dataclass(frozen=True)
class State:
    """A repository as it was when it was asked."""

    commit: str
    files: Mapping[str, tuple[int, str]]
    """Size and, over LFS its SHA-256, else its Git blob id, by path."""
    tags: Mapping[str, str]
    """Commit of each."""


class Repository:
    """A repository of kind `dataset`; the token is the one that `huggingface_hub` knows."""

    def __init__(self, name: str, wait: Callable[[float], None] = time.sleep, *, attempts: int = ATTEMPTS) -> None:
        import huggingface_hub

        if not re.fullmatch(r"[\w-][\w.-]{0,95}/[\w-][\w.-]{0,95}", name, re.ASCII):
            raise HubError(f"{name!r} is no name of a repository", next="such as organisation/name")
        self.name, self._wait, self._attempts = name, wait, attempts
        self._api = huggingface_hub.HfApi(library_name="medinstruct")

    @property
    def address(self) -> str:
        """Where people find it."""
        return f"{without_login(self._api.endpoint)}/datasets/{self.name}"

    def state(self, revision: str = "main") -> State | None:
        """Return what is there, or None if there is no such repository."""
        from huggingface_hub.errors import RepositoryNotFoundError

        try:
            info = self._try(lambda: self._api.dataset_info(self.name, revision=revision))
        except RepositoryNotFoundError:
            return None
        refs = self._try(lambda: self._api.list_repo_refs(self.name, repo_type="dataset"))
        return State(str(info.sha), self._files(str(info.sha)), {tag.name: tag.target_commit for tag in refs.tags})

    def _files(self, commit: str) -> dict[str, tuple[int, str]]:
        from huggingface_hub.hf_api import RepoFile

        tree = self._try(
            lambda: list(self._api.list_repo_tree(self.name, recursive=True, revision=commit, repo_type="dataset"))
        )
        return {f.path: (f.size, f.lfs.sha256 if f.lfs else f.blob_id) for f in tree if isinstance(f, RepoFile)}

    def create(self, *, private: bool) -> None:
        """Make the repository, if it is not there."""
        self._try(lambda: self._api.create_repo(self.name, repo_type="dataset", private=private, exist_ok=True))

    def read(self, path: str, commit: str) -> bytes:
        """Return the content of a file at a commit."""
        found = self._try(lambda: self._api.hf_hub_download(self.name, path, repo_type="dataset", revision=commit))
        return Path(found).read_bytes()

    def download(self, revision: str, patterns: Sequence[str]) -> Path:
        """Return a folder with the files of a revision that match, from the cache where they are in it.

        Raises:
            HubError: if there is no such repository or revision.
        """
        import huggingface_hub as hub

        try:
            return Path(
                self._try(
                    lambda: hub.snapshot_download(
                        self.name, repo_type="dataset", revision=revision, allow_patterns=list(patterns)
                    )
                )
            )
        except hub.errors.RepositoryNotFoundError:
            raise HubError(
                f"there is no data set {self.name} on the Hub, or the token may not see it", next=NEXT[401]
            ) from None

    def commit(self, files: Mapping[str, Path | bytes], delete: Sequence[str], *, title: str, parent: str) -> str:
        """Put files in place of what is there, in one commit upon `parent`, and return it.

        Raises:
            Conflict: if the head is no longer `parent`.
        """
        import huggingface_hub as hub

        operations: list[Any] = [hub.CommitOperationAdd(path, content if isinstance(content, bytes) else str(content))
                                 for path, content in sorted(files.items())]  # fmt: skip
        operations += [hub.CommitOperationDelete(path) for path in sorted(delete)]
        self._try(lambda: self._api.preupload_lfs_files(
            self.name, [op for op in operations if isinstance(op, hub.CommitOperationAdd)], repo_type="dataset", free_memory=False
        ))  # fmt: skip

        def once() -> str:
            try:
                done = self._api.create_commit(
                    self.name, operations, commit_message=title, repo_type="dataset", parent_commit=parent
                )
            except hub.errors.HfHubHTTPError as error:
                if error.response.status_code not in (409, 412):
                    raise
                if (mine := self._landed(title, parent)) is None:
                    raise Conflict(f"somebody committed to {self.name} in between; nothing was sent",
                                   next="look at what they did, and publish again") from None  # fmt: skip
                return mine
            return done.oid

        return self._try(once)

    def _landed(self, title: str, parent: str) -> str | None:
        """The head, if it is the commit that we asked for and whose answer was lost."""
        last, *before = self._try(lambda: self._api.list_repo_commits(self.name, repo_type="dataset"))[:2]
        return last.commit_id if before and before[0].commit_id == parent and last.title == title else None

    def tag(self, name: str, commit: str) -> None:
        """Give a commit a name.

        Raises:
            HubError: if the name stands for another commit.
        """
        import huggingface_hub as hub

        def once() -> None:
            try:
                self._api.create_tag(self.name, tag=name, revision=commit, repo_type="dataset")
            except hub.errors.HfHubHTTPError as error:
                if error.response.status_code != 409:
                    raise
                state = self.state()
                if state is None or state.tags.get(name) != commit:
                    raise HubError(f"{self.name} has another version {name}", next="choose a higher number") from None

        self._try(once)

    def _try(self, ask: Callable[[], T]) -> T:
        """Ask until there is an answer; what will not get better is told at once.

        Raises:
            HubError: without headers, tokens or bodies.
        """
        from huggingface_hub import errors
        from huggingface_hub.errors import HTTPError  # type: ignore[attr-defined]  # of whichever client this version uses

        status = 0
        for attempt in range(1, self._attempts + 1):
            try:
                return ask()
            except errors.RepositoryNotFoundError:
                raise
            except errors.HfHubHTTPError as error:
                status = error.response.status_code if error.response is not None else 0
                if status and status < 500 and status != 429:
                    raise HubError(_say(self.name, status), next=NEXT.get(status, "")) from None
            except errors.OfflineModeIsEnabled:
                raise HubError(
                    f"the Hub is switched off, so {self.name} cannot be reached", next="unset HF_HUB_OFFLINE"
                ) from None
            except (HTTPError, OSError) as error:
                if isinstance(error, (FileNotFoundError, PermissionError)) and not isinstance(
                    error, errors.LocalEntryNotFoundError
                ):
                    raise
                status = 0  # the connection was refused or cut
            except ValueError as error:  # what `huggingface_hub` makes of a head of a card that the Hub does not take
                said = " ".join(str(error).split())[:200]
                raise HubError(f"the Hub does not take this for {self.name}: {said}") from None
            if attempt < self._attempts:
                self._wait(FIRST_WAIT * 2 ** (attempt - 1))
        raise HubError(
            _say(self.name, status), next="try again later: what was sent is not lost, and nothing is half done"
        )


def without_login(address: str) -> str:
    """Return an address without the name and password that HF_ENDPOINT may hold: cards and reports of faults go to others."""
    return re.sub(r"(?<=://)[^/]*@", "", address)


NEXT = {
    401: "log in with `hf auth login`, or set HF_TOKEN",
    403: "the token may not write here",
    404: "no such repository, revision or file",
}


def _say(name: str, status: int) -> str:
    return f"the Hub answers {status} for {name}" if status else f"the Hub cannot be reached for {name}"
