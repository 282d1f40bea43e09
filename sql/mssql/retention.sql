-- Changes are kept for {retention_days} days from now on, in the whole database: retention is not a matter of one table. A shorter time ends
-- older links at the next clean-up.
ALTER DATABASE CURRENT SET CHANGE_TRACKING (CHANGE_RETENTION = {retention_days} DAYS, AUTO_CLEANUP = ON);
