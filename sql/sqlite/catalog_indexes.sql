-- One row is one column of one unique index, in the order of tables, indexes and columns. The column's name is NULL for an
-- expression. `origin` is 'pk' for the index that enforces a primary key. The text is that of a partial index, else NULL.
SELECT t.name, i.name, i.origin, x.name, x.coll,
       CASE WHEN i.partial THEN (SELECT s.sql FROM sqlite_schema AS s WHERE s.type = 'index' AND s.name = i.name) END
FROM pragma_table_list AS t
JOIN pragma_index_list(t.name) AS i
JOIN pragma_index_xinfo(i.name) AS x
WHERE t.schema = 'main' AND t.type = 'table' AND i."unique" AND x.key
  AND t.name NOT LIKE 'sqlite\_%' ESCAPE '\' AND t.name NOT LIKE '\_deltalink\_%' ESCAPE '\'
ORDER BY t.name, i.seq, x.seqno
