-- A row that REPLACE removes because of another unique index fires no DELETE trigger while recursive_triggers is off. So
-- before a value enters that index, the rows that hold it now are recorded: if they stay after all, that only repeats them.
CREATE TRIGGER {before_insert} BEFORE INSERT ON {table} BEGIN
  INSERT INTO {log} ({keys}) SELECT {own} FROM {table} AS t WHERE {holds};
END;
CREATE TRIGGER {before_update} BEFORE UPDATE ON {table} BEGIN
  INSERT INTO {log} ({keys}) SELECT {own} FROM {table} AS t WHERE {holds} AND ({other});
END;
