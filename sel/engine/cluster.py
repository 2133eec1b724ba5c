"""A crew of Ray, on a cluster or on this machine."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from sel import extras
from sel.engine.crews import TRIES, Lost, called
from sel.errors import MachineError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sel.engine.crews import Answer

PAUSE = 2.0
"""Seconds before Ray is started again."""


class Cluster:
    """See sel.engine.crews.Crew.

    Args:
        address: of a cluster; None for the one that is running, or else a new one.
        say: is told which.
        workers: processes of a new one.

    Raises:
        MissingPackage: Ray is not installed.
        MachineError: it cannot be reached or started.
    """

    def __init__(
        self, address: str | None, say: Callable[[str], None], workers: int
    ) -> None:
        self._ray = extras.library("ray")
        self._own = not self._ray.is_initialized()
        if self._own:
            self._begin(address, say, workers)
        self.workers = max(int(self._ray.cluster_resources().get("CPU", 1)), 1)
        # Ray begins a task anew by itself where its worker or its machine is lost.
        self._call = self._ray.remote(max_retries=TRIES - 1, num_cpus=1)(called)

    def _begin(
        self, address: str | None, say: Callable[[str], None], workers: int
    ) -> None:
        ray = self._ray
        options = {"log_to_driver": False, "logging_level": "ERROR"}
        try:
            ray.init(address=address or "auto", **options)
        except (ConnectionError, RuntimeError, ValueError) as error:
            if address:
                why = f"{type(error).__name__}: {error}".partition("\n")[0]
                msg = f"no cluster of Ray answers at {address} ({why})"
                raise MachineError(f"{msg}. Try: ray status") from None
        else:
            return
        say("there is no cluster of Ray: one is started here")
        for again in reversed(range(TRIES)):
            try:
                ray.init(num_cpus=workers, include_dashboard=False, **options)
            except Exception as error:  # noqa: BLE001 (of whatever kind it is)
                ray.shutdown()
                if not again:
                    why = f"{type(error).__name__}: {error}".partition("\n")[0]
                    msg = f"Ray did not start in {TRIES} tries ({why})"
                    raise MachineError(f"{msg}. Try: --engine local") from None
                time.sleep(PAUSE)
            else:
                return

    def share(self, value: Any) -> Any:
        """See Crew."""
        return self._ray.put(value)

    def submit(self, name: str, shared: Any, task: Any) -> Any:
        """See Crew."""
        return self._call.remote(name, shared, task)

    def result(self, handle: Any) -> Answer:
        """See Crew."""
        ray = self._ray
        try:
            answer: Answer = ray.get(handle)
        except ray.exceptions.RayTaskError as error:
            return None, error.cause or error
        except ray.exceptions.RayError as error:
            raise Lost from error
        return answer

    def close(self) -> None:
        """See Crew."""
        if self._own:
            self._ray.shutdown()
