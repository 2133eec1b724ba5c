import re

import pytest

from sel.errors import OptionError
from sel.score import blocked

LISTS = {
    "domains": ["bad.com", "# nothing.org", " x.evil.net ", "10.0.0.1"],
    "urls": ["https://ok.org/one", "ok.org/two?a=1"],
    "words": ["Ad-ult", "casino"],
    "soft_words": ["hot", "free", "win"],
    "subwords": ["livecam", "x-rated"],
}


@pytest.mark.parametrize(
    "url,why,by",
    [
        ("https://bad.com/", "domain", "bad.com"),
        ("http://www.BAD.com:80/x", "domain", "bad.com"),
        ("bad.com", "domain", "bad.com"),
        ("https://user:pw@bad.com.", "domain", "bad.com"),
        ("https://notbad.com/bad.com", None, None),
        ("https://evil.net", None, None),
        ("https://a.x.evil.net?x.evil.net", "domain", "x.evil.net"),
        ("http://10.0.0.1/", "domain", "10.0.0.1"),
        ("https://nothing.org", None, None),
        ("https://ok.org/one", "url", "https://ok.org/one"),
        ("http://ok.org/two?a=1", "url", "ok.org/two?a=1"),
        ("https://ok.org/one/", None, None),
        ("https://ok.org/adult-only", "hard_blacklisted", "adult"),
        ("https://ok.org/Adult", None, None),
        ("https://ok.org/adults", None, None),
        ("https://ok.org/hot-free", "soft_blacklisted", "hot free"),
        ("https://ok.org/hot-hot", None, None),
        ("https://ok.org/My-Live_Camera", "blacklisted_subword", "livecam"),
        ("https://ok.org/xratedx", "blacklisted_subword", "xrated"),
        ("", None, None),
        ("\0\ud800://", None, None),
        ("." * 10_000, None, None),
        ("a." * 1_000_000, None, None),
    ],
    ids=lambda value: str(value)[:30],
)
def test_reasons(url, why, by):
    found = blocked.score([url], LISTS)
    assert (found[""], found["by"]) == ([why], [by])


def test_how_many_soft_words():
    url = "https://ok.org/hot-free-win"
    for soft, why in ((1, "soft_blacklisted"), (3, "soft_blacklisted"), (4, None)):
        assert blocked.score([url], LISTS, soft=soft)[""] == [why]
    with pytest.raises(OptionError):
        blocked.score([url], LISTS, soft=0)


def test_the_rules_of_words_are_those_of_datatrove():
    """Its code, for what needs no list of public suffixes."""
    split = re.compile("[^a-zA-Z0-9]+")
    norm = [{split.sub("", one).lower() for one in LISTS[k]} for k in list(LISTS)[2:]]

    def theirs(url):
        words = set(split.split(url))
        if any(word in words for word in norm[0]):
            return "hard_blacklisted"
        if sum(word in words for word in norm[1]) >= 2:
            return "soft_blacklisted"
        whole = split.sub("", url).lower()
        return "blacklisted_subword" if any(w in whole for w in norm[2]) else None

    parts = ["adult", "CASINO", "hot", "free", "Win", "live", "cam", "x", "rated", "q"]
    urls = [
        f"https://{a}{s}{b}.org/{c}{t}{a}"
        for a in parts
        for b in parts
        for c in parts
        for s, t in ("-_", "._", "x/")
    ]
    lists = {name: LISTS[name] for name in ("words", "soft_words", "subwords")}
    assert blocked.score(urls, lists)[""] == [theirs(url) for url in urls]


def test_by_the_command_line(sel, tmp_path):
    rows = [{"url": "https://a.bad.com/"}, {"url": "https://ok.org/"}]
    (tmp_path / "domains").write_text("#\nbad.com\n")
    run = sel("score blocked --domains domains", rows)
    assert run.records == [
        {**rows[0], "blocked": "domain", "blocked_by": "bad.com"},
        {**rows[1], "blocked": None, "blocked_by": None},
    ]
    kept = sel(["pick", "where", "blocked == null"], run.out).records
    assert [one["url"] for one in kept] == ["https://ok.org/"]
    nested = [{"meta": {"source": "https://bad.com"}}]
    more = sel("score blocked --domains domains --url meta.source --as b", nested)
    assert more.records[0]["b"] == "domain"
    assert "--domains FILE" in sel("score blocked", rows, code=2).err
    assert "'url'" in sel("score blocked --domains domains", [{"a": 1}], code=3).err
