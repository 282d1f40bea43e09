//! A request -> its plan and its statements, of both databases, and what must be true of them.

use deltalink::edm::Value;
use deltalink::error::Result;
use deltalink::odata::{self, RawHeaders, Request};
use deltalink::plan::{Format, Plan, Read, Target, plan};
use deltalink::sql::{self, Dialect, Query, Related, Statement};

use super::model::{SETTINGS, keyring, view};
use super::outcome;

/// Octets of SQL that no request may need, and those that each of its own octets may.
const STATEMENT: usize = 128 * 1024;
const EACH: usize = 1_000;
/// Parameters that SQL Server takes.
const PARAMETERS: usize = 2_100;

/// Plans it.
pub(super) fn run(request: &Request, input: &[u8]) -> u64 {
    match plan(request, view(), keyring(), SETTINGS) {
        Err(error) => outcome::refused(&error, input),
        Ok(Plan::Read(read)) => {
            starts_over(&read);
            check(&read, input)
        }
        Ok(Plan::Metadata(format)) => outcome::of(&format!("{format:?}")),
        Ok(Plan::ServiceDocument(format)) => outcome::of(&format!("{format:?}")),
    }
}

/// Reads what a URL says and plans it.
pub(super) fn run_url(url: &str, headers: &RawHeaders<'_>, input: &[u8]) -> u64 {
    match parse(url, headers) {
        Ok(request) => run(&request, input),
        Err(error) => outcome::refused(&error, input),
    }
}

fn parse(url: &str, headers: &RawHeaders<'_>) -> Result<Request> {
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    odata::parse(path, query, headers)?.identified("http://localhost/odata/")
}

/// The URL that a plan writes for who has to start over means a request with the same.
fn starts_over(read: &Read) {
    // A number has no links, and does not look at all that they would keep; nor has a value by itself, which may be wanted in a form that
    // entities do not have.
    if matches!(read.target, Target::Count) || !matches!(read.format, Format::Json(_)) {
        return;
    }
    let url = read.defining_query();
    let again = parse(&url, &RawHeaders::default()).unwrap_or_else(|error| panic!("{url}: {error}"));
    match plan(&again, view(), keyring(), SETTINGS) {
        Ok(Plan::Read(again)) => assert_eq!(again.defining_query(), url),
        other => panic!("{url}: {other:?}"),
    }
}

fn check(read: &Read, input: &[u8]) -> u64 {
    let dialects: [&dyn Dialect; 3] = [&sql::sqlite::Sqlite, &sql::mssql::WITH_SNAPSHOT, &sql::mssql::WITHOUT_SNAPSHOT];
    let texts = dialects.map(|dialect| {
        let query = sql::query(read, dialect);
        let texts: Vec<String> = statements(&query, dialect)
            .into_iter()
            .map(|statement| {
                check_statement(&statement, input);
                outcome::skeleton(&statement.sql)
            })
            .collect();
        query.opening.iter().for_each(|opening| check_text(opening, input));
        texts
    });
    outcome::of(&texts)
}

fn statements(query: &Query, dialect: &dyn Dialect) -> Vec<Statement> {
    let history = query.history.as_ref().map(|history| &history.statement);
    let own = [history, query.parents.as_ref(), query.count.as_ref(), query.rows.as_ref()];
    let mut all: Vec<Statement> = own.into_iter().flatten().cloned().collect();
    query.related.iter().for_each(|related| add_related(related, dialect, &mut all));
    all
}

fn add_related(related: &Related, dialect: &dyn Dialect, all: &mut Vec<Statement>) {
    let origin = || vec![Value::Text("zq".to_owned()); related.leads()];
    let origins = [(0, origin()), (77_177, origin())];
    all.extend([related.entities(&origins, 100, dialect), related.counts(&origins, dialect)]);
    related.further.iter().for_each(|further| add_related(further, dialect, all));
}

fn check_statement(statement: &Statement, input: &[u8]) {
    check_text(&statement.sql, input);
    assert!(statement.params.len() <= PARAMETERS, "{} parameters", statement.params.len());
}

/// Nothing of the request's values stands in a statement, and a small request makes no huge one.
fn check_text(sql: &str, input: &[u8]) {
    let marked = sql.to_ascii_lowercase().contains("zq") || sql.contains("77177");
    assert!(!marked && sql.is_ascii(), "a value of the request stands in {sql}");
    assert!(sql.len() <= STATEMENT + EACH * input.len(), "{} octets of SQL", sql.len());
}
