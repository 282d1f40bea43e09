-- One row is one entity: its number, and how many others it leads to. Those that lead to none are left out.
WITH k({names}) AS (VALUES {parents})
SELECT k.n, count(*) FROM k INNER JOIN {table} AS t ON {same} WHERE {where} GROUP BY k.n ORDER BY k.n
