//! `check`: what is found, and whether the remedy that it names mends it.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::support::process::{Outcome, run};
use crate::support::sqlite::Database;

fn check(database: &Database, arguments: &[&str]) -> Outcome {
    let all: Vec<&str> = ["check", "--database", "sqlite:test.db"].iter().chain(arguments).copied().collect();
    run(database.folder.path(), &all)
}

fn findings(database: &Database, arguments: &[&str], code: i32) -> Value {
    let all: Vec<&str> = ["--json"].iter().chain(arguments).copied().collect();
    serde_json::from_str(&check(database, &all).expect(code).out).unwrap()
}

fn configure(database: &Database, text: &str) {
    std::fs::write(database.folder.path().join("deltalink.toml"), text).unwrap();
}

/// The items of `list` for `table`, each as its reason and its remedy.
fn of_table(findings: &Value, list: &str, table: &str) -> Vec<(String, String)> {
    let items = findings[list].as_array().unwrap().iter().filter(|item| item["table"] == table);
    let text = |item: &Value, name: &str| item[name].as_str().unwrap_or_else(|| panic!("{name} in {item}")).to_owned();
    items.map(|item| (text(item, "reason"), text(item, "remedy"))).collect()
}

/// Runs a remedy as it was printed.
fn carry_out(remedy: &str, folder: &Path) {
    let binary = Path::new(env!("CARGO_BIN_EXE_deltalink")).parent().unwrap().display().to_string();
    let path = format!("{binary}:{}", std::env::var("PATH").unwrap());
    let status = Command::new("sh").args(["-c", remedy]).current_dir(folder).env("PATH", path).output().unwrap();
    assert!(status.status.success(), "{remedy}: {status:?}");
}

/// Nothing in it is tracked.
fn of_all_sorts() -> Database {
    let database = Database::empty();
    database.execute(
        r#"CREATE TABLE "it's good" (Id INTEGER PRIMARY KEY, Note TEXT);
           CREATE TABLE Keyless (Name TEXT);
           CREATE TABLE Binary (Id BLOB PRIMARY KEY);
           CREATE TABLE Floating (Id DOUBLE PRIMARY KEY);
           CREATE TABLE Untyped (Id PRIMARY KEY);"#,
    );
    database
}

#[test]
fn a_database_with_nothing_to_expose_needs_mending_and_the_remedy_mends_it() {
    let database = of_all_sorts();
    let outcome = check(&database, &[]).expect(1);
    let remedy = "deltalink track --database sqlite:test.db --all";
    assert!(
        outcome.out.ends_with(&format!("NEEDS MENDING: there is nothing to expose\n  {remedy}\n")),
        "{}",
        outcome.out
    );
    carry_out(remedy, database.folder.path());
    let outcome = check(&database, &[]).expect(0);
    assert!(
        outcome.out.contains(
            "it's good: exposed as it_x0027_s_x0020_good, tracked, changes kept for 7days, versions 0 to 0\n"
        ),
        "{}",
        outcome.out
    );
}

#[test]
fn a_table_that_nobody_asked_for_is_told_with_its_reason_and_remedy() {
    let database = of_all_sorts();
    let found = findings(&database, &[], 1);
    for (table, reason) in [
        ("Binary", "is BLOB, which cannot be a key in OData"),
        ("Floating", "is DOUBLE, which cannot be a key in OData"),
        ("Keyless", "no primary key"),
        ("Untyped", "has no declared type"),
    ] {
        let told = of_table(&found, "notExposed", table);
        assert!(told.len() == 1 && told[0].0.contains(reason) && told[0].1.contains("primary key"), "{told:?}");
    }
    let told = of_table(&found, "notExposed", "it's good");
    assert_eq!(told[0].0, "not tracked");
    carry_out(&told[0].1, database.folder.path());
    let found = findings(&database, &[], 0);
    assert_eq!(found["entitySets"][0]["tracked"], true);
    assert_eq!(found["entitySets"][0]["retentionSeconds"], 604_800);
    assert_eq!(found["problems"], serde_json::json!([]));
}

