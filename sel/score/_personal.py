"""Where a text has addresses, numbers and keys that belong to somebody.

Each pattern begins with letters or a class that is looked for fast, and none looks over
the same characters again and again: the time grows with the length of a text alone.
"""

from __future__ import annotations

import ipaddress
import re
from math import log2
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator


class Span(NamedTuple):
    """Something that was found, in code points."""

    start: int
    end: int
    kind: str


LONGEST = 64
"""Characters before the @ of an address."""
_DOMAIN = re.compile(
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+"
    r"(?:xn--[A-Za-z0-9-]{1,59}|[A-Za-z]{2,63})"
)
_BACKWARDS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+")
_LEADING = re.compile(r"[^A-Za-z0-9]*")

_RUN = re.compile(
    r"[0-9](?:[0-9 .()-]{5,}(?<=[0-9])|[0-9](?<=[A-Z]{2}[0-9]{2}) ?[A-Z0-9]{4})"
)
_IPV4 = re.compile(
    r"(?<![0-9.])(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}"
    r"(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?![0-9]|\.[0-9])"
)
_COLONS = re.compile(r":[0-9A-Fa-f]{0,4}:")
_IPV6 = re.compile(r"[0-9A-Fa-f:]+(?:\.[0-9]{1,3}){0,3}")
_PHONE = re.compile(
    r"(?<![0-9A-Za-z.+-])(?:1[ .-]?)?(?:\([0-9]{3}\)[ .-]?|[0-9]{3}([ .-]))"
    r"[0-9]{3}(?(1)\1|[ .-])[0-9]{4}(?![0-9A-Za-z]|[.-][0-9])"
)
_ABROAD = re.compile(
    r"\+[1-9](?:(?:[ .-]| ?\([0-9]{1,4}\) ?)?[0-9]){7,14}(?![0-9A-Za-z])"
)
_CARD = re.compile(
    r"(?<![0-9.-])(?:[0-9]{13,19}"
    r"|[0-9]{4}([ -])[0-9]{4}\1[0-9]{4}\1[0-9]{4}(?:\1[0-9]{3})?"
    r"|3[0-9]{3}([ -])[0-9]{6}\2[0-9]{4,5})(?![0-9]|[.-][0-9])"
)
_ISSUED = re.compile(
    r"4(?:.{12}|.{15}|.{18})|(?:5[1-5]|2[3-6]|22[2-9]|27[01]|2720|222[1-9]).*"
    r"|3[47].{13}|3(?:0[0-5]|[689].).{11}|35.{14,17}|6(?:011|5|4[4-9]|2).*"
)
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2} ?[A-Z0-9]{4}(?: ?[A-Z0-9]{1,4}){2,8}")
_COUNTRIES = """
AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22
DJ27 DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21
HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27
MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24
RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22
VG24 XK20 YE30
"""
_LENGTHS = {one[:2]: int(one[2:]) for one in _COUNTRIES.split()}

_PEM = r"(?:[A-Z]{1,12} ){0,2}PRIVATE KEY-----"
_KEYS = {
    "IA": r"(?<![A-Z0-9])A[KS]IA[A-Z2-7]{16}(?![A-Z0-9])",  # Amazon Web Services
    "AIza": r"AIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])",  # Google
    "eyJ": (  # JSON Web Token
        r"eyJ(?<![A-Za-z0-9_-]eyJ)[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}"
        r"\.[A-Za-z0-9_-]{8,}"
    ),
    "xox": r"xox[abeoprs]-[A-Za-z0-9-]{10,250}",  # Slack
    "glpat-": r"glpat-[A-Za-z0-9_-]{20}(?![A-Za-z0-9_-])",  # GitLab
    "KEY-----": rf"-----BEGIN {_PEM}(?:[\w\s+/=:,.\\]++|-(?!-))*+-----END {_PEM}",
    "gh_": r"gh[pousr]_[A-Za-z0-9]{36}(?![A-Za-z0-9])",  # GitHub
    "github_pat_": r"github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}(?![A-Za-z0-9])",
    "_live_": r"(?:sk|rk)_live_[A-Za-z0-9]{16,200}",  # Stripe
    "npm_": r"(?<![A-Za-z0-9_])npm_[A-Za-z0-9]{36}(?![A-Za-z0-9])",
    "hf_": r"(?<![A-Za-z0-9_])hf_[A-Za-z]{34}(?![A-Za-z0-9])",  # Hugging Face
}
_TOKENS = {mark: re.compile(pattern) for mark, pattern in _KEYS.items()}
_RANDOM = re.compile(r"[A-Za-z0-9+/_-]{32,}={0,2}")
_HEX = re.compile(r"[0-9a-fA-F]+")
BITS, BITS_OF_HEX = 4.25, 3.25
"""A character of a random token has at least so many."""


KINDS = ("key", "email", "iban", "card", "ip", "phone")
"""What is kept where two begin at one place: the first of them."""


def found(
    text: str, kinds: Container[str], *, public: bool = False, random: bool = False
) -> list[Span]:
    """What a text has of some kinds, in order; no two overlap.

    Args:
        text: where to look.
        kinds: of KINDS.
        public: only addresses of the internet that anyone can reach.
        random: tokens that look random are keys, too.
    """
    spans = [*_numbers(text, kinds)]
    if "email" in kinds:
        spans += _emails(text)
    if "ip" in kinds:
        spans += _ipv6(text)
    if "key" in kinds:
        spans += _keys(text)
        spans += _random(text) if random else []
    if public:
        spans = [s for s in spans if s.kind != "ip" or _public(text[s.start : s.end])]
    if len(spans) < 2:
        return spans
    spans.sort(key=lambda span: (span.start, KINDS.index(span.kind), -span.end))
    apart = spans[:1]
    for span in spans[1:]:
        if span.start >= apart[-1].end:
            apart.append(span)
    return apart


