-- One row: another number after every commit that another connection has made, as this connection sees them.
PRAGMA data_version
