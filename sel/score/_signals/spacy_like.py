"""English words as spaCy cuts them, and sentences as its sentencizer counts them.

What stands between white space is a chunk. A chunk is a special case, or marks are
taken off its ends, one prefix and one suffix at a time, until the rest is a special
case, an address, or is cut at infixes. Special cases that marks broke are put together
again.

The lists of marks, units and special cases are adapted from spaCy 3.8, copyright 2016
to 2024 ExplosionAI GmbH, 2016 spaCy GmbH, 2015 Matthew Honnibal, under the MIT licence
(spacy.LICENSE.md).
"""

# ruff: noqa: RUF001, SIM905
from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from itertools import product
from typing import NamedTuple

from sel.score._signals import characters

Pieces = list[str]
Cases = dict[str, Pieces]

_QUOTES = "'\"”“`‘´’‚,„»«「」『』（）〔〕【】《》〈〉⟦⟧"
_MARKS = "…,:;!?¿؟¡()[]{}<>_#*&。？！，、；：～·।،۔؛٪"
_UNITS = (
    "km km² km³ m m² m³ dm dm² dm³ cm cm² cm³ mm mm² mm³ ha µm nm yd in ft kg g mg µg"
    " t lb oz m/s km/h kmh mph hPa Pa mbar mb MB kb KB gb GB tb TB T G M K %"
)
_CURRENCY = r"(?:US\$|C\$|A\$|[$£€¥฿₽﷼₠-₿])"
_DOTS = r"\.\.+|…"
_HYPHENS = "-|–|—|--|---|——|~"
_LONGEST = 40
"""Characters of a special case, at most."""
_ADDRESS = 2_000
"""Characters of an address, at most: looking for one takes their square."""
_WINDOW = 40
"""Characters from the end of a long chunk in which a suffix is looked for."""


class _Rules(NamedTuple):
    """Where a chunk may be cut."""

    prefix: re.Pattern[str]
    suffix: re.Pattern[str]
    infix: re.Pattern[str]
    address: re.Pattern[str]


@cache
def _rules() -> _Rules:
    lower, upper = characters.lower(), characters.upper()
    letter, sign = lower + upper, f"[{characters.signs()}]"
    quote, mark = re.escape(_QUOTES), re.escape(_MARKS)
    closing = re.escape("%²-+|" + _MARKS + _QUOTES)
    units = "|".join(_UNITS.split())
    ends = f"{_DOTS}|[{mark}{quote}]|{sign}"
    prefix = rf"[§%=—–]|\+(?![0-9])|{ends}|{_CURRENCY}"
    suffix = (
        rf"(?:……|{ends}|['’][sS]|[—–]|(?<=[0-9])\+|(?<=°[FfCcKk])\."
        rf"|(?<=[0-9]){_CURRENCY}|(?<=[0-9])(?:{units})"
        rf"|(?<=[0-9{lower}{closing}])\.|(?<=[{upper}][{upper}])\.)$"
    )
    infix = (
        rf"{_DOTS}|{sign}|(?<=[0-9])[+\-*^](?=[0-9-])"
        rf"|(?<=[{lower}{quote}])\.(?=[{upper}{quote}])"
        rf"|(?<=[{letter}]),(?=[{letter}])"
        rf"|(?<=[{letter}0-9])(?:{_HYPHENS})(?=[{letter}])"
        rf"|(?<=[{letter}0-9])[:<>=/](?=[{letter}])"
    )
    found = map(re.compile, (prefix, suffix, infix, _address(lower)))
    return _Rules(*found)


def _address(lower: str) -> str:
    """The pattern of an address on the web, with or without what it begins with."""
    named = "A-Za-z0-9\u00a1-\uffff"
    number = (
        r"(?!(?:10|127)(?:\.\d{1,3}){3})(?!(?:169\.254|192\.168)(?:\.\d{1,3}){2})"
        r"(?!172\.(?:1[6-9]|2\d|3[0-1])(?:\.\d{1,3}){2})"
        r"(?:[1-9]\d?|1\d\d|2[01]\d|22[0-3])(?:\.(?:1?\d{1,2}|2[0-4]\d|25[0-5])){2}"
        r"(?:\.(?:[1-9]\d?|1\d\d|2[0-4]\d|25[0-4]))"
    )
    host = rf"(?:(?:[{named}][{named}_-]{{0,62}})?[{named}]\.)+(?:[{lower}]{{2,63}})"
    begin = r"(?:(?:[\w+\-.]{2,})://)?(?:\S+(?::\S*)?@)?"
    return rf"{begin}(?:{number}|{host})(?::\d{{2,5}})?(?:[/?#]\S*)?$"


