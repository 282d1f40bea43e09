-- One row, one column: the number of entities.
SELECT COUNT_BIG(*) FROM {table} AS t WHERE {where}
