//! A table's definition -> the number that stands for it in `signature.sql`.

use std::hash::{DefaultHasher, Hash, Hasher};

use rusqlite::Connection;

/// The signature of a table; `None` where there is none.
pub(super) fn signature(file: &Connection, table: &str) -> Option<i64> {
    let sql = "SELECT t.object, k.number, c.name, c.type, c.\"notnull\", t.begun
               FROM _table AS t JOIN pragma_table_xinfo(t.name) AS c JOIN _column AS k ON k.object = t.object AND k.name = c.name
               WHERE t.name = ?1 ORDER BY k.number";
    let mut statement = file.prepare_cached(sql).unwrap();
    let mut rows = statement.query([table]).unwrap();
    let (mut hasher, mut columns) = (DefaultHasher::new(), 0);
    while let Some(row) = rows.next().unwrap() {
        for part in 0..6 {
            format!("{:?}", row.get_ref(part).unwrap()).hash(&mut hasher);
        }
        columns += 1;
    }
    (columns > 0).then(|| i64::try_from(hasher.finish() >> 33).unwrap())
}
