-- What records every change of a table, whoever makes it. Each name ends in what it watches.
CREATE TRIGGER {insert} AFTER INSERT ON {table} BEGIN
  INSERT INTO {log} ({keys}) VALUES ({new});
END;
CREATE TRIGGER {delete} AFTER DELETE ON {table} BEGIN
  INSERT INTO {log} ({keys}) VALUES ({old});
END;
CREATE TRIGGER {update} AFTER UPDATE ON {table} BEGIN
  INSERT INTO {log} ({keys}) SELECT {old} WHERE {key_changed};
  INSERT INTO {log} ({keys}) VALUES ({new});
END;
