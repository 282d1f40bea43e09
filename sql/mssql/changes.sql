-- One row is one changed key, once, at the version of its last change: the version; 0 if the row is there, 1 if it was deleted, 2 if it is
-- not to be seen for another reason (it is not, or not any more, among the rows that may be read; or, outside a snapshot, it has vanished since); the key, then the columns
-- of the row as it is now. Within one version deletions come first, so that values of other unique indexes are free before they
-- are taken.
SELECT TOP ({limit}) c.SYS_CHANGE_VERSION,
       CASE WHEN c.SYS_CHANGE_OPERATION = N'D' THEN 1 WHEN {absent} THEN 2 ELSE 0 END AS gone, {recorded}, {columns}
FROM CHANGETABLE(CHANGES {table}, {after}) AS c
LEFT OUTER JOIN {rows} AS t ON {same_row}
WHERE c.SYS_CHANGE_VERSION <= {upper} AND {position}
ORDER BY c.SYS_CHANGE_VERSION, CASE c.SYS_CHANGE_OPERATION WHEN N'D' THEN 0 ELSE 1 END, {order}
