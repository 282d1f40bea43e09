-- At most one row: the age in seconds of the oldest commit that is still known. Fails where the login may not see commits.
SELECT TOP (1) DATEDIFF_BIG(second, m.commit_time, SYSUTCDATETIME()) AS age FROM sys.dm_tran_commit_table AS m ORDER BY m.commit_ts
