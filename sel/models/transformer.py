"""Models of transformers and their tokenizers: how they read texts and chats."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from sel.errors import DataError, UsageError
from sel.models import loading
from sel.models.machine import Machine

if TYPE_CHECKING:
    from collections.abc import Callable

    from sel.types import Chat, Texts

TOKENS = 64
"""Tokens of a pass for each text of --batch, on a processor: they stay in its cache."""
ON_GPU = 1024
"""The same on a GPU, which wants much at once."""
TESTS = (
    "A model that reads several texts at once must not let one see the other.",
    "Yes.",
    "Each of them has its own first word, and what is said of it is the same, whether "
    "it stands alone or beside a longer one, as this is.",
)
"""What a model reads when it is loaded, to see how it can be run."""


class Reader:
    """A model and its tokenizer.

    Args:
        name: of the Hugging Face hub, or a folder.
        device: auto, cpu, cuda, cuda:1, mps.
        batch: texts of 64 tokens in a pass, of 1,024 on a GPU.
        precision: auto, float32, bfloat16, float16.
        pickle: weights may be pickles.
    """

    made = "AutoModelForCausalLM"
    """The class of transformers that makes the model."""

    def __init__(
        self,
        name: str,
        device: str,
        batch: int,
        precision: str = "float32",
        *,
        pickle: bool = False,
    ) -> None:
        place = loading.device(device)
        known = loading.precision(precision, place)
        model, self._tokenizer = loading.transformer(
            name, self.made, known, pickle=pickle
        )
        budget = batch * (TOKENS if place == "cpu" else ON_GPU)
        tests = self._tokenizer(list(TESTS))["input_ids"]
        self.machine = Machine(model.to(place), budget, tests)
        self.end: str = self._tokenizer.eos_token or ""
        self.precision = self.machine.precision

    @cached_property
    def made_by(self) -> dict[str, str]:
        """What the numbers depend on besides the weights."""
        return loading.made_by(self._tokenizer, self.precision)

    def listen(self, heard: Callable[[int], None] | None) -> None:
        """Tell how many tokens were read, pass by pass."""
        self.machine.heard = heard

    def render(self, turns: Chat, *, answer: bool = False) -> str:
        """A chat in the tokenizer's own template; `answer` as far as one begins."""
        if not self._tokenizer.chat_template:
            msg = "the tokenizer has no chat template. Try: --template tulu"
            raise UsageError(msg)
        said = [{"role": role or "user", "content": text} for role, text in turns]
        try:
            whole: str = self._tokenizer.apply_chat_template(
                said, tokenize=False, add_generation_prompt=answer
            )
        except Exception as error:  # noqa: BLE001 (a template raises what it likes)
            msg = f"the chat template of the tokenizer takes not every record: {error}"
            raise DataError(f"{msg}. Try: --template tulu") from None
        return whole

    def most(self, max_length: int) -> int:
        """So many tokens, or as many as the model has positions for."""
        config = self.machine.model.config.get_text_config()
        known = getattr(config, "max_position_embeddings", None)
        return min(max_length, known or max_length)

    def tokens(
        self, texts: Texts, max_length: int | None, *, special: bool
    ) -> list[Any]:
        """The numbers of the tokens of each text, cut where the model ends.

        Args:
            texts: n strings.
            max_length: tokens of a text; never more than the model has positions for.
                None for all.
            special: the tokens are added that each text begins or ends with; a text
                in the tokenizer's own template has them already.
        """
        if not texts:
            return []
        cut = max_length is not None
        ids: list[Any] = self._tokenizer(
            list(texts),
            truncation=cut,
            max_length=self.most(max_length) if max_length is not None else None,
            add_special_tokens=special,
        )["input_ids"]
        return ids
