"""A run in shards: cut, done by anybody, and put together again."""
