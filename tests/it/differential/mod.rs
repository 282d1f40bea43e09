//! Whatever is asked, the gateway answers what an evaluator of its own finds in the same rows.
//!
//! Expressions are random and of every type; rows are few, and hold values in all forms, and such as fit no type. Each filter is asked of
//! two tables that differ in their indexes only: one that leads to another answer is the likeliest mistake. In the last of the databases a
//! row filter hides some of the rows, and the evaluator knows only the others. `DELTALINK_TEST_CASES` sets how many expressions are tried.

use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::{TestCaseError, TestCaseResult, TestRunner};
use serde_json::Value as Json;

use super::Database;
use crate::support::client::{Answer, Client};
use crate::support::gateway::Gateway;

mod evaluate;
mod expression;
mod literal;
mod outside;
mod rows;

use evaluate::{evaluate, holds, order};
use expression::{Expression, Text, condition, sortable};
use rows::HERDS;

const CASES: u32 = 600;
/// Each with rows of its own.
const DATABASES: u32 = 4;
/// Whoever asks sees some of the rows.
const IN_PART: &str = "[access]\nanonymous = ['r']\n[access.roles.r]\nHerd = true
Plain = { filter = \"Whole ne 4 and Id gt 2\" }\nIndexed = { filter = \"Whole ne 4 and Id gt 2\" }\n";

/// Two tables and their rows as a client sees them.
struct Served {
    client: Client,
    rows: Vec<Json>,
    gateway: Gateway,
    _database: Database,
}

#[test]
fn a_filter_finds_what_an_evaluator_finds() {
    for_all(true, &condition(), |served, filter| {
        let mut text = Text::default();
        let options = options(&[("$filter", text.of(filter))], &text);
        let expected: Vec<i64> = served.rows.iter().filter(|row| holds(filter, row)).map(id).collect();
        for table in ["Plain", "Indexed"] {
            let page = served.get(&format!("/odata/{table}?$select=Id&$count=true&{options}"), None)?;
            let found: Vec<i64> = page.value().iter().map(id).collect();
            served.same(table, filter, &found, &expected)?;
            prop_assert_eq!(&page.json()["@odata.count"], &Json::from(expected.len()), "{}: its count", table);
            let count = served.get(&format!("/odata/{table}/$count?{options}"), None)?.text();
            prop_assert_eq!(count, expected.len().to_string(), "{}/$count", table);
        }
        Ok(())
    });
}

#[test]
fn a_filter_on_the_number_of_related_rows_finds_what_an_evaluator_finds() {
    for_all(true, &(condition(), 0..4usize), |served, (filter, least)| {
        let mut text = Text::default();
        let counted = format!("$count($filter={})", text.of(filter));
        let belongs = |row: &Json, herd: &str| row["HerdId"].as_str() == Some(herd);
        let number = |herd: i64| {
            let herd = herd.to_string();
            served.rows.iter().filter(|row| belongs(row, &herd) && holds(filter, row)).count()
        };
        let expected: Vec<i64> = (1..=HERDS).filter(|herd| number(*herd) > *least).collect();
        let mut sorted: Vec<i64> = (1..=HERDS).collect();
        sorted.sort_by_key(|herd| (std::cmp::Reverse(number(*herd)), *herd));
        for table in ["Plain", "Indexed"] {
            let found = options(&[("$filter", format!("{table}/{counted} gt {least}"))], &text);
            let found: Vec<i64> = served.get(&format!("/odata/Herd?{found}"), None)?.value().iter().map(id).collect();
            served.same(table, filter, &found, &expected)?;
            let order = options(&[("$orderby", format!("{table}/{counted} desc"))], &text);
            let found: Vec<i64> = served.get(&format!("/odata/Herd?{order}"), None)?.value().iter().map(id).collect();
            served.same(table, filter, &found, &sorted)?;
        }
        Ok(())
    });
}

#[test]
fn an_order_is_that_of_an_evaluator_on_one_page_and_on_many() {
    let items = proptest::collection::vec((sortable(), select(vec!["", " asc", " desc"])), 1..4);
    for_all(false, &(items, prop::option::of(condition()), 1..6u32), |served, (items, filter, size)| {
        let mut text = Text::default();
        let by =
            items.iter().map(|(by, direction)| format!("{}{direction}", text.of(by))).collect::<Vec<_>>().join(",");
        let filtered = filter.as_ref().map(|filter| ("$filter", text.of(filter)));
        let options = options(&[("$orderby", by)].into_iter().chain(filtered).collect::<Vec<_>>(), &text);
        let mut expected: Vec<&Json> =
            served.rows.iter().filter(|row| filter.as_ref().is_none_or(|filter| holds(filter, row))).collect();
        expected.sort_by(|left, right| {
            let one = |(by, direction): &(Expression, &str)| {
                let order = order(&evaluate(by, left), &evaluate(by, right));
                if *direction == " desc" { order.reverse() } else { order }
            };
            items.iter().map(one).find(|order| order.is_ne()).unwrap_or(std::cmp::Ordering::Equal)
        });
        let expected: Vec<i64> = expected.into_iter().map(id).collect();
        for table in ["Plain", "Indexed"] {
            let url = format!("/odata/{table}?$select=Id&{options}");
            let page: Vec<i64> = served.get(&url, None)?.value().iter().map(id).collect();
            served.same(table, items, &page, &expected)?;
            let pages = served.pages(&url, *size)?;
            prop_assert_eq!(pages, expected.clone(), "{}, in pages of {}", table, size);
        }
        Ok(())
    });
}

/// Tries `property` with values of `strategy` on a few databases.
fn for_all<S: Strategy>(misfits: bool, strategy: &S, property: impl Fn(&Served, &S::Value) -> TestCaseResult) {
    let cases =
        std::env::var("DELTALINK_TEST_CASES").ok().map_or(CASES, |cases| cases.parse().expect("a number of cases"));
    let config =
        ProptestConfig { cases: cases.div_ceil(DATABASES), failure_persistence: None, ..ProptestConfig::default() };
    for number in 1..=DATABASES {
        // One that has run its cases runs no more.
        let mut runner = TestRunner::new(ProptestConfig { max_shrink_iters: 2000, ..config.clone() });
        let rows = rows::rows(misfits).new_tree(&mut runner).unwrap().current();
        let config = if number == DATABASES { IN_PART } else { "" };
        let served = Served::new(rows::tables(&rows), config);
        let outcome = runner.run(strategy, |value| property(&served, &value));
        outcome.unwrap_or_else(|failure| panic!("{failure}"));
        let of_part = outside::only_comparisons(&served.gateway.heard.statements());
        assert_eq!(of_part > 0, number == DATABASES, "{of_part} statements read a table in part");
    }
}

impl Served {
    fn new(database: Database, config: &str) -> Self {
        let gateway = database.serve_with(config);
        let client = gateway.client();
        let mut served = Self { client, rows: Vec::new(), gateway, _database: database };
        served.rows = served.get("/odata/Plain", Some("application/json;IEEE754Compatible=true")).unwrap().value();
        assert!(served.rows.len() >= 10);
        served
    }

    fn get(&self, url: &str, accept: Option<&str>) -> Result<Answer, TestCaseError> {
        let asking = self.client.ask("GET", url).header("Accept", accept.unwrap_or("application/json"));
        let answer = asking.send();
        match answer.status {
            200 => Ok(answer),
            _ => Err(TestCaseError::fail(format!("{url}: {}", answer.text()))),
        }
    }

    /// The ids of all pages from `url` on.
    fn pages(&self, url: &str, size: u32) -> Result<Vec<i64>, TestCaseError> {
        let (mut found, mut next) = (Vec::new(), Some(url.to_owned()));
        while let Some(url) = next {
            let answer = self.client.ask("GET", &url).header("Prefer", &format!("maxpagesize={size}")).send();
            if answer.status != 200 {
                return Err(TestCaseError::fail(format!("{url}: {}", answer.text())));
            }
            found.extend(answer.value().iter().map(id));
            next = answer.link("nextLink");
        }
        Ok(found)
    }

    /// Fails with what was asked and the rows about which the two do not agree.
    fn same<T: std::fmt::Debug>(&self, table: &str, asked: &T, found: &[i64], expected: &[i64]) -> TestCaseResult {
        if found == expected {
            return Ok(());
        }
        let first = found.iter().zip(expected).find(|(found, expected)| found != expected);
        let is_first = |row: &Json| first.is_some_and(|(found, expected)| [*found, *expected].contains(&id(row)));
        let differs = |row: &&Json| found.contains(&id(row)) != expected.contains(&id(row)) || is_first(row);
        let rows = self.rows.iter().filter(differs).take(4).map(Json::to_string).collect::<Vec<_>>().join("\n");
        Err(TestCaseError::fail(format!(
            "{table}: {asked:?}\nfound {found:?}, expected {expected:?}; of these rows:\n{rows}"
        )))
    }
}

/// Options with the aliases of `text`, as in a URL.
fn options(options: &[(&str, String)], text: &Text) -> String {
    let encoded =
        |value: &str| percent_encoding::utf8_percent_encode(value, percent_encoding::NON_ALPHANUMERIC).to_string();
    let aliases = (1..).zip(&text.aliases).map(|(number, value)| format!("@p{number}={}", encoded(value)));
    let options = options.iter().map(|(name, value)| format!("{name}={}", encoded(value)));
    options.chain(aliases).collect::<Vec<_>>().join("&")
}

/// The key of a row, which may be text so that it keeps its digits.
fn id(row: &Json) -> i64 {
    row["Id"].as_i64().or_else(|| row["Id"].as_str()?.parse().ok()).expect("an id")
}
