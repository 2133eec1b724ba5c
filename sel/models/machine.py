"""The machine that all language models run on: many sequences of tokens in one pass.

Sequences are read shortest first, as many at once as a budget of tokens holds. Where
the architecture allows it they are packed, see sel.models.packing; elsewhere they are
padded. Which of the two is asked of the model itself, with a few sequences that it
reads both ways. A pass for which there is no memory is done again with half the budget.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sel.errors import MachineError
from sel.models import batches, loading, packing, rotary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sel.types import Indices, Scores

    Tokens = Sequence[int]

LOGITS = 1 << 22
"""Numbers of the vocabulary that are looked at together."""
SCORES = 1 << 24
"""Attentions that are looked at together, of one layer."""
CLOSE = {"float32": 1e-4, "float64": 1e-9}
"""How far two ways to read a text may be apart, as a share of its states."""
COARSE = 3e-2
"""The same for numbers of 16 bits."""


class Machine:
    """A causal model that reads sequences of tokens.

    Args:
        model: of transformers, with or without its output layer.
        budget: tokens of a pass.
        tests: a few sequences of different lengths, to see how the model can be run.
    """

    def __init__(self, model: Any, budget: int, tests: Sequence[Tokens] = ()) -> None:
        self.model = model.eval()
        self.budget = budget
        self.packed = False
        self.heard: Callable[[int], None] | None = None
        """Is told how many tokens were read."""
        self._base = model.base_model
        self._head = model.get_output_embeddings()
        self._whole = False
        self._window = rotary.window(model)
        tests = [some for some in tests if len(some)]
        if tests:
            self._try(tests)

    @property
    def precision(self) -> str:
        """The type of the model's numbers."""
        return str(self.model.dtype).removeprefix("torch.")

    def _try(self, tests: Sequence[Tokens]) -> None:
        """Find out whether the model can be packed, and be asked for states alone."""
        torch = loading.import_torch()
        close = CLOSE.get(self.precision, COARSE)
        with torch.inference_mode():
            alone = [self._states(self._base, [some]) for some in tests]
            if self._head is not None:
                logits = [self._states(self.model, [some]) for some in tests]
                ours = [self._head(states) for states in alone]
                self._whole = not _near(ours, logits, close)
            if not _packable(self.model):
                return
            before = self.model.config._attn_implementation
            try:
                packing.register()
                self.model.set_attn_implementation(packing.NAME)
                self.packed = True
                together = self._states(self._base, tests)
                cut = [together[a:b] for a, b in packing.bounds([*map(len, tests)])]
                self.packed = _near(cut, alone, close)
            except Exception:  # noqa: BLE001 (an architecture raises what it likes)
                self.packed = False
            if not self.packed:
                self.model.set_attn_implementation(before)

    def stretch(self) -> None:
        """Let rotary positions grow with each sequence beyond the model's window.

        Dynamic NTK-aware scaling: the base is multiplied by (t / window) to the power
        of d / (d - 2) for a sequence of t tokens. What scales its positions already is
        left as it is.
        """
        rotary.stretch(self.model)
        self._window = rotary.window(self.model)

    def run(self, sequences: Sequence[Tokens], use: Callable[[Any, Any], None]) -> None:
        """Read sequences, and hand over their states of the last layer.

        Args:
            sequences: none of them empty.
            use: is given places among them and states, those of one sequence after
                those of another: (tokens, d). The same may be given twice.

        Raises:
            MachineError: there is no memory for one sequence.
        """
        lengths = [*map(len, sequences)]
        self._check(max(lengths, default=0))
        order, start = batches.order(lengths), 0
        while start < len(order):
            places = order[start : self.end(order, start, lengths)]
            if self._done(places, [sequences[i] for i in places], use):
                start += len(places)
                if self.heard:
                    self.heard(sum(lengths[i] for i in places))

    def end(self, order: Sequence[int], start: int, lengths: Sequence[int]) -> int:
        """Where the pass ends that begins at `start`.

        Args:
            order: places of sequences, shortest first.
            start: among them.
            lengths: tokens of each sequence.
        """
        end = batches.fitting(
            order, start, lengths, self.budget, padded=not self.packed
        )
        if self._window:  # what goes beyond it changes the positions of others
            beyond = (lengths[i] > self._window for i in order[start:end])
            first = next((n for n, far in enumerate(beyond) if far), end - start)
            end = start + max(first, 1)
        return end

    def _check(self, length: int) -> None:
        """Refuse what goes beyond positions that a model has learnt one by one."""
        config = self.model.config.get_text_config()
        most = getattr(config, "max_position_embeddings", None) or length
        rope = getattr(config, "rope_parameters", None)
        if length > most and not rope and not getattr(config, "alibi", False):
            msg = f"a text has {length:,} tokens, and the model {most:,} positions"
            raise MachineError(f"{msg}. Try: a model with a longer window")

    def _done(
        self, places: list[int], some: list[Tokens], use: Callable[[Any, Any], None]
    ) -> bool:
        """Whether there was memory for a pass; if not, the budget is halved."""
        torch = loading.import_torch()
        try:
            with torch.inference_mode():
                use(places, self._read(some))
        except (RuntimeError, MemoryError) as error:
            if not loading.no_memory(error):
                raise
        else:
            return True
        self.halve([*map(len, some)])
        return False

    def halve(self, lengths: Sequence[int]) -> None:
        """Halve the budget after a pass for which there was no memory.

        Raises:
            MachineError: it was one sequence.
        """
        tokens = sum(lengths)
        if len(lengths) == 1:
            raise _too_long(tokens)
        self.budget = max(tokens // 2, 1)
        if self.model.device.type == "cuda":
            loading.import_torch().cuda.empty_cache()

    def _read(self, some: Sequence[Tokens]) -> Any:
        """The last states of all tokens, or the logits where they are asked for."""
        return self._states(self.model if self._whole else self._base, some)

    def with_gradient(
        self, sequences: Sequence[Tokens], wanted: Sequence[Indices]
    ) -> Any:
        """The losses of some tokens of sequences that are read in one pass, in nats.

        Of these numbers there is a gradient; see `losses` for those without.

        Args:
            sequences: of a pass.
            wanted: for each the places of those tokens, rising, none of them the first.

        Returns:
            A tensor, those of one sequence after those of another.
        """
        pairs = [*zip(sequences, wanted, strict=True)]
        read = [some[: places[-1]] for some, places in pairs]
        return self._after(self._read(read), pairs, [*map(len, read)])

    def _after(
        self, states: Any, pairs: Sequence[tuple[Tokens, Indices]], lengths: list[int]
    ) -> Any:
        """The losses of the wanted tokens of sequences that were read, a tensor."""
        torch = loading.import_torch()
        starts = [a for a, _ in packing.bounds(lengths)]
        rows = [at - 1 + a for (_, at), a in zip(pairs, starts, strict=True)]
        next_ = [np.asarray(some)[at] for some, at in pairs]
        return self._losses(
            states,
            torch.from_numpy(np.concatenate(rows)),
            torch.from_numpy(np.concatenate(next_)).long(),
        )

    def _states(self, model: Any, some: Sequence[Tokens]) -> Any:
        """The last states, or the logits, of all tokens, shape (tokens, d)."""
        torch = loading.import_torch()
        if self._window:
            rotary.reset(self.model)
        place, lengths = self.model.device, [*map(len, some)]
        if self.packed:
            row = torch.tensor([[token for one in some for token in one]])
            with packing.packed(lengths, place) as positions:
                found = model(row.to(place), position_ids=positions, use_cache=False)
            return found[0][0]
        padded = torch.zeros(len(some), max(lengths), dtype=torch.long)
        for i, tokens in enumerate(some):
            padded[i, : len(tokens)] = torch.tensor(tokens)
        there = torch.arange(padded.shape[1]) < torch.tensor(lengths)[:, None]
        there = there.to(place)
        found = model(padded.to(place), attention_mask=there.long(), use_cache=False)
        return found[0][there]

    def losses(
        self, sequences: Sequence[Tokens], wanted: Sequence[Indices]
    ) -> list[Scores]:
        """The losses of some tokens of each sequence, in nats.

        Args:
            sequences: n of them.
            wanted: for each the places of those tokens, rising, none of them the first.
        """
        found: list[Any] = [np.empty(0)] * len(sequences)
        known = [i for i, places in enumerate(wanted) if len(places)]
        read = [sequences[i][: wanted[i][-1]] for i in known]  # the last says nothing

        def use(places: list[int], states: Any) -> None:
            some = [known[p] for p in places]
            pairs = [(sequences[i], wanted[i]) for i in some]
            lengths = [len(read[p]) for p in places]
            losses = self._after(states, pairs, lengths).double().cpu().numpy()
            counts = [len(at) for _, at in pairs]
            for i, (a, b) in zip(some, packing.bounds(counts), strict=True):
                found[i] = losses[a:b]

        self.run(read, use)
        return found

    def _losses(self, states: Any, rows: Any, tokens: Any) -> Any:
        """The losses of tokens after the states of some rows, a tensor (rows,)."""
        torch = loading.import_torch()
        wide = states.shape[1] if self._whole else len(self._head.weight)
        step = max(LOGITS // wide, 1)
        rows, tokens = rows.to(states.device), tokens.to(states.device)

        def part(some: Any, next_: Any) -> Any:
            logits = some if self._whole else self._head(some)
            return torch.nn.functional.cross_entropy(
                logits.float(), next_, reduction="none"
            )

        again = len(rows) > step and torch.is_grad_enabled()
        parts = []
        for at in range(0, len(rows), step):
            some, next_ = states[rows[at : at + step]], tokens[at : at + step]
            if again:  # logits are made anew for the gradient, and never all held
                checkpoint = torch.utils.checkpoint.checkpoint
                parts.append(checkpoint(part, some, next_, use_reentrant=False))
            else:
                parts.append(part(some, next_))
        return torch.cat(parts)

    def ends(self, sequences: Sequence[Tokens], tokens: Indices) -> Scores:
        """The log-probabilities of some tokens after the last of each sequence.

        Args:
            sequences: n of them, none empty.
            tokens: k of the vocabulary.

        Returns:
            Shape (n, k), in nats.
        """
        torch = loading.import_torch()
        found: Scores = np.empty((len(sequences), len(tokens)))
        some = torch.from_numpy(tokens).to(self.model.device)

        def use(places: list[int], states: Any) -> None:
            last = np.cumsum([len(sequences[p]) for p in places]) - 1
            wide = states.shape[1] if self._whole else len(self._head.weight)
            step = max(LOGITS // wide, 1)
            for at in range(0, len(places), step):
                ends = states[torch.from_numpy(last[at : at + step]).to(some.device)]
                logits = (ends if self._whole else self._head(ends)).float()
                part = logits.log_softmax(-1)[:, some]
                found[places[at : at + step]] = part.double().cpu().numpy()

        self.run(sequences, use)
        return found

    def attentions(self, tokens: Tokens, first: int, cuts: Indices) -> Scores:
        """How much the tokens from `first` on attend to each segment, shape (s,).

        The mean over layers, heads, those tokens and the tokens of a segment. No more
        than SCORES attentions are held at once.

        Args:
            tokens: of one sequence.
            first: place of the first token that attends.
            cuts: where segments begin, and where the last ends, shape (s + 1,).

        Raises:
            MachineError: attention of the architecture cannot be looked at.
        """
        torch = loading.import_torch()
        if not self.packed:
            msg = "the attention of this architecture cannot be looked at"
            raise MachineError(f"{msg}. Try: a model like Llama, Qwen or GPT-2")
        layers: list[Any] = []

        def watch(query: Any, key: Any, scale: float) -> None:
            layers.append(_attention(query[0], key[0], scale, first, cuts))

        place = self.model.device
        if self._window:
            rotary.reset(self.model)
        row = torch.tensor([tokens]).to(place)
        try:
            with (
                torch.inference_mode(),
                packing.packed([len(tokens)], place, watch) as at,
            ):
                self._base(row, position_ids=at, use_cache=False)
        except (RuntimeError, MemoryError) as error:
            if loading.no_memory(error):
                raise _too_long(len(tokens)) from None
            raise
        if self.heard:
            self.heard(len(tokens))
        mean: Scores = np.mean(layers, axis=0) / np.diff(cuts)
        return mean


def _attention(query: Any, key: Any, scale: float, first: int, cuts: Indices) -> Scores:
    """The attention of one layer to segments, the mean over heads and tokens.

    Args:
        query: (heads, t, d).
        key: (fewer heads, t, d).
        scale: what products are multiplied with.
        first: the first token that attends.
        cuts: of s segments, (s + 1,).
    """
    torch = loading.import_torch()
    heads, count = query.shape[:2]
    key = key.repeat_interleave(heads // len(key), dim=0).transpose(1, 2)
    total: Scores = np.zeros(len(cuts) - 1)
    step = max(SCORES // (heads * count), 1)
    for at in range(first, count, step):
        end = min(at + step, count)
        scores = (query[:, at:end] @ key[:, :, :end]).float() * scale
        later = torch.arange(end, device=scores.device)
        seen = later <= torch.arange(at, end, device=scores.device)[:, None]
        scores = scores.masked_fill(~seen, -torch.inf).softmax(-1)
        sums = scores.sum((0, 1)).double().cumsum(0).cpu().numpy()
        total += np.diff(np.concatenate([[0.0], sums])[cuts])
    total /= heads * (count - first)
    return total


def _too_long(tokens: int) -> MachineError:
    """What is said of a text for which there is no memory."""
    msg = f"there is no memory for a text of {tokens:,} tokens"
    return MachineError(f"{msg}. Try: a lower --max-length, or a smaller model")


def _packable(model: Any) -> bool:
    """Whether all layers attend as a whole or in a window; others would be guessed."""
    config = model.config.get_text_config()
    kinds = set(getattr(config, "layer_types", None) or ())
    odd = kinds - {"full_attention", "sliding_attention"}
    return not odd and not getattr(config, "attention_chunk_size", None)


def _near(ours: Iterable[Any], theirs: Iterable[Any], share: float) -> bool:
    """Whether states are the same but for rounding."""
    pairs = zip(ours, theirs, strict=True)
    return all(
        a.shape == b.shape and bool((a - b).norm() <= share * b.norm())
        for a, b in pairs
    )
