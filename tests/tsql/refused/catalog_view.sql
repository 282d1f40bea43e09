-- Grammatical, but there is no such catalog view.
SELECT min_valid_version FROM sys.change_tracking_table
