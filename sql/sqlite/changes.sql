-- One row is one changed key, once, at the version of its last change: the version; 0 if the row is there, 1 if it is gone, 2 if it is there
-- and not to be seen; the key as recorded, then the columns of the row as it is now. A row of the log says only that something happened to the key; presence decides.
SELECT c.version, {gone}, {recorded}, {columns}
FROM {log} AS c
LEFT JOIN {rows} AS t ON {same_row}
WHERE c.version > {after} AND c.version <= {upper}
  AND NOT EXISTS (SELECT 1 FROM {log} AS later WHERE {same_key} AND later.version > c.version)
ORDER BY c.version
LIMIT {limit}
