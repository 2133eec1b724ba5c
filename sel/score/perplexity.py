"""How surprised a language model is by a record, token by token.

High means surprising: exp of the mean loss over all tokens after the first, prompts
included. A text of fewer than two tokens gets null. One forward pass for each record,
in batches of about one length, which change no number.

Source: Marion et al. 2023, When Less is More: Investigating Data Pruning for
Pretraining LLMs at Scale, arXiv:2309.04564; in the chat template of Ivison et al. 2025,
Large-Scale Data Selection for Instruction Tuning, arXiv:2503.01807.

Differs: the latter keep the mean loss, which has the same order; float32 throughout.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from sel import check
from sel.maths.text import chat
from sel.types import Chat, Likelihood, Scores


def score(
    chats: Sequence[Chat],
    model: Likelihood,
    *,
    template: Literal["tulu", "model", "none"] = "tulu",
    max_length: int = 2048,
) -> Scores:
    """Shape (n,).

    Args:
        chats: n lists of turns, each a role and what is said.
        model: what reads them.
        template: tulu is that of RDS+; model is the tokenizer's own; none joins the
            turns by line ends.
        max_length: longest text in tokens, at most the positions of the model; the
            rest is cut off.
    """
    check.at_least("--max-length", max_length, 2)
    render = {
        "tulu": lambda turns: chat.tulu(turns, model.end),
        "model": lambda turns: model.render(turns),
        "none": chat.plain,
    }[template]
    texts = [render(turns) for turns in chats]
    special = template != "model"  # such a template writes its own
    losses = model.losses(texts, max_length, special=special)
    means = [float(each.mean()) if len(each) else np.nan for each in losses]
    return np.exp(np.array(means, np.float64))
