"""A client in a process of its own: takes one order a line on standard input, answers with one line of JSON.

HF_ENDPOINT is read when `huggingface_hub` is imported, so that a test cannot change its own. Waits between attempts are
cut to a thousandth of a second; nothing else is changed.
"""

import json
import sys
import time
import traceback
from pathlib import Path

_sleep = time.sleep
time.sleep = lambda seconds: _sleep(min(seconds, 0.001))

import datasets  # noqa: E402
import huggingface_hub.utils  # noqa: E402

import medinstruct  # noqa: E402
from medinstruct import publisher  # noqa: E402
from medinstruct.errors import MedinstructError  # noqa: E402
from medinstruct.rebuild import hydrate as hydration  # noqa: E402
from medinstruct.rebuild import verify as verification  # noqa: E402

huggingface_hub.utils.disable_progress_bars()
datasets.disable_progress_bars()


def publish(folder, name, **more):
    done = medinstruct.publish(folder, name, **more)
    return {
        **{key: value for key, value in vars(done).items() if key != "tripped"},
        "hits": sum(done.tripped.counts.values()),
    }


def publish_stubs(folder, name, version, data, **permits):
    build = medinstruct.load(folder)
    done = publisher.publish(build, name, version, publisher.Permits(**permits), stubs=True, data=Path(data))
    return {key: value for key, value in vars(done).items() if key != "tripped"}


def hydrate(name, data, out):
    done = hydration.hydrate(medinstruct.load(name), Path(data), Path(out))
    return {"digest": done.build.digest, "rows": done.rows, "left": [vars(left) for left in done.left]}


def load(name):
    build = medinstruct.load(name)
    return {split: [row["id"] for row in rows] for split, rows in build.items()}


def load_dataset(name, revision, config="default", streaming=False):
    found = datasets.load_dataset(name, config, revision=revision, streaming=streaming)
    return {split: list(rows) for split, rows in found.items()}


def diff(before, after):
    return medinstruct.diff(before, after).summary()


def verify(name):
    return verification.verify(medinstruct.load(name), rows=0).is_equal


def peak():
    """The most memory that this process ever held, in MiB (`ru_maxrss` would count what its parent held before)."""
    told = Path("/proc/self/status").read_text()
    return int(told.split("VmHWM:")[1].split()[0]) >> 10


ORDERS = {f.__name__: f for f in (peak, publish, publish_stubs, hydrate, load, load_dataset, diff, verify)}

for line in sys.stdin:
    name, args, more = json.loads(line)
    try:
        told = {"done": ORDERS[name](*args, **more)}
    except MedinstructError as error:
        told = {"error": str(error), "kind": type(error).__name__}
    except Exception:  # sent back whole, where the test that gave the order fails with it
        told = {"crash": traceback.format_exc()}
    print(json.dumps(told), flush=True)