#[test]
fn what_the_configuration_asks_for_and_cannot_be_had_needs_mending() {
    let database = of_all_sorts();
    database.execute("CREATE TABLE One (Id INTEGER PRIMARY KEY); CREATE TABLE Two (Id INTEGER PRIMARY KEY); CREATE TABLE Three (Id INTEGER PRIMARY KEY)");
    configure(
        &database,
        r#"
        [tables.One]
        name = "Numbers"
        [tables.Two]
        name = "Numbers"
        [tables.Three]
        name = "3"
        [tables.Keyless]
        [tables.Binary]
        [tables.Missing]
        [tables."it's good"]
        columns = ["Notes"]
        [tables.One.navigation]
        CustomerId = false
        "#,
    );
    let found = findings(&database, &["--config", "deltalink.toml"], 1);
    for (table, reason, remedy) in [
        ("Two", "the name \"Numbers\" is taken", "[tables.\"Two\"] name = "),
        ("Three", "\"3\" is not an OData identifier", "[tables.\"Three\"] name = "),
        ("Keyless", "no primary key", "primary key"),
        ("Binary", "is BLOB", "primary key"),
        ("Missing", "the database has no such table", "[tables.\"Missing\"]"),
        ("it's good", "its column \"Notes\", which it does not have", "\"Notes\""),
        ("One", "its foreign key \"CustomerId\", which it does not have", "[tables.\"One\".navigation]"),
    ] {
        let told = of_table(&found, "problems", table);
        assert!(told.len() == 1 && told[0].0.contains(reason) && told[0].1.contains(remedy), "{table}: {told:?}");
    }
    assert_eq!(found["entitySets"].as_array().unwrap().len(), 1, "{found}");
    assert_eq!(found["entitySets"][0]["tracked"], false);
    let text = check(&database, &["--config", "deltalink.toml"]).expect(1).out;
    assert!(text.contains("One: exposed as Numbers, not tracked\n"), "{text}");
    assert!(text.contains("Keyless: NEEDS MENDING: no primary key\n"), "{text}");
}

#[test]
fn roles_that_keep_the_server_from_starting_need_mending() {
    let database = Database::shop();
    let roles = |orders: &str, others: &str| {
        configure(&database, &format!("[access.roles.clerk]\nOrders = {orders}\n{others}\n"));
        findings(&database, &["--config", "deltalink.toml"], 1)["problems"].clone()
    };
    for (orders, others, reason) in [
        ("{ columns = ['Notes'] }", "", "there is no property \"Notes\""),
        ("{ filter = 'Total gt 1' }", "Nothing = true", "names the entity set \"Nothing\""),
        ("{ filter = \"Customer eq 'x'\" }", "", "cannot be applied to the entity set \"Orders\""),
        ("true", "'*' = { columns = ['Nowhere'] }", "none of them has it"),
    ] {
        let problems = roles(orders, others);
        let told = problems[0]["reason"].as_str().unwrap_or_else(|| panic!("{problems}"));
        assert!(told.contains("access.roles.clerk") && told.contains(reason), "{problems}");
        let arguments = ["serve", "--database", "sqlite:test.db", "--config", "deltalink.toml"];
        let refused = run(database.folder.path(), &arguments).expect(1).err;
        assert!(refused.contains(told), "{refused} and not {told}");
    }
    configure(&database, "[access.roles.clerk]\nOrders = { columns = ['Note'], filter = 'Customer eq @customer' }\n");
    findings(&database, &["--config", "deltalink.toml"], 0);
}

#[test]
fn damaged_tracking_is_found_and_its_remedy_repairs_it() {
    let database = Database::shop();
    check(&database, &[]).expect(0);
    database.execute("ALTER TABLE Orders RENAME TO Sales; DROP TRIGGER _deltalink_3_update");
    let found = findings(&database, &[], 1);
    let told = of_table(&found, "problems", "OrderLine");
    assert!(told.len() == 1 && told[0].0.contains("its tracking is damaged"), "{found}");
    carry_out(&told[0].1, database.folder.path());
    let found = findings(&database, &[], 0);
    assert!(found["entitySets"].as_array().unwrap().iter().all(|set| set["tracked"] == true), "{found}");
}

#[test]
fn logs_of_tables_that_are_gone_are_found_and_pruned() {
    let database = Database::shop();
    database.execute("DROP TABLE Orders");
    let found = findings(&database, &[], 1);
    let problem = &found["problems"][0];
    assert!(problem["reason"].as_str().unwrap().starts_with("1 change log(s)"), "{found}");
    carry_out(problem["remedy"].as_str().unwrap(), database.folder.path());
    findings(&database, &[], 0);
}

#[test]
fn a_file_whose_readers_keep_writers_waiting_is_a_warning() {
    let database = Database::shop();
    assert_eq!(findings(&database, &[], 0)["warnings"], serde_json::json!([]));
    database.execute("PRAGMA journal_mode = DELETE");
    let outcome = check(&database, &[]).expect(0);
    assert!(outcome.out.contains("\nwarning: the file is not in WAL mode"), "{}", outcome.out);
}

#[test]
fn what_triggers_cannot_see_is_a_warning() {
    let database = Database::empty();
    database
        .execute("CREATE TABLE T (Id INTEGER PRIMARY KEY, Name TEXT); CREATE UNIQUE INDEX Folded ON T (lower(Name))");
    database.track("T");
    let outcome = check(&database, &[]).expect(0);
    assert!(outcome.out.contains("  warning: a unique index on an expression"), "{}", outcome.out);
    let found = findings(&database, &[], 0);
    assert_eq!(found["entitySets"][0]["warnings"].as_array().unwrap().len(), 1);
}
