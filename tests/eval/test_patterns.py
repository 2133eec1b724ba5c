import pytest

from sel.eval import _patterns


@pytest.mark.parametrize(
    "text,wanted",
    [
        ("write to jane.doe+x@mail.example.org.", {"email": 1}),
        ("me @ home, a@b, @name", {}),
        ("at 192.168.0.1 and 8.8.8.8", {"ip": 2}),
        ("version 1.2.3, 300.1.1.1, 1999.", {}),
        ("call (555) 123-4567 or 1-800-555-0199", {"phone": 2}),
        ("call +44 20 7946 0958", {"phone": 1}),
        ("in 1990-2000, 123 456, ISBN 978-3-16-148410-0", {}),
        ("4111 1111 1111 1111 pays", {"card": 1}),
        ("4111 1111 1111 1112 pays not", {}),
        ("", {}),
    ],
)
def test_what_looks_personal(text, wanted):
    (texts, times), _ = _patterns.found([text])
    assert dict(times) == wanted and set(texts) == set(wanted)


@pytest.mark.parametrize(
    "text,wanted",
    [
        ("plain\ttext\r\n", {}),
        ("bell\x07\x00", {"control": 2}),
        ("caf\ufffd", {"replacement": 1}),
        ("zero\u200bwidth \u202eturned", {"invisible": 2}),
        ("\ue000", {"private": 1}),
        ("cafÃ© itâ€™s", {"mojibake": 2}),
        ("café, naïve, 東京, Ãgua", {}),
    ],
)
def test_odd_characters(text, wanted):
    _, (texts, times) = _patterns.found([text, "fine"])
    assert dict(times) == wanted and set(texts) == set(wanted)