def _numbers(text: str, kinds: Container[str]) -> Iterator[Span]:
    """What digits stand for."""
    phone, card, ip, iban = (one in kinds for one in ("phone", "card", "ip", "iban"))
    for run in _RUN.finditer(text):
        start, end = run.span()
        near, size = (max(0, start - 1), end + 2), end - start
        if iban and text[max(0, start - 2) : start].isupper():
            yield from _iban(text, start - 2)
        if ip and run[0].count(".") > 2:
            yield from _spans("ip", _IPV4.finditer(text, *near))
        if card and size > 12:
            yield from _cards(text, *near)
        if phone and size > 8:
            yield from _spans("phone", _PHONE.finditer(text, *near))
    if phone and "+" in text:
        yield from _spans("phone", _ABROAD.finditer(text))


def _spans(kind: str, matches: Iterable[re.Match[str]]) -> Iterator[Span]:
    for match in matches:
        yield Span(*match.span(), kind)


def _emails(text: str) -> Iterator[Span]:
    if "@" not in text:
        return
    for match in _DOMAIN.finditer(text):
        at = match.start()
        before = _BACKWARDS.match(text[max(0, at - LONGEST - 1) : at][::-1])
        if not before or before[0][0] == "." or before.end() > LONGEST:
            continue
        name = before[0][::-1].rpartition("..")[2]
        name = name[_LEADING.match(name).end() :]  # type: ignore[union-attr]
        if name:
            yield Span(at - len(name), match.end(), "email")


def _cards(text: str, start: int, end: int) -> Iterator[Span]:
    for match in _CARD.finditer(text, start, end):
        digits = "".join(filter(str.isdigit, match[0]))
        if _ISSUED.fullmatch(digits) and len(set(digits)) > 1 and _luhn(digits):
            yield Span(*match.span(), "card")


def _luhn(digits: str) -> bool:
    values = [int(digit) for digit in reversed(digits)]
    doubled = sum(sum(divmod(2 * value, 10)) for value in values[1::2])
    return (sum(values[::2]) + doubled) % 10 == 0


def _ipv6(text: str) -> Iterator[Span]:
    last = 0
    for colons in _COLONS.finditer(text):
        start = colons.start()
        if start < last:
            continue
        while start > max(last, colons.start() - 5) and text[start - 1] in _HEXDIGITS:
            start -= 1
        last = _IPV6.match(text, start).end()  # type: ignore[union-attr]
        end = last - (text[last - 1] == ":" != text[last - 2])
        if _is_ipv6(text, start, end):
            yield Span(start, end, "ip")


WIDEST = 45
"""Characters of an address of version 6."""
_HEXDIGITS = frozenset("0123456789abcdefABCDEF")


def _is_ipv6(text: str, start: int, end: int) -> bool:
    """Whether it is an address, and not a::b of a program or a time of day."""
    beside = text[max(0, start - 1) : start] + text[end : end + 1]
    if any(one.isalnum() or one == "_" for one in beside):
        return False
    if end - start > WIDEST or not any(one.isdigit() for one in text[start:end]):
        return False
    try:
        ipaddress.IPv6Address(text[start:end])
    except ValueError:
        return False
    return True


def _public(address: str) -> bool:
    return ipaddress.ip_address(address).is_global


def _iban(text: str, start: int) -> Iterator[Span]:
    """The account number that begins somewhere."""
    length = _LENGTHS.get(text[start : start + 2], 0)
    match = _IBAN.match(text, start)
    if not match or not length or text[max(0, start - 1) : start].isalnum():
        return
    letters = match[0].replace(" ", "")[:length]
    fours = " ".join(letters[i : i + 4] for i in range(0, length, 4))
    for written in (letters, fours):
        end = start + len(written)
        if match[0].startswith(written) and not text[end : end + 1].isalnum():
            turned = "".join(str(int(one, 36)) for one in letters[4:] + letters[:4])
            if len(letters) == length and int(turned) % 97 == 1:
                yield Span(start, end, "iban")
                return


def _keys(text: str) -> Iterator[Span]:
    underlined = "_" in text
    for mark, pattern in _TOKENS.items():
        if mark[-1] == "_":
            there = underlined and (mark == "gh_" or mark in text)
        else:
            there = mark in text
        if there:
            yield from _spans("key", pattern.finditer(text))


def _random(text: str) -> Iterator[Span]:
    """Tokens that have letters and digits and look random."""
    for match in _RANDOM.finditer(text):
        token = match[0]
        kinds = [any(map(is_, token)) for is_ in (str.isdigit, str.isalpha)]
        least = BITS_OF_HEX if _HEX.fullmatch(token) else BITS
        if all(kinds) and _bits(token) >= least:
            yield Span(*match.span(), "key")


def _bits(token: str) -> float:
    """The entropy of the characters of a token."""
    counts = [token.count(one) for one in set(token)]
    return -sum(n / len(token) * log2(n / len(token)) for n in counts)
