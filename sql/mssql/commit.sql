-- A slot of history.sql: what is known of the commit of one version, as text; NULL where it has been cleaned up, or where the login does
-- not see it yet. Another history that has reached the same version differs in it.
(SELECT TOP (1) CONCAT(m.xdes_id, N'/', m.commit_lbn, N'/', CONVERT(nvarchar(33), m.commit_time, 126))
        FROM sys.dm_tran_commit_table AS m WHERE m.commit_ts = {version})
