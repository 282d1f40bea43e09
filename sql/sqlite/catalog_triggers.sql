-- One row is one trigger of the gateway: its name, the table that it watches, its text.
SELECT name, tbl_name, sql FROM sqlite_schema WHERE type = 'trigger' AND name LIKE '\_deltalink\_%' ESCAPE '\' ORDER BY name
