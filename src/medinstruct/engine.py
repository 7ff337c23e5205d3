"""Run independent parts: in this process, or in several on this machine.

Work is a pure function of one picklable argument; results come back in the order of the arguments, whatever finished
first, so that nothing a build says depends on the number of workers.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import multiprocessing
import multiprocessing.context
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, Final, Self, TypeVar

from medinstruct.errors import WorkerLost


@contextlib.contextmanager
def _main_unseen() -> Iterator[None]:
    """Start processes that do not run the caller's script again: what they do lives in modules, never in `__main__`."""
    main = sys.modules["__main__"]
    file, spec = main.__dict__.pop("__file__", None), main.__spec__
    main.__spec__ = None
    try:
        yield
    finally:
        main.__spec__ = spec
        if file is not None:
            main.__file__ = file


A = TypeVar("A")
R = TypeVar("R")


class Workers:
    """Processes that run one list of parts after the other, and are started by the first that needs them.

    with Workers(2, prepare, (shelves,)) as workers:
        reports = list(workers.run(part.run, tasks))
        shards = list(workers.run(render.run, more_tasks))
    """

    def __init__(
        self, number: int, initialise: Callable[..., object] | None = None, initial: tuple[Any, ...] = ()
    ) -> None:
        """Say how many; with 1 everything runs in this process.

        Args:
            number: Of processes.
            initialise: Called in each before its first part; by `spawn` a process knows nothing of this one.
            initial: Its arguments.
        """
        self.number, self._begin = number, (initialise, initial)
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None

    def run(
        self,
        work: Callable[[A], R],
        arguments: Sequence[A],
        sizes: Sequence[int] | None = None,
        meanwhile: Callable[[], object] = lambda: None,
    ) -> Iterator[R]:
        """Yield `work(argument)` for each argument, in order.

        Args:
            work: A function of a module, of one argument that can be pickled.
            arguments: One for each part.
            sizes: How much there is to do for each, so that the longest begin first and all processes end together.
            meanwhile: What this process does while others work, before it waits for them.
        """
        if self.number <= 1 or len(arguments) <= 1:
            meanwhile()
            for argument in arguments:
                with _few_collections():
                    result = work(argument)
                yield result
            return
        order = sorted(range(len(arguments)), key=lambda n: -sizes[n]) if sizes else range(len(arguments))
        futures: dict[int, Future[R]] = {}
        try:
            with _main_unseen():
                pool = self._started(work)
                for n in order:
                    futures[n] = pool.submit(_leanly, work, arguments[n])
            meanwhile()
            for n in range(len(arguments)):
                yield futures.pop(n).result()
        except BrokenProcessPool as error:
            next = "start again, with fewer --workers if memory ran out; finished parts are kept"
            raise WorkerLost("a worker process was killed", next=next) from error
        finally:
            for future in futures.values():
                future.cancel()

    def _started(self, work: Callable[..., object]) -> ProcessPoolExecutor:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(self.number, _context(work.__module__), _begin, self._begin)
        return self._pool


def _context(module: str) -> multiprocessing.context.BaseContext:
    """How processes are started: forked from one that has imported a module, so that they share what it imports."""
    able = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("forkserver" if "forkserver" in able else "spawn")
    if "forkserver" in able:
        context.set_forkserver_preload([module, "pandas"])  # which pyarrow imports as soon as it makes an array
    return context


def prepare(module: str) -> None:
    """Let what processes are forked from import a module while this process goes on; they start the sooner."""
    if "forkserver" in multiprocessing.get_all_start_methods():
        from multiprocessing import forkserver  # which only such systems have

        _context(module)
        with _main_unseen():
            forkserver.ensure_running()


def run(
    work: Callable[[A], R], arguments: Sequence[A], *, workers: int, initialise: Callable[..., object] | None = None,
    initial: tuple[Any, ...] = (),
) -> Iterator[R]:  # fmt: skip
    """Yield `work(argument)` for each argument, in order, in processes that end with the last.

    Args:
        work: A function of a module, of one argument that can be pickled.
        arguments: One for each part.
        workers: How many processes; with 1 everything runs in this one.
        initialise: Called in each process before its first part.
        initial: Arguments of `initialise`.
    """
    with Workers(min(workers, len(arguments)), initialise, initial) as processes:
        yield from processes.run(work, arguments)


def _leanly(work: Callable[[A], R], argument: A) -> R:
    """Do a part, and give back what it leaves free: workers wait while others use the memory."""
    try:
        return work(argument)
    finally:
        gc.collect(1)  # of a part nothing is left but circles, which are looked for seldom; what is older stays
        give_back()


def give_back() -> None:
    """Give the system what this process has left free: allocators keep it, and other processes may need it."""
    if "pyarrow" in sys.modules:
        sys.modules["pyarrow"].default_memory_pool().release_unused()
    if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):  # glibc keeps what lies between two things in use
        trim(0)


SELDOM: Final = (1_000_000, 10, 1_000)
"""Objects that are made before Python looks for circles among them. Parts make millions and no circles: looking every
700 objects, as is usual, takes a fifth of the time (docs/decisions/0016-fast.md).
"""


def _begin(initialise: Callable[..., object] | None, initial: tuple[Any, ...]) -> None:
    if initialise is not None:
        initialise(*initial)
    gc.freeze()
    gc.set_threshold(*SELDOM)


@contextlib.contextmanager
def _few_collections() -> Iterator[None]:
    """The same in this process, for as long as a part runs."""
    before = gc.get_threshold()
    gc.set_threshold(*SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*before)
