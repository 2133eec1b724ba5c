"""Runs, from a request to what is written: a file for each shape of work.

The rooms are those of the commands, and shards, where a run is cut and put together;
what works on one of many shards stands beside its run. `shapes` says which run a method
has.
"""
