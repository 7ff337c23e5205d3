"""Parts run in several processes: in order, with their errors, and with a word when a process dies."""

import gc
import os
import signal
import time

import pytest

from medinstruct import engine
from medinstruct.errors import FormatError, WorkerLost

_told = []


def slow_first(n):
    time.sleep(0.3 if n == 0 else 0)
    return n * n


def fail_at_two(n):
    if n == 2:
        raise FormatError("this one is broken", where="x.txt", next="mend it")
    return n


def die_at_one(n):
    if n == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return n


def remember(word):
    _told.append(word)


def recall(n):
    return _told[-1] if _told else None


def name_of_process(n):
    time.sleep(0.05)
    return os.getpid()


def threshold(n):
    return gc.get_threshold()


@pytest.mark.parametrize("workers", [1, 2])
def test_results_come_in_the_order_of_the_work(workers):
    assert list(engine.run(slow_first, range(6), workers=workers)) == [0, 1, 4, 9, 16, 25]


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_of_a_part_comes_as_it_was(workers):
    with pytest.raises(FormatError, match=r"x.txt: this one is broken \(mend it\)"):
        list(engine.run(fail_at_two, range(4), workers=workers))


def test_a_process_that_dies_is_told_and_not_waited_for():
    with pytest.raises(WorkerLost, match="a worker process was killed"):
        list(engine.run(die_at_one, range(4), workers=2))


def test_a_process_that_dies_before_all_work_is_handed_out_is_told_too():
    """Handing out a part to processes of which one is gone fails at once, before any result is asked for."""
    with engine.Workers(2) as workers:
        with pytest.raises(WorkerLost):
            list(workers.run(die_at_one, range(4)))
        with pytest.raises(WorkerLost, match="a worker process was killed"):
            list(workers.run(slow_first, range(4)))


def test_every_process_is_prepared():
    assert list(engine.run(recall, range(4), workers=2, initialise=remember, initial=("ready",))) == ["ready"] * 4


def test_the_longest_begin_first_and_results_keep_their_order():
    with engine.Workers(2) as workers:
        assert list(workers.run(slow_first, range(6), sizes=[1, 2, 3, 4, 5, 6])) == [0, 1, 4, 9, 16, 25]


def test_the_same_processes_run_one_list_after_the_other():
    with engine.Workers(2) as workers:
        first = set(workers.run(name_of_process, range(4)))
        assert set(workers.run(name_of_process, range(4))) <= first
        assert os.getpid() not in first


@pytest.mark.parametrize("workers", [1, 2])
def test_circles_are_looked_for_seldom_while_parts_run_and_as_usual_after(workers):
    before = gc.get_threshold()
    assert set(engine.run(threshold, range(4), workers=workers)) == {engine.SELDOM}
    assert gc.get_threshold() == before


@pytest.mark.parametrize("number", [1, 2])
def test_something_else_is_done_meanwhile(number):
    """Once, after work was handed out and before the first result is waited for; its error stops the work."""
    done = []
    with engine.Workers(number) as workers:
        for result in workers.run(slow_first, range(4), meanwhile=lambda: done.append("meanwhile")):
            done.append(result)
        with pytest.raises(ZeroDivisionError):
            list(workers.run(slow_first, range(4), meanwhile=lambda: 1 // 0))
    assert done == ["meanwhile", 0, 1, 4, 9]


def test_no_work_is_no_results():
    assert list(engine.run(slow_first, [], workers=2)) == []
