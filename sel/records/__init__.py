"""The road of the records: what a run asks of them, the one loop, the one ledger."""
