"""Lines of JSON as nobody would write them, and a reading of them by the letter."""

import json
import math
import re

from sel.streams.json import deep

DEEPEST = 1_024
WORDS = [
    "the",
    "a",
    "data",
    "model",
    "learns",
    "from",
    "what",
    "is",
    "chosen",
    "ünïcode",
    "字",
    "😀",
    "of",
    "x",
]
GOOD = [b"1", b"0.5", b'"en"', b'"de"', b"null", b"-3", b"true", b"[1,2.5]", b'{"a":1}']
ODD = [
    *(b"1e999", b"-1E400", b"1e-999", b"-0", b"-0.0", b"0e0", b"1e+5", b"9" * 400),
    *(b"9007199254740993", b"18446744073709551616", b"-9223372036854775809"),
    *(b"1.7976931348623157e308", b"1.7976931348623159e308", b"12345678901234567890.5"),
    *(b"NaN", b"Infinity", b"-Infinity", b"01", b"1.", b".5", b"+1", b"0x1", b"1_0"),
    *(b"", b"tru", b"True", b"nul", b"'a'", b'"', b"[", b"{", b"[1,]", b'{"a":1,}'),
    *(b"[]", b"{}", b'{"":1}', b'{"a":1,"a":2}', b"[[[]]]", b'[{"b":[null]}]', b'""'),
    *(b'"\\ud800"', b'"\\udc00x"', b'"\\ud83d\\ude00"', b'"\\u0000"', b'"\\q"'),
    *(b'"\\u12"', b'"\\/\\b\\f"', b'"\xff"', b'"\xed\xa0\x80"', b'"\xc0\x80"'),
    *(b'"a\x00b"', b'"\x1b[31m"', b'"a\tb"', b'"\x7f"', b'"\xef\xbb\xbf"', b'" "'),
    *('"\u2028\u202e\ufeff"'.encode(), '"\u00a0\u3000"'.encode(), b'"' + b"x " * 2000),
    *(b'"' + b"long " * 900 + b'"', b'"' + b"\xf0\x9f\x98\x80" * 300 + b'"'),
    *(b"[" * n + b"]" * n for n in (60, 253, 254, 300, 1000, 1022, 1023, 1024, 3000)),
    *(b'{"a":' * n + b"1" + b"}" * n for n in (120, 255, 900, 1023, 1024)),
    b"[" * 500 + b"9" * 30 + b"]" * 500,
]
KEYS = [b"id", b"text", b"s", b"lang", b"meta", b"_row", b"", b"a.b", b"\\u0073", b"x"]
BLANK = [b"", b" ", b"\t", b"\r", b"  \r", b"\x0b", b"\x0c "]
PIECES = [
    *(b"\x00", b"\xef\xbb\xbf", b"\r", b"\xff", b'"', b"\\", b"{", b"}", b"[", b"]"),
    *(
        b",",
        b":",
        b" ",
        b"\x0b",
        b"\x85",
        b"\xc2\xa0",
        b"}{",
        b"\\u",
        b"e9",
        b"-",
        b"9",
    ),
]


def text(rng):
    """A string of JSON."""
    words = rng.choices(WORDS, k=rng.randrange(9))
    return json.dumps(" ".join(words), ensure_ascii=rng.random() < 0.3).encode()


def turns(rng):
    """A chat."""
    said = b",".join(
        b'{"role":"user","content":%b}' % text(rng) for _ in range(rng.randrange(3))
    )
    return b"[%b]" % said


def record(rng, number):
    """A record of one of the usual shapes, with fields beside."""
    fields = [(b"id", b"%d" % (number // 2)), (b"text", text(rng))]
    fields.append((b"s", b"%.3f" % rng.random()))
    fields.append((b"lang", rng.choice((b'"en"', b'"de"', b'"fr"'))))
    kind = rng.random()
    if kind < 0.2:
        fields += [(b"instruction", text(rng)), (b"output", text(rng))]
    elif kind < 0.3:
        fields.append((b"messages", turns(rng)))
    elif kind < 0.6:
        fields.append((b"meta", rng.choice(GOOD)))
    return fields


def line(rng, number):
    """A line without its end; half of all lines are good."""
    fields = record(rng, number)
    strange = rng.random()
    if strange < 0.01:
        return rng.choice(BLANK)
    if strange < 0.35:
        for _ in range(rng.randrange(1, 3)):
            at = rng.randrange(len(fields))
            key = fields[at][0] if rng.random() < 0.7 else rng.choice(KEYS)
            fields[at] = key, rng.choice(ODD if rng.random() < 0.7 else GOOD)
    if strange > 0.9:
        rng.shuffle(fields)
    comma, colon = (b",", b":") if rng.random() < 0.8 else (b" , ", b" : ")
    pairs = comma.join([b'"%b"%b%b' % (key, colon, value) for key, value in fields])
    whole = b"{%b}" % pairs
    return broken(rng, whole) if 0.3 < strange < 0.45 else whole


def broken(rng, whole):
    """A line that was cut, or that something was put into."""
    at = rng.randrange(len(whole) + 1)
    how = rng.randrange(6)
    if how == 0:
        return whole[:at]
    if how == 1:
        return whole[:at] + whole[at + rng.randrange(1, 4) :]
    if how == 2:
        return whole + rng.choice(PIECES)
    if how == 3:
        return rng.choice(PIECES) + whole
    if how == 4:
        return rng.choice((b"[%b]", b"%b,", b"%b %b", b'"%b"', b"\t%b\r")).replace(
            b"%b", whole
        )
    return whole[:at] + rng.choice(PIECES) + whole[at:]


def lines(rng, count):
    """So many lines with their ends; the first and the last are good."""
    found = [line(rng, i).replace(b"\n", b" ") for i in range(count)]
    found[0] = found[-1] = b'{"id":1,"text":"good words","s":0.5,"lang":"en"}'
    return [one + b"\n" for one in found]


def literal(one):
    """Whether a line is a record by the letter of the contract: JSON, and its rules."""
    if levels(one) > DEEPEST:
        return False
    try:
        with deep():
            value = json.loads(one.decode(), **NUMBERS)
        for string in STRING.findall(one) if b"\\u" in one else ():
            json.loads(string).encode()  # no half of a surrogate pair
    except ValueError:
        return False
    return type(value) is dict


def _finite(digits):
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError
    return value


def _constant(name):
    raise ValueError(name)


NUMBERS = {"parse_float": _finite, "parse_int": _finite, "parse_constant": _constant}
STRING = re.compile(rb'"(?:[^"\\]|\\.)*"')


def levels(one):
    """How deep the values of a line of JSON stand within one another."""
    depth = most = 0
    if one.count(b"[") + one.count(b"{") > DEEPEST:
        for character in STRING.sub(b"", one):
            depth += (character in b"[{") - (character in b"]}")
            most = max(most, depth)
    return most
