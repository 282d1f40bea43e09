-- Ends every link to the log's changes, for good: what was missed while the triggers were damaged stays missed, even if
-- they are whole again later.
UPDATE "_deltalink_tables" SET incarnation = abs(random() % 4294967296) WHERE log = {number};
