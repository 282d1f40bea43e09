-- One row, one column: the number of entities.
SELECT count(*) FROM {table} AS t WHERE {where}
