-- One row, one column: how the file keeps its journal. In any mode but 'wal', a read that lasts keeps writers waiting.
PRAGMA journal_mode
