"""What models of transformers share: how they are found, and how they read chats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sel.errors import MissingPackage, UsageError
from sel.models import loading

if TYPE_CHECKING:
    from sel.types import Chat


def load(name: str, kind: str, device: str) -> tuple[Any, Any]:
    """A model in float32 on its device, and its tokenizer.

    Args:
        name: of the Hugging Face hub, or a folder.
        kind: class of transformers that makes it, such as AutoModel.
        device: auto, cpu, cuda, cuda:1, mps.
    """
    torch = loading.import_torch()
    try:
        import transformers
    except ImportError:
        raise MissingPackage("transformers", "models") from None
    loading.hush()
    place = loading.device(device)

    def make(**where: bool) -> tuple[Any, Any]:
        tokenizer = transformers.AutoTokenizer.from_pretrained(name, **where)
        maker = getattr(transformers, kind)
        return maker.from_pretrained(name, dtype=torch.float32, **where), tokenizer

    model, tokenizer = loading.found(name, make)
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
        whole: str = self._tokenizer.apply_chat_template(said, tokenize=False)
        return whole
