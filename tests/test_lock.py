"""Locks: one at a time, whoever waits and whenever the file goes, and none where a file system knows none."""

import errno
import multiprocessing
import os

import pytest

from medinstruct import lock
from medinstruct.errors import MedinstructError


def test_a_file_that_is_held_is_refused_and_gone_when_it_is_let_go(tmp_path):
    place = tmp_path / "new" / "out"
    with lock.held(place), pytest.raises(MedinstructError, match="busy"), lock.held(place, MedinstructError("busy")):
        pass
    assert not list(place.parent.iterdir())
    with lock.held(place, MedinstructError("busy")):
        assert [path.name for path in place.parent.iterdir()] == [".out.lock"]


def test_a_file_system_without_locks_stops_nobody(tmp_path, monkeypatch):
    import fcntl

    def refuse(file, how):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with lock.held(tmp_path / "out", MedinstructError("busy")):
        pass
    monkeypatch.setattr(fcntl, "flock", lambda file, how: os.read(10**6, 1))
    with pytest.raises(OSError, match="Bad file"), lock.held(tmp_path / "out"):
        pass


def count(folder, times):
    for _ in range(times):
        with lock.held(folder / "number"):
            number = int((folder / "number").read_text())
            (folder / "number").write_text(str(number + 1))


def test_of_many_that_wait_each_is_alone(tmp_path):
    """The file goes each time, so those that waited for the old one must see that another holds the new one."""
    (tmp_path / "number").write_text("0")
    fork = multiprocessing.get_context("fork")
    crowd = [fork.Process(target=count, args=(tmp_path, 200)) for _ in range(4)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join(60)
    assert (tmp_path / "number").read_text() == "800"
    assert [path.name for path in tmp_path.iterdir()] == ["number"]
