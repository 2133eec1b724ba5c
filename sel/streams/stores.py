"""What is asked of a store that fsspec knows: again where that may help, and what fails
is said on one line, without secrets.
"""

from __future__ import annotations

import errno
import os
import re
import time
from typing import TYPE_CHECKING, Any, TypeVar

from sel.errors import MachineError, SelError, UsageError, shown
from sel.extras import library

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
WAITS = (0.5, 1.0, 2.0, 4.0)
"""Seconds before a request that failed is made again."""
_EXTRA = ("s3", "s3a", "gs", "gcs", "hf", "http", "https")
"""What the extra brings the packages for."""
_QUIET = {"HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_VERBOSITY": "error"}
"""What keeps libraries from asking a server for more than files, and from talking."""
_FINAL = (FileNotFoundError, PermissionError, IsADirectoryError, NotImplementedError)
_NAMED = ("NoCredentialsError", "FileExpired", "ParamValidationError")
"""Errors of libraries that come again whenever the same is asked."""
_SECRET = re.compile("KEY|SECRET|TOKEN|PASSWORD|CREDENTIAL")
"""Names of variables of the environment whose values are told nobody."""
SHORT = 4
"""Characters of a word that can be no secret."""
_AGAIN = (408, 429)
"""Answers of a server, from 400 to 499, after which to ask again may help."""


class NoRanges(Exception):
    """A server gives a file only from its beginning."""


class saying:  # noqa: N801 (used as a function)
    """Say on one line what a store raises, whatever that is."""

    def __init__(self, url: str) -> None:
        self._url = url

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, Exception) and not isinstance(error, SelError):
            raise _failure(self._url, error) from None


def filesystem(url: str, **options: Any) -> tuple[Any, str]:
    """The file system of fsspec, and the name of the file in it."""
    core = library("fsspec.core")
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    try:
        store, path = core.url_to_fs(url, **options)
    except ImportError as error:
        extra = url.partition("://")[0].lower() in _EXTRA
        advice = ". Try: pip install 'sel-toolkit[remote]'" if extra else ""
        msg = f"{url}: {_without_secrets(url, str(error))}{advice}"
        raise MachineError(msg) from None
    except ValueError as error:
        msg = f"{url}: {_without_secrets(url, str(error))}"
        raise UsageError(msg) from None
    return store, path


def tried(url: str, action: Callable[[], T]) -> T:
    """The result of a request, which is made again where that may help."""
    for wait in (*WAITS, None):
        try:
            return action()
        except (NoRanges, NotImplementedError, SelError):
            raise
        except Exception as why:  # noqa: BLE001 (each store raises its own)
            error = why.__cause__ if _is_vague(why) else why
            assert isinstance(error, Exception)
            if wait is None or _is_final(error):
                raise _failure(url, error) from None
            time.sleep(wait)
    raise AssertionError


def _is_vague(error: Exception) -> bool:
    """Whether this is what fsspec says of any answer of a server but a good one."""
    return isinstance(error, FileNotFoundError) and hasattr(error.__cause__, "status")


def _is_final(error: Exception) -> bool:
    """Whether the same request would have the same answer."""
    status = getattr(error, "status", 0)
    refused = 400 <= status < 500 and status not in _AGAIN
    named = type(error).__name__ in _NAMED
    return refused or named or isinstance(error, _FINAL)


def _failure(url: str, error: Exception) -> Exception:
    """What is said of an error of a store."""
    if isinstance(error, FileNotFoundError) or getattr(error, "status", 0) == 404:
        return FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), shown(url))
    if isinstance(error, OSError) and error.strerror:
        why = error.strerror
    else:
        why = str(error) or type(error).__name__
    return MachineError(f"{url}: {_without_secrets(url, ' '.join(why.split()))[:200]}")


def _without_secrets(url: str, words: str) -> str:
    """What a store says, without user, password and parameters of a URL, and tokens."""
    users = re.findall(r"(?<=://)[^\s/]*@", url)
    values = re.findall(r"(?<==)[^&#\s]+", url.partition("?")[2])
    known = [v for name, v in os.environ.items() if _SECRET.search(name)]
    for secret in (*users, *values, *known):
        words = words.replace(secret, "") if len(secret) > SHORT else words
    return shown(words)
