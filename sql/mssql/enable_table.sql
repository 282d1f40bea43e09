-- Tracks the changes of one table from now on. It needs a primary key, and the right ALTER on the table, which is locked for a moment.
-- TRACK_COLUMNS_UPDATED stays off, because an answer always holds the whole row: which columns an update named is never read, and
-- to record it would cost four octets for each of them. If it is on for somebody else, that does no harm.
ALTER TABLE {table} ENABLE CHANGE_TRACKING WITH (TRACK_COLUMNS_UPDATED = OFF);
