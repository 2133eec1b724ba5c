"""A crew of Ray, on a cluster or on this machine."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sel import extras
from sel.engine import setting
from sel.engine.crews import TRIES, Lost, called
from sel.errors import MachineError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sel.engine.crews import Answer

PAUSE = 2.0
"""Seconds before Ray is started again."""
WAIT = 10.0
"""Seconds that a machine may take to answer."""
_ASKS = {"RAY_gcs_server_port_wait_time_s": "3"}
"""How often Ray asks a cluster that does not let it in, about once a second."""
_QUIETLY = {"log_to_driver": False, "logging_level": "ERROR"}
_HERE = "local"
"""An address that is no cluster's: let a new one be started."""
_REFUSED = "InvalidAuthToken"
"""What Ray says of a cluster that asks for a token."""


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
            with _same_signals():
                self._begin(address or os.environ.get("RAY_ADDRESS"), say, workers)
        self.workers = max(int(self._ray.cluster_resources().get("CPU", 1)), 1)
        # Ray begins a task anew by itself where its worker or its machine is lost.
        self._call = self._ray.remote(max_retries=TRIES - 1, num_cpus=1)(_called)

    def _begin(
        self, address: str | None, say: Callable[[str], None], workers: int
    ) -> None:
        if address and address != _HERE:
            self._connect(address, _unheard(address))
            return
        for again in reversed(range(TRIES)):
            try:
                new = {"num_cpus": workers, "include_dashboard": False}
                self._ray.init(address=address, **new, **_QUIETLY)
            except ValueError:  # there is one, which has its processors
                self._connect(address)
                return
            except Exception as error:  # noqa: BLE001 (of whatever kind it is)
                self._ray.shutdown()
                if not again:
                    msg = f"Ray did not start in {TRIES} tries ({_why(error)})"
                    raise MachineError(f"{msg}. Try: --engine local") from None
                time.sleep(PAUSE)
            else:
                say("there is no cluster of Ray: one was started here")
                return

    def _connect(self, address: str | None, why: str = "") -> None:
        if not why:
            try:
                with _briefly():
                    self._ray.init(address=address, **_QUIETLY)
            except Exception as error:  # noqa: BLE001 (see above)
                why = _why(error)
        at = f" at {address}" if address else ""
        if why == _REFUSED:
            msg = f"the cluster of Ray{at} asks for a token"
            raise MachineError(f"{msg}. Try: export RAY_AUTH_MODE=token")
        if why:
            advice = "ray status" if address else "ray status, or --address local"
            msg = f"no cluster of Ray answers{at} ({why}). Try: {advice}"
            raise MachineError(msg)

    def share(self, value: Any) -> Any:
        """See Crew."""
        return self._ray.put((setting.here(), value))

    def submit(self, name: str, shared: Any, task: Any) -> Any:
        """See Crew."""
        return self._call.remote(name, shared, task)

    def result(self, handle: Any) -> Answer:
        """See Crew."""
        ray = self._ray
        try:
            # `ray.get` would lose what the handler of a signal raises.
            answer: Answer = handle.future().result()
        except ray.exceptions.RayTaskError as error:
            return None, error.cause or error
        except ray.exceptions.RayError as error:
            raise Lost from error
        return answer

    def close(self) -> None:
        """See Crew."""
        if self._own:
            with _silently():
                self._ray.shutdown()


def _called(name: str, shared: tuple[setting.Setting, Any], task: Any) -> Answer:
    where, value = shared
    where.enter()
    return called(name, value, task)


def _unheard(address: str) -> str:
    """Why nothing listens at an address; Ray would try for a quarter of an hour."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal() or "/" in host:
        return ""  # Ray says what it makes of that
    try:
        socket.create_connection((host.strip("[]"), int(port)), WAIT).close()
    except (OSError, OverflowError) as error:
        return getattr(error, "strerror", None) or str(error)
    return ""


def _why(error: BaseException) -> str:
    """The first line of an error, or what is known to be the reason of it."""
    reason: BaseException | None = error
    while reason:
        if _REFUSED in str(reason):
            return _REFUSED
        reason = reason.__cause__
    return f"{type(error).__name__}: {error}".partition("\n")[0]


@contextmanager
def _same_signals() -> Iterator[None]:
    """Take SIGTERM as before: Ray would end the process by itself."""
    main = threading.current_thread() is threading.main_thread()
    before = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        if main and before is not None:
            signal.signal(signal.SIGTERM, before)


@contextmanager
def _briefly() -> Iterator[None]:
    """Let Ray not ask for long, and write what it raises to standard error, too."""
    new = {name: value for name, value in _ASKS.items() if name not in os.environ}
    os.environ.update(new)
    try:
        with _silently():
            yield
    finally:
        for name in new:
            del os.environ[name]


@contextmanager
def _silently() -> Iterator[None]:
    """Keep what Ray's own threads write from standard error.

    They tell of each task that is still at work when a run ends, and no setting of
    Ray's reaches them.
    """
    kept, nothing = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nothing)