_SUBJECTS = "i you he she it we they"
_ASKING = "who what when where why how there that this these those"
_DENIED = "ca could do does did had may might must need ought sha should wo would"
_ABBREVIATED = (
    "Mt Ak Ala Apr Ariz Ark Aug Calif Colo Conn Dec Del Feb Fla Ga Ia Id Ill Ind Jan"
    " Jul Jun Kan Kans Ky La Mar Mass Mich Minn Miss N.C N.D N.H N.J N.M N.Y Neb Nebr"
    " Nev Nov Oct Okla Ore Pa S.C Sep Sept Tenn Va Wash Wis a.m Adm Bros co Co Corp D.C"
    " Dr e.g E.g E.G Gen Gov i.e I.e I.E Inc Jr Ltd Md Messrs Mo Mont Mr Mrs Ms p.m"
    " Ph.D Prof Rep Rev Sen St vs v.s ä ö ü a b c d e f g h i j k l m n o p q r s t u v"
    " w x y z"
)
_WHOLE = (
    "'S 's ‘S ‘s and/or w/o 're 'Cause 'cause 'cos 'Cos 'coz 'Coz 'cuz 'Cuz 'bout"
    " ma'am Ma'am o'clock O'clock lovin' Lovin' havin' Havin' doin' Doin' goin' Goin'"
    " nothin' Nothin' nuthin' Nuthin' ol' Ol' somethin' Somethin' 'em 'll 'nuff 'd"
    " doin Doin goin Goin nothin Nothin nuthin Nuthin ol Ol somethin Somethin em ll"
    " nuff lovin Lovin havin Havin \\t \\n — ' \\\") <space> '' C++"
)
_SPLIT = (
    "y' all|y all|how 'd 'y|How 'd 'y|not 've|not ve|Not 've|Not ve|can not|Can not"
    "|gon na|Gon na|got ta|Got ta|let 's|Let 's|c'm on|C'm on"
)
_WORDS = (
    "Ill ill Its its Hell hell Shell shell Shed shed were Were Well well Whore whore"
)
_FACES = (
    ":) :-) :)) :-)) :))) :-))) (: (-: =) (= :] :-] [: [-: [= =] :o) (o: :} :-} 8) 8-)"
    " (-8 ;) ;-) (; (-; :( :-( :(( :-(( :((( :-((( ): )-: =( >:( :') :'-) :'( :'-( :/"
    " :-/ =/ =| :| :-| ]= =[ :1 :P :-P :p :-p :O :-O :o :-o :0 :-0 :() >:o :* :-* :3"
    " :-3 =3 :> :-> :X :-X :x :-x :D :-D ;D ;-D =D xD XD xDD XDD 8D 8-D ^_^ ^__^ ^___^"
    " >.< >.> <.< ._. ;_; -_- -__- v.v V.V v_v V_V o_o o_O O_o O_O 0_o o_0 0_0 o.O O.o"
    " O.O o.o 0.0 o.0 0.o @_@ <3 <33 <333 </3 (^_^) (-_-) (._.) (>_<) (*_*) (¬_¬) ಠ_ಠ"
    " ಠ︵ಠ (ಠ_ಠ) ¯\\(ツ)/¯ (╯°□°）╯︵┻━┻ ><(((*>"
)


def _shortened() -> list[tuple[str, str]]:
    """Words and the endings that are cut off them, with an apostrophe or without."""
    said: list[tuple[str, str]] = [("i", "'m")]
    said += product(_SUBJECTS.split(), ("'ll", "'ll 've", "'d", "'d 've"))
    said += product("i you we they".split(), ("'ve",))
    said += product("you we they".split(), ("'re",))
    said += product("he she it".split(), ("'s",))
    for word in _ASKING.split():
        ends = ["'ll", "'ll 've", "'d", "'d 've"]
        ends += ["'s"] * (word not in ("these", "those"))
        ends += ["'re", "'ve"] * (word not in ("that", "this"))
        said += product([word], ends)
    said += product(_DENIED.split(), ("n't", "n't 've"))
    said += product("could might must should would".split(), ("'ve",))
    said += product("ai are is was were have has dare".split(), ("n't",))
    return said


