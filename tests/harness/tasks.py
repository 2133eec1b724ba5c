"""Tasks for crews, and shards whose workers come to grief."""

import os
import signal
import time
from pathlib import Path

from sel.errors import DataError
from sel.runs.shards import engines
from sel.streams import remote


def doubled(shared, task):
    return shared + 2 * task


def late(shared, task):
    """The first takes longest, so that later ones are done before it."""
    time.sleep(0.3 if task == 0 else 0)
    return doubled(shared, task)


def failing(shared, task):
    if task in shared:
        raise DataError(f"pool.jsonl:{task}:1: not JSON")
    return task


def dying(shared, task):
    """The worker of task 2 is killed, as often as is asked for."""
    folder, times = shared
    for i in range(times if task == 2 else 0):
        mark = Path(folder, f"died-{i}")
        if not mark.exists():
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
    return task


def dying_shard(shared, task):
    """A shard whose part is there when its worker is killed, before it can say so."""
    found = engines.shard(shared, task)
    mark = Path(shared["place"], f".died-{task[0]}")
    if task[0] == 2 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return found


def slow_shard(shared, task):
    if task[0] > 2:
        time.sleep(0.5)
    return engines.shard(shared, task)


def dying_upload(shared, task):
    """A worker that is killed when all of its part was sent, before it appears."""
    mark = Path(f".died-{task[0]}")
    if task[0] == 2 and not mark.exists():
        mark.touch()
        remote.Upload.commit = lambda _: os.kill(os.getpid(), signal.SIGKILL)
    return engines.shard(shared, task)
