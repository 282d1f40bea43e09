//! T-SQL's way of saying things.
