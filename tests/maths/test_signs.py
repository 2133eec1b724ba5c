"""Signs of a projection: the same bytes for ever, and as random as they should be."""

import numpy as np

from sel.maths.random import signs

RECORDED = (
    0x48218226FF3CD4BF,
    0xA706DD2F4D197E6F,
    0xB382A305F4414F5E,
    0x631A9154FBABF717,
)


def test_the_words_are_for_ever():
    found = signs.words(np.arange(4), 0)
    assert found.astype("<i8").tobytes() == b"".join(
        one.to_bytes(8, "little") for one in RECORDED
    )


def test_words_are_those_of_splitmix64():
    """Written again with integers of any size, modulo 2^64."""
    mask = (1 << 64) - 1

    def mixed(x):
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9 & mask
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB & mask
        return x ^ (x >> 31)

    golden = 0x9E3779B97F4A7C15
    key = mixed((7 * golden + golden) & mask)
    places = [0, 5, 1 << 40]
    found = signs.words(np.array(places), 7).astype(np.uint64).tolist()
    assert found == [mixed((key + at * golden) & mask) for at in places]


def test_bits_are_even_and_do_not_depend_on_one_another():
    found = signs.words(np.arange(4096), 3).view(np.uint8)
    bits = np.unpackbits(found).reshape(4096, 64) * 2.0 - 1
    together = bits.T @ bits / 4096 - np.eye(64)
    assert np.abs(bits.mean(0)).max() < 5 / 64
    assert np.abs(together).max() < 6 / 64


def test_a_bucket_is_any_column():
    at, sign = signs.buckets(np.arange(100_000), 192, 0)
    counts = np.bincount(at, minlength=192)
    assert len(counts) == 192
    assert abs(counts - 100_000 / 192).max() < 6 * (100_000 / 192) ** 0.5
    assert set(sign.tolist()) == {-1, 1}
    assert abs(sign.mean()) < 0.02
