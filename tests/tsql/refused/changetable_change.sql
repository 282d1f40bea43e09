-- A misspelt word inside a right one.
SELECT c.SYS_CHANGE_VERSION FROM CHANGETABLE(CHANGE [dbo].[Order Details], 0) AS c
