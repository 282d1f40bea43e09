-- One row is one entity: its number, and how many others it leads to. Those that lead to none are left out.
SELECT k.n, COUNT_BIG(*) FROM (VALUES {parents}) AS k({names}) INNER JOIN {table} AS t ON {same} WHERE {where} GROUP BY k.n ORDER BY k.n
