-- One row is one table with a trigger of somebody else's that may call off the triggers behind it, the gateway's among them.
SELECT DISTINCT tbl_name FROM sqlite_schema
WHERE type = 'trigger' AND name NOT LIKE '\_deltalink\_%' ESCAPE '\' AND sql LIKE '%AFTER%RAISE%(%IGNORE%)%'
