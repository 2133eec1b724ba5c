def test_keeps_what_fits(sel):
    run = sel(
        ["pick", "where", 'n >= 2 and t != "c"'],
        [{"n": 1, "t": "a"}, {"n": 2, "t": "b"}, {"n": 3, "t": "c"}],
    )
    assert run.records == [{"n": 2, "t": "b"}]


def test_a_missing_field_is_a_bad_line(sel):
    run = sel(["pick", "where", "n > 1"], [{"n": 2}, {}], code=3)
    assert "standard input:2: field 'n' is missing. Try: has(n)" in run.err
    assert sel(
        ["pick", "where", "n > 1", "--on-error", "skip"], [{"n": 2}, {}]
    ).records == [{"n": 2}]


def test_no_condition(sel):
    assert "give a condition" in sel("pick where", code=2).err


def test_limit_stops_reading(sel):
    assert len(sel(["pick", "where", "true", "--limit", "3"], [{}] * 100).records) == 3
