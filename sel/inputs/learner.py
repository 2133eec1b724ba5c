"""What learns from texts, other than n-grams."""

from __future__ import annotations

from typing import Any

from sel.inputs import Whole
from sel.options.chance import Seed
from sel.options.evaluation import Learning


class Kind(Whole):
    """A small transformer, where --learner asks for it; or None."""

    options = (Learning, Seed)

    def require(self) -> None:
        """See Input."""
        from sel.models import loading

        if self.request[Learning].learner != "ngram":
            loading.import_torch()

    def whole(self) -> Any:
        """Trains on documents and tries the model on others."""
        asked = self.request[Learning]
        if asked.learner == "ngram":
            return None
        from sel.models import bytewise

        return bytewise.learner(asked.steps, asked.device, self.request[Seed].seed)
