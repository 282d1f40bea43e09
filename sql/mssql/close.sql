-- Ends the snapshot of a read that was whole.
COMMIT TRANSACTION;
