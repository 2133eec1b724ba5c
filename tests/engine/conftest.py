"""One Ray for all tests of a session."""

import os
import warnings
from importlib.util import find_spec

import pytest

from tests.harness import cluster


@pytest.fixture(scope="session")
def started(tmp_path_factory):
    """Ray, which all workers of this session share; see tests.harness.cluster."""
    if not find_spec("ray"):  # which must not be imported before its environment is set
        pytest.skip("there is no Ray: pip install 'sel-toolkit[ray]'")
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    (folder / "ray").mkdir(exist_ok=True)
    found = cluster.held(folder / "ray")
    if "failed" in found:
        why = f"{found['failed']}: nothing was tested with Ray"
        warnings.warn(why, stacklevel=1)
        pytest.skip(why)
    return found


@pytest.fixture(scope="module")
def ray(started):
    """This process is connected to Ray; runs with `--engine ray` are done there."""
    before = dict(os.environ)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in started["env"].items():
            patch.setenv(name, value)
        patch.setenv("RAY_ADDRESS", started["address"])
        crew = cluster.Cluster(None, print, 1)
        import ray  # which looks at its environment when it is imported

        assert crew.workers == cluster.CPUS
        yield ray
        crew.close()
    assert not ray.is_initialized()
    for name in os.environ.keys() - before.keys():  # Ray leaves some behind
        del os.environ[name]
