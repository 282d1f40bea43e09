-- Ends the snapshot of a read that was refused.
IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION;
