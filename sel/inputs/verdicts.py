"""What presets say of the text of each record."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from sel.inputs import Input, Wants
from sel.inputs.texts import Kind as Texts
from sel.options.evaluation import Filters

if TYPE_CHECKING:
    from sel.records.presets import Preset
    from sel.types import Verdicts


class Kind(Input):
    """By each preset of --rules, the reasons for which texts go."""

    options = (Filters,)

    @cached_property
    def presets(self) -> dict[str, Preset]:
        """Loaded once."""
        from sel.records import presets

        asked = self.request[Filters].rules or ()
        return {name: presets.load(name, "--rules") for name in asked}

    @property
    def wanted(self) -> Wants:
        """See Input."""
        return Texts(self.request).wanted if self.presets else {}

    def give(self, part: Any) -> dict[str, Verdicts]:
        """From each preset to what it says of n texts."""
        from sel.records import presets

        texts = part["texts"] if self.presets else []
        return {
            name: presets.verdicts(preset, texts)
            for name, preset in self.presets.items()
        }
