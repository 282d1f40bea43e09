-- Ends the tracking of one table and removes what was recorded. All who follow its changes have to start over, also those who do so
-- without this gateway: change tracking belongs to the database. To keep it, leave the table out of the configuration instead.
ALTER TABLE {table} DISABLE CHANGE_TRACKING;
