from hypothesis import given
from hypothesis import strategies as st

from sel.maths.ranking.apportionment import apportioned, level


def test_hand_worked():
    assert apportioned(10, {"a": 1, "b": 1, "c": 1}) == {"a": 4, "b": 3, "c": 3}
    assert level(10, {"a": 1, "b": 100, "c": 100}) == {"a": 1, "b": 4, "c": 5}
    assert apportioned(5, {"a": 0}) == {"a": 0}


@given(
    st.integers(0, 1000),
    st.dictionaries(st.text(max_size=3), st.integers(1, 50), min_size=1),
)
def test_parts_add_up(k, sizes):
    assert sum(apportioned(k, sizes).values()) == k
    parts = level(k, sizes)
    assert sum(parts.values()) == min(k, sum(sizes.values()))
    assert all(parts[g] <= sizes[g] for g in sizes)
