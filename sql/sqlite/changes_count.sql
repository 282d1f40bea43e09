-- One row, one column: the number of keys that changed, as `changes.sql` would list them.
SELECT count(*)
FROM {log} AS c
WHERE c.version > {after} AND c.version <= {upper}
  AND NOT EXISTS (SELECT 1 FROM {log} AS later WHERE {same_key} AND later.version > c.version)
