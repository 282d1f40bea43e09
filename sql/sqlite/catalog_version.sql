-- One row, one column: a number that changes with the schema. Reading it is what opens a snapshot.
PRAGMA schema_version
