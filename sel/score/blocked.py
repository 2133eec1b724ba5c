"""Which records come from an address on a block list, and why.

Fields: blocked, the first reason of domain, url, hard_blacklisted, soft_blacklisted and
blacklisted_subword, null if there is none; blocked_by, the entry. No list is shipped;
those of the university of Toulouse (UT1) have the form of --domains and --urls.

Cost: no text is read; a few look-ups for each URL, and a search for each of --subwords.

Source: Penedo et al. 2023, The RefinedWeb Dataset for Falcon LLM, arXiv:2306.01116; as
datatrove 0.10.1.

Differs: without the list of public suffixes, so a listed host has all below it listed,
and datatrove's subdomain is domain here; a listed URL may lack https://.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from sel import check

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
LONGEST = 253
"""Characters of the name of a host."""
_OTHER = re.compile(r"[^a-zA-Z0-9]+")


def score(
    urls: Sequence[str],
    blocklists: Mapping[str, Sequence[str]],
    *,
    soft: int = 2,
) -> dict[str, Any]:
    """The columns: n reasons and n entries, None where an address is on no list.

    Args:
        urls: n addresses.
        blocklists: entries of domains, urls, words, soft_words and subwords.
        soft: so many of --soft-words are enough.

    Raises:
        OptionError: soft is below 1.
    """
    check.at_least("--soft", soft, 1)
    lists = {
        name: _entries(blocklists.get(name, ()), whole=name in ("domains", "urls"))
        for name in ("domains", "urls", "words", "soft_words", "subwords")
    }
    found = [_reason(url, lists, soft) for url in urls]
    return {"": [why for why, _ in found], "by": [entry for _, entry in found]}


def _entries(lines: Sequence[str], *, whole: bool) -> dict[str, None]:
    """The entries of a list, as they stand or as letters and digits in lower case."""
    some = (line.strip() for line in lines if line[:1] != "#")
    return {one: None for one in (s if whole else _joined(s) for s in some) if one}


def _joined(text: str) -> str:
    return _OTHER.sub("", text).lower()


Lists = Mapping[str, Mapping[str, None]]


def _reason(url: str, lists: Lists, soft: int) -> tuple[str | None, str | None]:
    """Why an address is blocked, and by which entry."""
    scheme = _SCHEME.match(url)
    bare = url[scheme.end() :] if scheme else url
    for host in _hosts(bare) if lists["domains"] else ():
        if host in lists["domains"]:
            return "domain", host
    for whole in (url, bare):
        if whole in lists["urls"]:
            return "url", whole
    return _of_words(url, lists, soft)


def _of_words(url: str, lists: Lists, soft: int) -> tuple[str | None, str | None]:
    words = dict.fromkeys(_OTHER.split(url))  # with the case that they have
    for word in words:
        if word in lists["words"]:
            return "hard_blacklisted", word
    several = [word for word in words if word in lists["soft_words"]]
    if len(several) >= soft:
        return "soft_blacklisted", " ".join(several)
    joined = _joined(url) if lists["subwords"] else ""
    for part in lists["subwords"]:
        if part in joined:
            return "blacklisted_subword", part
    return None, None


def _hosts(bare: str) -> list[str]:
    """The host of an address, and those above it."""
    host = re.split(r"[/?#\\]", bare, maxsplit=1)[0].rpartition("@")[2]
    host = host.partition(":")[0].strip(".").lower()
    parts = host.split(".") if len(host) <= LONGEST else []
    return [".".join(parts[i:]) for i in range(len(parts))]
