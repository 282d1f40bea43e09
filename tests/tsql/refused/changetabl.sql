-- A misspelt function that only the grammar knows.
SELECT c.SYS_CHANGE_VERSION FROM CHANGETABL(CHANGES [dbo].[Order Details], 0) AS c
