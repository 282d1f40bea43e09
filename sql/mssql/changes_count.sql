-- One row, one column: the number of keys that changed. Without the join: what changed is counted, not what it is now.
SELECT COUNT_BIG(*) FROM CHANGETABLE(CHANGES {table}, {after}) AS c WHERE c.SYS_CHANGE_VERSION <= {upper}
