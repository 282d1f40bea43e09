-- One row is one changed key, once, at the version of its last change: the version, whether the row is gone, the key, then the columns
-- of the row as it is now. Within one version deletions come first, so that values of other unique indexes are free before they
-- are taken. Outside a snapshot a row can vanish in between: it is left out, and is in the next delta.
SELECT TOP ({limit}) c.SYS_CHANGE_VERSION, CASE c.SYS_CHANGE_OPERATION WHEN N'D' THEN 1 ELSE 0 END AS gone, {recorded}, {columns}
FROM CHANGETABLE(CHANGES {table}, {after}) AS c
LEFT OUTER JOIN {table} AS t ON {same_row}
WHERE c.SYS_CHANGE_VERSION <= {upper} AND {position} AND (c.SYS_CHANGE_OPERATION = N'D' OR {present})
ORDER BY c.SYS_CHANGE_VERSION, CASE c.SYS_CHANGE_OPERATION WHEN N'D' THEN 0 ELSE 1 END, {order}
