"""`sel pick`: records that are chosen, or judged one by one."""
