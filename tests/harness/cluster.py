"""Ray for the tests: whoever asks first starts it, and it ends when nobody holds it.

usage: python -m tests.harness.cluster FOLDER

The workers of a session share a folder, so that they share Ray, too: which of them runs a
test is not known before. It has two processors and little memory, no dashboard, and a
token that only the tests have; nothing of it is in the home of who runs them.
"""

import fcntl
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sel.engine.cluster import Cluster
from sel.errors import MachineError

ROOT = Path(__file__).parents[2]
SECONDS = 240
"""That it may take to start, three times."""
CPUS = 2
LEAN = {
    "RAY_AUTH_MODE": "token",
    "RAY_DEFAULT_OBJECT_STORE_MAX_MEMORY_BYTES": str(100 << 20),
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_worker_niceness": "0",
}
STORE = {"AWS_ACCESS_KEY_ID": "AKIAKNOWN", "AWS_SECRET_ACCESS_KEY": "hidden"}
"""The credentials that its machines have."""


def held(folder):
    """Hold Ray as long as this process lives: `address`, `said` and `env`, or `failed`."""
    users = os.open(folder / "users", os.O_RDWR | os.O_CREAT)
    fcntl.flock(users, fcntl.LOCK_SH)
    told = folder / "ray.json"
    with open(folder / "start", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not told.exists():
            start(folder, told)
    return json.loads(told.read_bytes())


def start(folder, told):
    env = {name: value for name, value in os.environ.items() if name[:4] != "RAY_"}
    env |= {**LEAN, **STORE, "RAY_AUTH_TOKEN": secrets.token_hex(32)}
    env |= {"RAY_TMPDIR": tempfile.mkdtemp(prefix="ray-"), "PYTHONPATH": str(ROOT)}
    with open(folder / "said", "wb") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.harness.cluster", str(folder)],
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
    end = time.monotonic() + SECONDS
    while not told.exists():
        said = (folder / "said").read_text
        assert process.poll() is None, f"Ray for the tests has ended: {said()}"
        if time.monotonic() > end:
            process.kill()
            told.write_text(json.dumps({"failed": f"Ray did not start in {SECONDS} s"}))
        time.sleep(0.05)


def main(folder):
    """Start Ray, say how it is reached, and end it when nobody holds it."""
    said, cluster = [], None
    try:
        cluster = Cluster(None, said.append, CPUS)
        import ray

        address = ray.get_runtime_context().gcs_address
        env = {name: value for name, value in os.environ.items() if name[:4] == "RAY_"}
        told = {"address": address, "said": said, "env": env}
    except MachineError as error:
        if "did not start" not in str(error):
            raise
        told = {"failed": str(error)}
    new = folder / "new.json"
    new.write_text(json.dumps(told))
    new.rename(folder / "ray.json")
    with open(folder / "users") as users:
        fcntl.flock(users, fcntl.LOCK_EX)
    if cluster:
        cluster.close()
    subprocess.run(["rm", "-rf", os.environ["RAY_TMPDIR"]], check=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
