"""Run independent parts: in this process, or in several on this machine.

Work is a pure function of one picklable argument; results come back in the order of the arguments, whatever finished
first, so that nothing a build says depends on the number of workers.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

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


def run(
    work: Callable[[A], R], arguments: Sequence[A], *, workers: int, initialise: Callable[..., object] | None = None,
    initial: tuple[Any, ...] = (),
) -> Iterator[R]:  # fmt: skip
    """Yield `work(argument)` for each argument, in order.

    Args:
        work: A function of a module, of one argument that can be pickled.
        arguments: One for each part.
        workers: How many processes; with 1 everything runs in this one.
        initialise: Called in each process before its first part; by `spawn` a process knows nothing of this one.
        initial: Arguments of `initialise`.
    """
    if workers <= 1 or len(arguments) <= 1:
        for argument in arguments:
            yield work(argument)
        return
    context = multiprocessing.get_context(
        "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
    )
    with ProcessPoolExecutor(min(workers, len(arguments)), context, initialise, initial) as pool:
        with _main_unseen():
            futures = [pool.submit(work, argument) for argument in arguments]
        try:
            for future in futures:
                yield future.result()
        except BrokenProcessPool as error:
            next = "start again, with fewer --workers if memory ran out; finished parts are kept"
            raise WorkerLost("a worker process was killed", next=next) from error
        finally:
            for future in futures:
                future.cancel()
