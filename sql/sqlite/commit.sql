-- commit
-- No rows. Ends a transaction that has only read.
COMMIT
