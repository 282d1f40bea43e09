-- Prepares a database, once: its changes are kept for {retention}. With the right ALTER on it, and not inside a transaction.
ALTER DATABASE {database} SET CHANGE_TRACKING = ON (CHANGE_RETENTION = {retention}, AUTO_CLEANUP = ON);
