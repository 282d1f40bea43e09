-- Removes one change log and its entry in the register. Triggers are dropped before, by their names.
DROP TABLE IF EXISTS {log};
DELETE FROM "_deltalink_tables" WHERE log = {number};
