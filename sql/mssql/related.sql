-- One row is one entity that another one leads to: the number of that other one, then the columns of its properties. They come in
-- the order of the others, and of each a part.
SELECT {columns} FROM (
    SELECT k.n AS n, {found}, ROW_NUMBER() OVER (PARTITION BY k.n ORDER BY {order}) AS place
    FROM (VALUES {parents}) AS k({names}) INNER JOIN {table} AS t ON {same}
    WHERE {where}
) AS r
WHERE r.place > {skip} AND r.place <= {last}
ORDER BY r.n, r.place
