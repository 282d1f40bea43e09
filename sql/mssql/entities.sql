-- One row is one entity: the columns of its properties, in their order.
SELECT {columns} FROM {table} AS t WHERE {where} ORDER BY {order} OFFSET {skip} ROWS FETCH NEXT {limit} ROWS ONLY
