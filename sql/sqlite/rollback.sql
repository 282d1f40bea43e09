-- rollback
-- No rows. Ends a transaction after a failure.
ROLLBACK
