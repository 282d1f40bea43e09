//! A table that is not any more what the gateway has read of it: the catalog is read again, and the request answered.

use super::database::{Database, State};
use super::served::{Served, orders};
use super::served::{Setup, USUAL};
use super::statement::Part::{Catalog, Entities, Open};

fn rename(state: &mut State) {
    "Remark".clone_into(&mut state.only().columns[1].name);
}

#[test]
fn a_column_that_was_renamed_between_two_requests_has_its_new_name() {
    let served = Served::of(orders());
    assert_eq!(served.get("/odata/Orders").expect(200).value()[0]["Note"], "first");
    served.database.change(rename);
    let (answer, parts) = served.parts_of(|| served.get("/odata/Orders").expect(200));
    assert_eq!(answer.value()[0]["Remark"], "first");
    let parts: Vec<_> = parts.into_iter().map(|(part, _)| part).collect();
    assert_eq!(parts[..2], [Open, super::statement::Part::Abandon]);
    assert!(parts[2..].starts_with(&[Catalog, Open, Entities]), "{parts:?}");
}

#[test]
fn so_it_has_when_it_is_renamed_under_the_statement() {
    for number in [207, 208, 3961, 4902] {
        let served = Served::of(orders());
        served.database.fails_meanwhile(Entities, number, rename);
        let answer = served.get("/odata/Orders").expect(200);
        assert_eq!(answer.value()[0]["Remark"], "first", "{number}");
        assert!(served.database.is_quiet());
    }
}

#[test]
fn an_object_that_is_missing_though_the_catalog_has_it_is_for_later() {
    let served = Served::of(orders());
    served.database.fails(Entities, 208);
    let answer = served.get("/odata/Orders").expect(503);
    assert!(answer.text().contains("schema is changing") && !answer.text().contains("secret"), "{}", answer.text());
    served.get("/odata/Orders").expect(200);
}

#[test]
fn a_table_that_has_vanished_is_not_found_and_neither_are_its_changes() {
    let mut other = orders();
    "Others".clone_into(&mut other.name);
    let served = Served::with(Database::of([orders(), other]), USUAL);
    let link = served.latest("Orders");
    served.database.change(|state| drop(state.tables.remove(0)));
    served.get(&link).expect(404);
    served.get("/odata/Orders").expect(404);
    assert_eq!(served.get("/odata/Others").expect(200).value().len(), 3);
}

#[test]
fn a_table_that_was_made_anew_is_served_and_its_links_have_expired() {
    let served = Served::of(orders());
    let link = served.latest("Orders");
    served.database.change(|state| {
        state.only().object_id = 2000;
        state.only().begin_version = Some(10);
    });
    let answer = served.get(&link).expect(410);
    assert_eq!(answer.json()["error"]["details"][0]["code"], "TableRecreated");
    served.get("/odata/Orders").expect(200);
}

#[test]
fn only_the_links_of_a_changed_table_expire() {
    let mut other = orders();
    "Others".clone_into(&mut other.name);
    let served = Served::with(Database::of([orders(), other]), USUAL);
    let (link, of_other) = (served.latest("Orders"), served.latest("Others"));
    served.database.change(|state| state.tables[0].columns[1].name = "Remark".to_owned());
    let answer = served.get(&link).expect(410);
    assert_eq!(answer.json()["error"]["details"][0]["code"], "ColumnsChanged");
    served.get(&of_other).expect(200);
}

#[test]
fn tracking_that_is_switched_off_takes_a_table_away_unless_it_is_configured() {
    let mut other = orders();
    "Others".clone_into(&mut other.name);
    let served = Served::with(Database::of([orders(), other]), Setup { config: "[tables.Others]", ..USUAL });
    let links = [served.latest("Orders"), served.latest("Others")];
    served.database.change(|state| {
        for table in &mut state.tables {
            (table.begin_version, table.min_valid_version) = (None, None);
        }
    });
    served.get(&links[0]).expect(404);
    served.get(&links[1]).expect(410);
    served.get("/odata/Orders").expect(404);
    served.get("/odata/Others").expect(200);
}
