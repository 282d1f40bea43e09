-- Changes are kept for {retention} from now on, in the whole database: retention is not a matter of one table. A shorter time ends older
-- links at the next clean-up.
ALTER DATABASE {database} SET CHANGE_TRACKING (CHANGE_RETENTION = {retention});
