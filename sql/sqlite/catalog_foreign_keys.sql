-- One row is one column of one reference to another table, in the order of tables, references and columns: the table that
-- refers, the reference's number in it, the column, then the table and the column referred to, as the reference spells them.
-- That column is NULL where the reference means the primary key without naming it. The table need not exist.
SELECT t.name, f.id, f."from", f."table", f."to"
FROM pragma_table_list AS t
JOIN pragma_foreign_key_list(t.name) AS f
WHERE t.schema = 'main' AND t.type = 'table'
  AND t.name NOT LIKE 'sqlite\_%' ESCAPE '\' AND t.name NOT LIKE '\_deltalink\_%' ESCAPE '\'
ORDER BY t.name, f.id, f.seq
