-- Grammatical, but there is no such function.
SELECT CHANGE_TRACKING_MIN_VALID_VERSON(OBJECT_ID(N'[dbo].[Order Details]'))
