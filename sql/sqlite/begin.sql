-- begin
-- No rows. What is read from the next statement on is of one moment.
BEGIN DEFERRED
