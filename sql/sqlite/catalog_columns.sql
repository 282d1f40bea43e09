-- One row is one column of one ordinary table, in the order of tables and columns, with the table's text and its place in
-- the schema. Virtual tables, their shadows, views, SQLite's own tables and the gateway's are left out.
SELECT t.name, t.wr, c.name, c.type, c."notnull", c.dflt_value, c.pk, c.hidden, c.cid, s.sql, s.rowid
FROM pragma_table_list AS t
JOIN sqlite_schema AS s ON s.type = 'table' AND s.name = t.name
JOIN pragma_table_xinfo(t.name) AS c
WHERE t.schema = 'main' AND t.type = 'table' AND c.hidden <> 1
  AND t.name NOT LIKE 'sqlite\_%' ESCAPE '\' AND t.name NOT LIKE '\_deltalink\_%' ESCAPE '\'
ORDER BY t.name, c.cid
