"""Drops texts that were seen before, the first one stays.

Texts are compared by 128-bit hashes, after Unicode composition (NFC), in lower case and
with single spaces; --fold also takes full-width letters and the like for plain ones,
--raw compares texts as they are. One pass. Memory: about 50 bytes
for each different text, or with --bloom what the closing line says, whatever comes.

Source: hashing as in dolma and CCNet (Wenzek et al. 2020, arXiv:1911.00359, section
3.1); Bloom 1970, Space/time trade-offs in hash coding with allowable errors.

Differs: CCNet drops lines by 64 bits of SHA-1; here 128 bits of BLAKE2b.
"""

from __future__ import annotations

from hashlib import blake2b

import numpy as np

from sel import check
from sel.diversify._seen import Bloom, Mask, Numbers, Seen, WideHashes
from sel.errors import OptionError, UsageError
from sel.maths.text.shingles import normalised
from sel.types import Texts


def begin(*, bloom: float | None = None, capacity: int = 100_000_000) -> Seen | Bloom:
    """What remembers the texts.

    Args:
        bloom: use a Bloom filter that takes this fraction of new texts for duplicates.
        capacity: number of different texts that the Bloom filter is made for.
    """
    if bloom is None:
        return Seen()
    if not 1e-12 <= bloom <= 0.5:
        raise OptionError("--bloom", "between 1e-12 and 0.5", bloom)
    check.at_least("--capacity", capacity, 1)
    return Bloom(bloom, capacity)


def collect(texts: Texts, *, raw: bool = False, fold: bool = False) -> WideHashes:
    """The hash of each text, shape (n, 2).

    Args:
        texts: n strings.
        raw: compare texts as they are, byte by byte.
        fold: take letters for the same that differ only in looks: NFKC, case folded.
    """
    if raw and fold:
        msg = "--raw and --fold do not go together"
        raise UsageError(msg)
    plain = texts if raw else [normalised(text, fold=fold) for text in texts]
    digests = [
        blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
        for text in plain
    ]
    return np.frombuffer(b"".join(digests), "<u8").reshape(-1, 2).astype(np.uint64)


def diversify(hashes: WideHashes, seen: Seen | Bloom) -> tuple[Numbers | None, Mask]:
    """The number of the first text of each hash, and whether it is new.

    A Bloom filter knows no numbers.
    """
    if isinstance(seen, Bloom):
        return None, seen.add(hashes)
    return seen.add(hashes)
