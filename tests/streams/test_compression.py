"""Compressed streams: whole ones are read whole, cut ones never."""

import bz2
import gzip
import io
import lzma
import random

import pytest
import zstandard

from sel.errors import DataError
from sel.streams import compression

RANDOM = random.Random(1)
DATA = b"\n".join(b'{"a":"%d"}' % RANDOM.getrandbits(80) for _ in range(20_000))


def zst(data):
    return zstandard.ZstdCompressor(write_checksum=True).compress(data)


def read(stored):
    return b"".join(compression.chunks(io.BytesIO(stored), "x"))


FORMS = {
    "gz": gzip.compress(DATA),
    "zst": zst(DATA),
    "two members": gzip.compress(DATA[:1000])
    + gzip.compress(DATA[1000:])
    + b"\0" * 100,
    "many frames": b"".join(
        zst(DATA[i : i + 50_000]) for i in range(0, len(DATA), 50_000)
    ),
    "bz2": bz2.compress(DATA),
    "xz": lzma.compress(DATA),
    "two streams": bz2.compress(DATA[:1000]) + bz2.compress(DATA[1000:]),
    "padded": lzma.compress(DATA[:1000]) + bytes(8) + lzma.compress(DATA[1000:]),
    "skippable frames": b"\x51\x2a\x4d\x18\x03\0\0\0abc"
    + zst(DATA)
    + b"\x51\x2a\x4d\x18\x03\0\0\0abc",
}


@pytest.mark.parametrize("form", FORMS)
def test_reads_back(form):
    assert read(FORMS[form]) == DATA


@pytest.mark.parametrize("length", range(8))
def test_short_plain_data(length):
    assert read(DATA[:length]) == DATA[:length]


@pytest.mark.parametrize("form", ["gz", "zst", "bz2", "xz"])
def test_no_cut_is_taken_for_an_end(form):
    stored = FORMS[form]
    for at in {
        *RANDOM.sample(range(6, len(stored)), 200),
        *range(len(stored) - 20, len(stored)),
    }:
        with pytest.raises(DataError, match=r"ends early|damaged"):
            read(stored[:at])


@pytest.mark.parametrize("form", ["gz", "zst", "bz2", "xz", "many frames"])
def test_no_flipped_bit_goes_unseen(form):
    for _ in range(200):
        stored = bytearray(FORMS[form])
        stored[RANDOM.randrange(len(stored))] ^= 1 << RANDOM.randrange(8)
        try:
            assert read(bytes(stored)) == DATA
        except DataError:
            pass


@pytest.mark.parametrize("form", ["zst", "bz2", "xz"])
def test_trailing_garbage_is_seen(form):
    with pytest.raises(DataError):
        read(FORMS[form] + b"garbage")


@pytest.mark.parametrize("ending", ["gz", "zst", "bz2", "xz"])
def test_what_is_written_reads_back(ending):
    packer = compression.compressor(f"x.{ending}")
    stored = packer.compress(DATA[:1000]) + packer.flush()
    stored += packer.compress(DATA[1000:]) + packer.flush()
    assert read(stored) == DATA


def test_a_bomb_is_read_in_small_pieces():
    bomb = zst(b"\0" * (1 << 27))
    assert max(map(len, compression.chunks(io.BytesIO(bomb), "x"))) <= compression.CHUNK


@pytest.mark.parametrize("name", ["a.zst", "a.gz"])
def test_frames_follow_one_another(name):
    writer = compression.compressor(name)
    stored = (
        writer.compress(b"one")
        + writer.flush()
        + writer.compress(b"two")
        + writer.flush()
        + writer.flush()
    )
    assert read(stored) == b"onetwo"


def looking_back(window):
    how = zstandard.ZstdCompressionParameters.from_level(
        3, window_log=window, enable_ldm=True, write_content_size=False
    )
    frame = zstandard.ZstdCompressor(compression_params=how).compressobj()
    return frame.compress(DATA) + frame.flush()


@pytest.mark.parametrize("window", [27, 28, 31])
def test_frames_that_look_far_back(window):
    assert read(looking_back(window)) == DATA


def test_a_frame_that_needs_a_dictionary():
    samples = [b'{"id":%d,"text":"sample %d"}' % (i, i * 7) for i in range(2000)]
    known = zstandard.train_dictionary(4096, samples)
    stored = zstandard.ZstdCompressor(dict_data=known).compress(DATA)
    with pytest.raises(DataError, match=r"needs the dictionary .* Try: zstd -dc -D"):
        read(stored)
    with pytest.raises(DataError, match="needs the dictionary"):
        read(zst(DATA) + stored)


@pytest.mark.parametrize("form", ["gz", "zst"])
@pytest.mark.parametrize("more", [b"garbage", b"{}\n" * 100, b"\x28\xb5", b"\0\0x"])
def test_what_follows_is_named(form, more):
    with pytest.raises(DataError, match=f"x: what follows the {form[0]}.* is no"):
        read(FORMS[form] + more)


def test_padding_of_any_length_between_members():
    padding = bytes(300_000)
    assert read(FORMS["gz"] + padding + FORMS["gz"] + padding) == 2 * DATA


@pytest.mark.parametrize("form", ["two members", "many frames"])
def test_a_cut_in_a_later_part(form):
    with pytest.raises(DataError, match=r"x: the .* data ends early.* Try: fetch"):
        read(FORMS[form].rstrip(b"\0")[:-7])
