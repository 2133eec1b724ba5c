"""What an index says of itself."""


def test_what_it_holds(sel, pool):
    sel("index build --vectors pool.npy --kind hnsw -o p.faiss")
    (said,) = sel("index info p.faiss").records
    assert (said["rows"], said["columns"]) == (3000, 16)
    assert "HNSW" in said["kind"]
    sel("index info", code=2)
    sel("index info none.faiss", code=4)
