-- One row: the history of a table's changes as this snapshot shows it. The oldest version from which they are known (NULL: not
-- tracked, or not visible), the version at which tracking began, when the database was made, its recovery fork (NULL where it
-- may not be read), and what is known of the commits of two versions: the newest, and the one a token bears witness to.
SELECT CHANGE_TRACKING_MIN_VALID_VERSION(CAST({table} AS int)) AS min_valid_version,
       (SELECT ct.begin_version FROM sys.change_tracking_tables AS ct WHERE ct.object_id = {table}) AS begin_version,
       d.create_date,
       {fork} AS recovery_fork,
       {newest} AS newest_commit,
       {witness} AS witness_commit
FROM sys.databases AS d
WHERE d.name = DB_NAME()
