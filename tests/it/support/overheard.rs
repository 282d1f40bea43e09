//! A backend that stands before another one and reads each statement on its way there: nothing of a request may be part of it.
//!
//! Every gateway of the tests has one, so what is asserted here is asserted of every statement that any test leads to: it consists of words
//! that stand in the source, of names that stand in the catalog, of placeholders, and of the few strings and numbers that are listed here.

use std::collections::{BTreeSet, HashSet};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use deltalink::backend::{Backend, Connections, RowSink, Work};
use deltalink::edm::{Catalog, ChangeLog, Tracking, Value};
use deltalink::error::Result;
use deltalink::sql::{Dialect, Query, Related, Script, Statement};

use super::tokens::{Token, tokens};

/// Strings that statements hold by themselves.
const STRINGS: [&str; 26] = [
    // Parts of skeletons.
    "",
    "/",
    "+00:00",
    "BaseType",
    "CHANGE_TRACKING",
    "D",
    "SHA2_256",
    // Names of types, which a signature of a table asks for.
    "binary",
    "datetime",
    "datetime2",
    "float",
    "money",
    "real",
    "smalldatetime",
    "smallmoney",
    "varbinary",
    // What `LIKE` takes for more than itself, and what escapes it.
    "%",
    "[",
    "\\",
    "\\%",
    "\\[",
    "\\\\",
    "\\_",
    "_",
    // A pattern of what is none of some characters.
    "%[^",
    "]%",
];
/// Numbers that they do.
const NUMBERS: [&str; 12] = [
    "60",
    "64",
    "126",
    "128",
    "4000",
    "8000",
    // Ticks of a second, a minute, an hour.
    "10000000",
    "10000000.0",
    "600000000",
    "36000000000",
    // A sigma at the end of a word, and elsewhere.
    "962",
    "963",
];
/// Characters that are white space, by their numbers, the greatest length of a text, nanoseconds.
const OF_T_SQL: &str = "1000000000.0 2147483647 9 10 11 12 13 32 133 160 5760 8192 8193 8194 8195 8196 8197 8198 8199 8200 8201 8202 8232 8233 8239 8287 12288";
/// Up to so many digits a decimal has in T-SQL, as many as the literal that is made one; smaller numbers say nothing.
const LONGEST_DECIMAL: usize = 38;

/// What was said to a database.
#[derive(Default)]
pub(crate) struct Heard {
    stamps: AtomicUsize,
    statements: Mutex<BTreeSet<String>>,
    known: Mutex<Known>,
    wrong: Mutex<Vec<String>>,
}

/// What a catalog brings into statements.
#[derive(Default)]
struct Known {
    names: HashSet<String>,
    /// Tables as T-SQL's functions want them named: in brackets, in a string.
    qualified: HashSet<String>,
    /// Parts of the declarations of columns, names of collations, numbers of logs.
    words: HashSet<String>,
}

/// Stands before `inner`.
pub(super) struct Overheard {
    pub(super) inner: Arc<dyn Backend>,
    pub(super) heard: Arc<Heard>,
}

impl Overheard {
    fn hear(&self, query: &Query) {
        let history = query.history.as_ref().map(|history| &history.statement);
        let statements = [history, query.parents.as_ref(), query.count.as_ref(), query.rows.as_ref()];
        for Statement { sql, params } in statements.into_iter().flatten() {
            self.heard.hear(sql, params.len());
        }
        if let Some(opening) = &query.opening {
            self.heard.hear(opening, 0);
        }
        self.hear_related(&query.related);
    }

    /// What is expanded, as it is read for two entities. The values that lead there come from rows.
    fn hear_related(&self, related: &[Related]) {
        for related in related {
            let values = vec![Value::Integer(1); related.leads()];
            let origins = [(0, values.clone()), (1, values)];
            let dialect = self.dialect();
            for said in [related.entities(&origins, 1, dialect), related.counts(&origins, dialect)] {
                let Statement { sql, params } = said;
                self.heard.hear(&sql, params.len());
            }
            self.hear_related(&related.further);
        }
    }
}

#[async_trait]
impl Backend for Overheard {
    fn dialect(&self) -> &'static dyn Dialect {
        self.inner.dialect()
    }

    async fn describe(&self) -> Result<Catalog> {
        let catalog = self.inner.describe().await?;
        self.heard.learn(&catalog);
        Ok(catalog)
    }

    fn ready(&self, catalog: &Catalog) -> Result<()> {
        self.inner.ready(catalog)
    }

    fn look_every(&self) -> Duration {
        self.inner.look_every()
    }

    async fn read(&self, query: Query, sink: Box<dyn RowSink>) -> Result<()> {
        self.hear(&query);
        self.inner.read(query, sink).await
    }

    async fn snapshot(&self, queries: Arc<[Query]>, work: Work) -> Result<()> {
        queries.iter().for_each(|query| self.hear(query));
        self.inner.snapshot(queries, work).await
    }

    async fn stamp(&self) -> Result<u64> {
        self.heard.stamps.fetch_add(1, Ordering::SeqCst);
        self.inner.stamp().await
    }

    async fn execute(&self, script: Script) -> Result<u64> {
        self.inner.execute(script).await
    }

    fn connections(&self) -> Option<Connections> {
        self.inner.connections()
    }

    async fn oldest_change(&self, log: ChangeLog) -> Result<Option<u64>> {
        self.inner.oldest_change(log).await
    }
}

