"""What models of transformers share: how they are found, and how they read chats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sel.errors import DataError, UsageError
from sel.models import loading

if TYPE_CHECKING:
    from sel.types import Chat, Texts


def load(name: str, kind: str, device: str, *, pickle: bool) -> tuple[Any, Any]:
    """A model in float32 on its device, and its tokenizer; see loading.transformer."""
    place = loading.device(device)
    model, tokenizer = loading.transformer(name, kind, pickle=pickle)
    return model.to(place).eval(), tokenizer


class Reader:
    """A model and its tokenizer.

    Args:
        model: of transformers.
        tokenizer: its own.
        budget: tokens of a batch.
    """

    def __init__(self, model: Any, tokenizer: Any, budget: int) -> None:
        self._model = model
        self._tokenizer = tokenizer
        self._budget = budget
        self.end: str = tokenizer.eos_token or ""

    def render(self, turns: Chat) -> str:
        """A chat in the tokenizer's own template."""
        if not self._tokenizer.chat_template:
            msg = "the tokenizer has no chat template. Try: --template tulu"
            raise UsageError(msg)
        said = [{"role": role or "user", "content": text} for role, text in turns]
        try:
            whole: str = self._tokenizer.apply_chat_template(said, tokenize=False)
        except Exception as error:  # noqa: BLE001 (a template raises what it likes)
            msg = f"the chat template of the tokenizer takes not every record: {error}"
            raise DataError(f"{msg}. Try: --template tulu") from None
        return whole

    def tokens(self, texts: Texts, max_length: int, *, special: bool) -> list[Any]:
        """The numbers of the tokens of each text, cut where the model ends.

        Args:
            texts: n strings.
            max_length: tokens of a text; never more than the model has positions for.
            special: the tokens are added that each text begins or ends with; a text
                in the tokenizer's own template has them already.
        """
        config = self._model.config.get_text_config()
        most = getattr(config, "max_position_embeddings", None) or max_length
        ids: list[Any] = self._tokenizer(
            list(texts),
            truncation=True,
            max_length=min(max_length, most),
            add_special_tokens=special,
        )["input_ids"]
        return ids