@cache
def _cases() -> Cases:
    """The special cases, and the pieces of each."""
    listed: list[Pieces] = []
    for word, ends in _shortened():
        for one, some in product((word, word.title()), (ends, ends.replace("'", ""))):
            listed.append([one, *some.split()])
    for word in ("i", "I"):
        listed += [[word, "'m", "a"], [word, "m", "a"]]
    for hour, half in product(range(1, 13), ("a.m.", "am", "p.m.", "pm")):
        listed.append([str(hour), half])
    listed += [some.split() for some in _SPLIT.split("|")]
    listed += [[one + "."] for one in _ABBREVIATED.split()]
    listed += [["°", unit, "."] for unit in "cfkCFK"]
    listed += [[one] for one in (_WHOLE + " " + _FACES).split()]
    cases = {"".join(some): some for some in listed}
    for word in _WORDS.split():
        cases.pop(word, None)
    curly = {
        k.replace("'", "’"): [p.replace("'", "’") for p in v] for k, v in cases.items()
    }
    return cases | curly


@cache
def _broken() -> dict[str, list[tuple[Pieces, Pieces]]]:
    """Special cases that marks break, by the first piece of the break."""
    rules, found = _rules(), dict[str, list[tuple[Pieces, Pieces]]]()
    for case, whole in _cases().items():
        if any(rule.search(case) for rule in (rules.suffix, rules.infix)) or (
            rules.prefix.match(case)
        ):
            some = _cut(case, {})
            found.setdefault(some[0], []).append((some, whole))
    for options in found.values():
        options.sort(key=lambda option: -len(option[0]))
    return found


_NO_PREFIX = frozenset("0123456789abcdefghijklmnopqrstuvwxyzBDEFGHIJKLMNOPQRSTVWXYZ")
"""Characters that no prefix begins with."""
_NO_SUFFIX = frozenset("cefijklopquvwxyACDEFHIJLNOPQRUVWXYZ")
"""Letters that no suffix ends with: no unit does, and no 's."""


def _cut(chunk: str, cases: Cases) -> Pieces:
    """A chunk without the marks at its ends, and the marks."""
    rules = _rules()
    before: Pieces = []
    behind: Pieces = []
    begin, end = 0, len(chunk)

    def case(a: int, b: int) -> bool:
        return a < b <= a + _LONGEST and chunk[a:b] in cases

    while begin < end and not case(begin, end):
        head = begin
        if chunk[begin] not in _NO_PREFIX:
            first = rules.prefix.match(chunk, begin, end)
            head = first.end() if first else begin
        if head > begin and case(head, end):
            before.append(chunk[begin:head])
            begin = head
            break
        tail = _tail(chunk, head, end)
        if tail < end and case(begin, tail):
            head = begin
        if head == begin and tail == end:
            break
        if head > begin:
            before.append(chunk[begin:head])
        if tail < end:
            behind.append(chunk[tail:end])
        begin, end = head, tail
    rest = _inside(chunk[begin:end], cases) if begin < end else []
    return before + rest + behind[::-1]


def _tail(chunk: str, head: int, end: int) -> int:
    """Where a suffix begins that does not see the prefix; the end without one."""
    if chunk[end - 1] in _NO_SUFFIX:
        return end
    start = head
    if end - head > _WINDOW:
        dots = end
        while dots > head and chunk[dots - 1] == ".":
            dots -= 1
        start = max(head, dots - _WINDOW)
    found = _rules().suffix.search(chunk[start:end])
    return start + found.start() if found else end


def _inside(chunk: str, cases: Cases) -> Pieces:
    """The pieces of a chunk that has no marks at its ends."""
    if chunk in cases:
        return cases[chunk]
    if chunk.isascii() and chunk.isalnum():
        return [chunk]
    if "." in chunk and len(chunk) <= _ADDRESS and _rules().address.match(chunk):
        return [chunk]
    found: Pieces = []
    end = 0
    for cut in _rules().infix.finditer(chunk):
        if cut.start():
            found += [chunk[end : cut.start()], cut.group()]
            end = cut.end()
    return [piece for piece in (*found, chunk[end:]) if piece]