impl Heard {
    /// How often the database was asked whether anything was committed: it is while somebody waits for changes.
    pub(crate) fn stamps(&self) -> usize {
        self.stamps.load(Ordering::SeqCst)
    }

    /// The text of every statement so far, each once.
    pub(crate) fn statements(&self) -> Vec<String> {
        lock(&self.statements).iter().cloned().collect()
    }

    /// Forgets them.
    pub(crate) fn forget(&self) {
        lock(&self.statements).clear();
    }

    /// Asserts that nothing was in a statement that has no business there.
    pub(super) fn assert_right(&self) {
        let wrong = lock(&self.wrong);
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    fn hear(&self, sql: &str, params: usize) {
        if lock(&self.statements).insert(sql.to_owned()) {
            let known = lock(&self.known);
            let strange = tokens(sql).into_iter().filter(|token| !known.expects(token, params));
            let strange: Vec<String> = strange.map(|token| format!("{token:?} has no business in {sql}")).collect();
            lock(&self.wrong).extend(strange);
        }
    }

    fn learn(&self, catalog: &Catalog) {
        let mut known = lock(&self.known);
        let words = |text: &str| {
            text.split(|c: char| !c.is_alphanumeric() && c != '_').map(str::to_lowercase).collect::<Vec<_>>()
        };
        for table in &catalog.tables {
            known.names.extend(table.schema.clone());
            known.names.insert(table.name.clone());
            known.qualified.extend(table.schema.as_deref().map(|schema| qualified(schema, &table.name)));
            if let Tracking::Triggers { log, .. } = &table.tracking {
                known.words.insert(log.to_string());
                known.names.insert(format!("_deltalink_log_{log}"));
            }
            known.names.insert("deltalink shown".to_owned());
            for column in &table.columns {
                known.names.insert(column.name.clone());
                known.names.extend(column.collation.clone());
                known.words.extend(column.collation.as_deref().map(str::to_lowercase));
                known.words.extend(words(&column.declared));
                known.words.extend(words(&column.ty.to_string()));
            }
            let indexed = table.unique.iter().flat_map(|index| index.columns.iter().flatten());
            known.names.extend(indexed.map(|column| column.collation.clone()));
        }
    }
}

impl Known {
    fn expects(&self, token: &Token, params: usize) -> bool {
        match token {
            Token::Name(name) => self.names.contains(name),
            Token::Number(number) => is_number_of_ours(number) || self.words.contains(number),
            Token::Placeholder(number) => (1..=params).contains(number),
            Token::Strange(_) => false,
            Token::String(text) => STRINGS.contains(&text.as_str()) || self.qualified.contains(text),
            Token::Symbol(_) => true,
            Token::Word(word) => VOCABULARY.contains(word) || self.words.contains(word) || is_alias(word),
        }
    }
}

fn is_number_of_ours(number: &str) -> bool {
    let is_digits = number.parse().is_ok_and(|digits: usize| digits <= LONGEST_DECIMAL);
    is_digits || NUMBERS.contains(&number) || OF_T_SQL.split(' ').any(|other| other == number)
}

fn qualified(schema: &str, table: &str) -> String {
    let [schema, table] = [schema, table].map(|name| name.replace(']', "]]"));
    format!("[{schema}].[{table}]")
}

/// `t1`, `h1`, `p0`: rows; `k1`, `c0`: columns of a log, and of what is related.
fn is_alias(word: &str) -> bool {
    let (letter, number) = word.split_at(1);
    ["t", "h", "k", "p", "c"].contains(&letter)
        && !number.is_empty()
        && number.bytes().all(|byte| byte.is_ascii_digit())
}

/// Every word of every statement and part of one that the source holds.
static VOCABULARY: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let mut words = HashSet::new();
    let mut folders = vec!["sql".into(), Path::new("src").join("sql")];
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            if path.extension().is_some_and(|extension| extension == "rs") {
                let code = text.split("#[cfg(test)]\nmod tests").next().unwrap().replace("\\\"", " ");
                code.split('"').skip(1).step_by(2).for_each(|literal| learn(&mut words, literal));
            } else {
                text.lines().filter(|line| !line.starts_with("--")).for_each(|line| learn(&mut words, line));
            }
        }
    }
    words
});

fn learn(words: &mut HashSet<String>, text: &str) {
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '@' | '#' | '$');
    words.extend(text.split(|c| !is_word(c)).filter(|word| !word.is_empty()).map(str::to_lowercase));
}

/// What a thread that failed leaves behind is still told.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[test]
fn what_comes_from_elsewhere_is_noticed() {
    let heard = Heard::default();
    lock(&heard.known).names.insert("T".to_owned());
    heard.hear("SELECT count(*) FROM \"T\" AS t WHERE 1 = 1 AND t1.[T] = ?1", 1);
    heard.assert_right();
    for wrong in
        ["SELECT 'xyzzy'", "SELECT 4711", "SELECT \"U\"", "SELECT xyzzy", "SELECT 1 --", "SELECT ?2", "SELECT \"T"]
    {
        heard.hear(wrong, 1);
        assert_eq!(std::mem::take(&mut *lock(&heard.wrong)).len(), 1, "{wrong}");
    }
}
