-- One row if the register of change logs exists: none where nothing was ever tracked.
SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = '_deltalink_tables'
