-- Grammatical, but CHANGETABLE has no such column.
SELECT c.SYS_CHANGE_OPERATOR FROM CHANGETABLE(CHANGES [dbo].[Order Details], 0) AS c
