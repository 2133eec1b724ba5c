"""Where a run was started, for the workers of a cluster, which are started elsewhere.

A path that is relative, and a URL of a store that a variable places, mean to a worker
what they mean to the program that was started.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

PLACES = (
    *("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_REGION", "AWS_DEFAULT_REGION"),
    *("STORAGE_EMULATOR_HOST", "HF_ENDPOINT"),
)
"""Variables that say where a store is; none that says who asks."""


@dataclass(frozen=True)
class Setting:
    """A folder, and variables of the environment."""

    folder: str
    variables: dict[str, str]

    def enter(self) -> None:
        """Be there; at the root where this machine does not have the folder."""
        os.environ.update(self.variables)
        try:
            os.chdir(self.folder)
        except OSError:
            os.chdir("/")


def here() -> Setting:
    """The setting of this process."""
    found = {name: os.environ[name] for name in PLACES if name in os.environ}
    return Setting(os.getcwd(), found)