_USUAL = re.compile(
    r"""(["'(\[“‘]?)([A-Za-z]+|[0-9]+)"""
    r"""(?:((?<=[a-z0-9])\.|[,;:!?)\]"'”’])([,;:!?)\]"'”’]?)|(-|['’]s)([A-Za-z]*))?"""
)
"""A word with marks at its ends or one in the middle: only the obvious rules hold."""


def _usual(chunk: str, cases: Cases) -> Pieces:
    """The pieces of a chunk of the usual form; none if it is of another."""
    form = _USUAL.fullmatch(chunk)
    if not form:
        return []
    before, word, first, second, middle, more = form.groups()
    if middle and (before or bool(more) != (middle == "-")):
        return []
    if not cases.keys().isdisjoint(
        {chunk, chunk[1:], chunk[:-1], chunk[1:-1], chunk[:-2], chunk[1:-2]} - {word}
    ):
        return []
    whole = [word] if middle == "-" else cases.get(word, [word])
    return [piece for piece in (before, *whole, first, second, middle, more) if piece]


_BEGINS, _ENDS = frozenset('"(“'), frozenset(",;!?")
_LOWER = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")
"""Marks that are cut off any word; and what a full stop follows that is cut off."""


@lru_cache(1 << 17)
def _pieces(chunk: str) -> Pieces:
    cases = _cases()
    some = _usual(chunk, cases) or _cut(chunk, cases)
    broken = _broken()
    if broken.keys().isdisjoint(some):
        return some
    whole: Pieces = []
    at = 0
    while at < len(some):
        for parts, case in broken.get(some[at], ()):
            if some[at : at + len(parts)] == parts:
                whole += case
                at += len(parts)
                break
        else:
            whole.append(some[at])
            at += 1
    return whole


def pieces(chunk: str) -> Pieces:
    """The words of a chunk, which has no white space."""
    if chunk.isalpha():
        return _cases().get(chunk) or [chunk]
    return _simple(chunk) or _pieces(chunk)


def _simple(chunk: str) -> Pieces:
    """The pieces of a word with a mark at one end, or with hyphens; else none."""
    word, mark, cases = chunk[:-1], chunk[-1:], _cases()
    if chunk in cases or word in cases or chunk[1:] in cases:
        return []
    if mark in _ENDS or (mark == "." and word[-1:] in _LOWER):
        if word.isalpha() or (word.isdigit() and word.isascii()):
            return [word, mark]
    elif chunk[:1] in _BEGINS:
        if chunk[1:].isalpha():
            return [chunk[0], chunk[1:]]
    elif chunk.isascii():
        if chunk.isdigit():
            return [chunk]
        parts = chunk.split("-")
        if len(parts) > 1 and all(map(str.isalpha, parts)):
            return [piece for part in parts for piece in ("-", part)][1:]
    return []


def _ending(marks: str) -> re.Pattern[str]:
    """The chunks that have one of some marks."""
    return re.compile(rf"(?<!\S)[^\s{marks}]*+[{marks}]\S*+")


# A class of characters beyond the first plane is looked through one by one.
_FAR = re.compile("[\U00010000-\U0010ffff]")
_ENDED = {far: _ending(characters.ends(far=far)) for far in (False, True)}
_GAP = re.compile(r"\s\s|[^\S ]")


@lru_cache(1 << 14)  # several rules ask about a line
def sentences(text: str) -> int:
    """How many sentences a text has; at least 1, also where it is empty."""
    count, ended, end = 1, False, 0
    for chunk in _ENDED[bool(_FAR.search(text))].finditer(text):
        if ended and _opens(text[end : chunk.start()]):
            count, ended = count + 1, False
        for piece in pieces(chunk.group()):
            if piece in characters.SENTENCE_END:
                ended = True
            elif ended and not _only_marks(piece):
                count, ended = count + 1, False
        end = chunk.end()
    return count + (ended and _opens(text[end:]))


def _opens(between: str) -> bool:
    """Whether a sentence begins in what has no mark that ends one."""
    return bool(_GAP.search(between)) or not _only_marks(between.replace(" ", ""))


def _only_marks(text: str) -> bool:
    return all(unicodedata.category(char)[0] == "P" for char in text)
