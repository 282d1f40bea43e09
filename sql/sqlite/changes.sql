-- One row is one changed key, once, at the version of its last change: the version, whether the row is gone, the key as recorded,
-- then the columns of the row as it is now. A row of the log says only that something happened to the key; presence decides.
SELECT c.version, {gone}, {recorded}, {columns}
FROM {log} AS c
LEFT JOIN {table} AS t ON {same_row}
WHERE c.version > {after} AND c.version <= {upper}
  AND NOT EXISTS (SELECT 1 FROM {log} AS later WHERE {same_key} AND later.version > c.version)
ORDER BY c.version
LIMIT {limit}
