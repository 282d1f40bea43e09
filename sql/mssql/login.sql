-- A login that may read tables and their changes and nothing else: a script for an administrator, who changes the names and the
-- schemas. Each right says what it is for, and what is lost without it. Run it in the database that is to be served; sqlcmd takes the
-- password, which must not contain an apostrophe, from the environment:
--     DELTALINK_DATABASE_PASSWORD=... sqlcmd -S HOST -d DATABASE -b -i login.sql

-- 1. Who. One of four.
--
-- A login of SQL Server, and its user in this database. In an availability group, create the login with the same SID on every
-- replica, or take a contained user: logins are not replicated.
IF N'$(DELTALINK_DATABASE_PASSWORD)' = N'$' + N'(DELTALINK_DATABASE_PASSWORD)'
  THROW 50000, N'Run this with sqlcmd, or in its mode, so that the password is filled in.', 1;
CREATE LOGIN [deltalink] WITH PASSWORD = N'$(DELTALINK_DATABASE_PASSWORD)';
CREATE USER [deltalink] FOR LOGIN [deltalink];
-- Azure SQL Database: a contained user, known to this database only, so that it also works after a geo-failover.
-- CREATE USER [deltalink] WITH PASSWORD = N'$(DELTALINK_DATABASE_PASSWORD)';
-- Azure SQL: the managed identity or the application of that name in Entra ID. No password. Run by an Entra ID administrator.
-- CREATE USER [deltalink] FROM EXTERNAL PROVIDER;
-- SQL Server: a Windows account.
-- CREATE LOGIN [DOMAIN\deltalink] FROM WINDOWS; CREATE USER [deltalink] FOR LOGIN [DOMAIN\deltalink];
GO

-- 2. Rows and changes: without either of these a table is not served. The rights to a schema hold for its present and future tables. VIEW
-- CHANGE TRACKING is a right of its own because it shows keys of rows that are gone.
GRANT SELECT ON SCHEMA::[dbo] TO [deltalink];
GRANT VIEW CHANGE TRACKING ON SCHEMA::[dbo] TO [deltalink];
-- Or for single tables; what is not named is not even seen.
-- GRANT SELECT ON OBJECT::[dbo].[Orders] TO [deltalink];
-- GRANT VIEW CHANGE TRACKING ON OBJECT::[dbo].[Orders] TO [deltalink];
-- To keep columns back, take SELECT away from them, and leave them out of the configuration's list of columns, too.
-- DENY SELECT ON OBJECT::[dbo].[Customers] ([CreditLimit]) TO [deltalink];
GO

-- 3. The commits of the database, sys.dm_tran_commit_table. Optional. They prove that the state that a link was issued for is part of
-- this database's history. Without them, a restored backup is told by the recovery fork, by table, and by versions that run
-- backwards, and on Azure SQL Database, which shows no fork, perhaps not at all: change the epoch in the configuration after a restore.
-- The right also shows how busy the database is. Up to SQL Server 2019 it is a wide one, since then there is a narrower one.
IF EXISTS (SELECT 1 FROM sys.fn_builtin_permissions(N'DATABASE') WHERE permission_name = N'VIEW DATABASE PERFORMANCE STATE')
  EXECUTE (N'GRANT VIEW DATABASE PERFORMANCE STATE TO [deltalink]');
ELSE
  GRANT VIEW DATABASE STATE TO [deltalink];
-- With this right alone, SQL Server shows a commit only after the next checkpoint. The right to the state of the whole server shows it at once;
-- links then bear their proof from the first moment. Optional; in master, and wider still.
-- USE [master]; GRANT VIEW SERVER STATE TO [deltalink];
GO

-- 4. The recovery fork, sys.database_recovery_status, changes when a backup is restored. It is seen with VIEW ANY DATABASE, which
-- everybody has unless it was revoked. Azure SQL Database has no such view.
-- USE [master]; GRANT VIEW ANY DATABASE TO [deltalink];

-- 5. Default values in $metadata. Optional: it shows the text of defaults and of computed columns, which SELECT does not.
-- GRANT VIEW DEFINITION ON SCHEMA::[dbo] TO [deltalink];

-- 6. Nothing else is needed. It should not have INSERT, UPDATE, DELETE, EXECUTE or ALTER, nor be in db_owner: `deltalink track --apply`,
-- which needs ALTER, is run by somebody else.
