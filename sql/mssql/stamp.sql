-- One row: the newest version of the database's changes; NULL where tracking is off.
SELECT CHANGE_TRACKING_CURRENT_VERSION() AS current_version;
