//! What a request may ask for at once: more is refused by the gateway, with a 400, before it is too much for the gateway itself or for
//! the database.

use super::Served;
use super::related::library;

#[track_caller]
fn refused(served: &Served, url: &str, target: &str) {
    let error = served.get(url).expect(400).json()["error"].clone();
    assert_eq!(error["target"], target, "{error}");
}

#[test]
fn a_path_of_any_length_is_answered() {
    let library = library();
    let path = |steps: usize| format!("/odata/Writer(3){}", "/Teacher".repeat(steps));
    assert_eq!(library.get(&path(2)).expect(200).json()["Name"], "Anna");
    library.get(&path(16)).expect(404);
    for steps in [17, 100, 3_000] {
        refused(&library, &path(steps), "The path");
    }
    library.get("/odata/Writer(1)").expect(200);
}
