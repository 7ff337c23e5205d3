"""Parts run as tasks of Ray: in order, with their errors, and again when a worker is killed; a build is the same one."""

import os
import signal
import time
from pathlib import Path

import pytest

import medinstruct
from medinstruct import cluster
from medinstruct.errors import BuildError, FormatError, MedinstructError, WorkerLost

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

_told = []


def slow_first(n):
    time.sleep(0.5 if n == 0 else 0)
    return n * n


def fail_at_two(n):
    if n == 2:
        raise FormatError("this one is broken", where="x.txt", next="mend it")
    return n


def die_once(folder):
    mark = Path(folder, "was-here")
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return "done"


def die(n):
    os.kill(os.getpid(), signal.SIGKILL)


def remember(word):
    _told.append(word)


def recall(n):
    return list(_told)


@pytest.fixture(scope="module")
def ray():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(Path(__file__).parent), prepend=os.pathsep)  # workers import this module
        with cluster.running("", 2):
            yield


@pytest.mark.parametrize("address", ["127.0.0.1:1", "ray://127.0.0.1:1", "127.0.0.1:99999"])
def test_a_cluster_that_does_not_answer_is_named(address):
    with pytest.raises(MedinstructError, match=f"no Ray cluster answers at {address}"), cluster.running(address, 1):
        pass


def test_results_come_in_the_order_of_the_work(ray):
    assert list(cluster.run(slow_first, range(6))) == [0, 1, 4, 9, 16, 25]


def test_an_error_of_a_part_comes_as_it_was(ray):
    with pytest.raises(FormatError, match=r"x.txt: this one is broken \(mend it\)"):
        list(cluster.run(fail_at_two, range(4)))


def test_every_process_is_prepared_once(ray):
    assert list(cluster.run(recall, range(4), initialise=remember, initial=("ready",))) == [["ready"]] * 4


def test_a_part_whose_worker_is_killed_is_run_again(ray, tmp_path):
    assert list(cluster.run(die_once, [str(tmp_path)])) == ["done"]


def test_a_part_that_kills_every_worker_is_told(ray):
    with pytest.raises(WorkerLost, match="died 4 times"):
        list(cluster.run(die, [1]))


def test_a_build_on_ray_is_the_build_of_one_process(ray, tmp_path):
    here = medinstruct.build("quickstart", samples=True, out=tmp_path / "here", workers=1)
    there = medinstruct.build("quickstart", samples=True, out=tmp_path / "there", engine="ray")

    assert there.digest == here.digest
    assert [shard["sha256"] for shard in there.manifest["shards"]] == [
        shard["sha256"] for shard in here.manifest["shards"]
    ]
    assert there.ledger == here.ledger


def test_an_engine_that_there_is_not_is_named(tmp_path):
    with pytest.raises(BuildError, match="did you mean ray"):
        medinstruct.build("quickstart", samples=True, out=tmp_path / "b", engine="rai")
