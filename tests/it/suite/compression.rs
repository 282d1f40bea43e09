//! Content codings: what a client gets is the same in each of them, only shorter.

use super::{Database, Served};
use crate::support::batch::{self, get};
use crate::support::client::{Answer, Asking};
use crate::support::coding::{CODINGS, decode};
use crate::support::wire;

/// 1,000 rows, about 200 kB of JSON, with an order that no coding foresees.
fn rows() -> Served {
    rows_with("")
}

fn rows_with(config: &str) -> Served {
    let database = Database::empty();
    database.execute(
        "CREATE TABLE Digit (D INT NOT NULL PRIMARY KEY);
         INSERT INTO Digit VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9);
         CREATE TABLE Item (Id INT NOT NULL PRIMARY KEY, Name VARCHAR(200), Picture VARBINARY(2000))",
    );
    database.track("Item");
    let filler = "soup with noodles, ".repeat(9);
    database.execute(&format!(
        "INSERT INTO Item (Id, Name)
         SELECT a.D + 10 * b.D + 100 * c.D, CONCAT('{filler}', a.D * 7 + b.D * 3 + c.D)
         FROM Digit a CROSS JOIN Digit b CROSS JOIN Digit c"
    ));
    Served::with(database, config)
}

fn accepting<'s>(served: &'s Served, path: &str, codings: &str) -> Asking<'s> {
    served.ask("GET", path).header("Accept-Encoding", codings)
}

fn coding(answer: &Answer) -> Option<&str> {
    answer.header("Content-Encoding")
}

fn length(answer: &Answer) -> usize {
    answer.header("Content-Length").unwrap().parse().unwrap()
}

const VARY: &str = "Accept, Accept-Encoding, OData-MaxVersion, Prefer";

#[test]
fn every_answer_is_the_same_in_every_coding() {
    let served = rows();
    let _quiet = served.database.quiet();
    let first = served.get_with("/odata/Item", "Prefer", "track-changes, maxpagesize=300").expect(200);
    let next = first.link("nextLink").unwrap();
    for path in ["/odata/Item", "/odata/Item?$top=20&$count=true", &next, "/odata/$metadata", "/odata/Item/$ref"] {
        let plain = served.get(path).expect(200);
        assert_eq!((coding(&plain), plain.header("Vary")), (None, Some(VARY)), "{path}");
        for name in CODINGS {
            let answer = accepting(&served, path, name).send().expect(200);
            assert_eq!((coding(&answer), answer.header("Vary")), (Some(name), Some(VARY)), "{path}");
            assert_eq!(answer.body, plain.body, "{path} in {name}");
            assert_eq!(answer.header("ETag"), plain.header("ETag"), "{path} in {name}");
            assert_eq!(answer.header("Cache-Control"), plain.header("Cache-Control"), "{path} in {name}");
        }
    }
}

#[test]
fn a_long_answer_is_a_fraction_on_its_way() {
    let served = rows();
    let address = served.gateway.address;
    let plain = wire::get(address, "/odata/Item", "");
    for name in CODINGS {
        let answer = wire::get(address, "/odata/Item", &format!("Accept-Encoding: {name}\r\n"));
        assert!(answer.whole && answer.body.len() * 10 < plain.body.len(), "{name}: {}", answer.body.len());
        assert_eq!(decode(Some(name), &answer.body).unwrap(), plain.body, "{name}");
    }
}

#[test]
fn the_client_chooses_and_among_equals_the_quickest_is_taken() {
    let served = rows();
    for (codings, chosen) in [
        ("gzip, deflate, br, zstd", Some("zstd")),
        ("gzip, deflate, br", Some("br")),
        ("gzip, deflate", Some("gzip")),
        ("zstd;q=0.2, gzip;q=0.9", Some("gzip")),
        ("zstd;q=0, br;q=0.001", Some("br")),
        ("gzip;q=0.5, identity", None),
        ("identity", None),
        ("*", None),
        ("deflate", None),
        ("identity;q=0", None),
        ("identity;q=0, *", Some("zstd")),
        ("", None),
    ] {
        assert_eq!(coding(&accepting(&served, "/odata/Item", codings).send().expect(200)), chosen, "{codings}");
    }
    let lines = accepting(&served, "/odata/Item", "br;q=0.5").header("Accept-Encoding", "gzip").send().expect(200);
    assert_eq!(coding(&lines), Some("gzip"));
}

#[test]
fn what_is_small_is_compressed_only_where_plain_octets_are_refused() {
    let served = rows();
    for path in ["/odata/Item?$top=2", "/odata/Item(1)", "/odata/Item/$count", "/odata/Item(1)/Name/$value"] {
        let plain = accepting(&served, path, "zstd, br, gzip").send().expect(200);
        assert_eq!((coding(&plain), plain.header("Vary")), (None, Some(VARY)), "{path}");
        assert_eq!(length(&plain), plain.body.len(), "{path}");
        for name in CODINGS {
            let answer = accepting(&served, path, &format!("identity;q=0, {name}")).send().expect(200);
            assert_eq!((coding(&answer), &answer.body), (Some(name), &plain.body), "{path}");
        }
    }
    accepting(&served, "/odata/Item(1)/Picture", "identity;q=0, gzip").send().expect(204);
}

#[test]
fn raw_octets_are_compressed_only_where_plain_ones_are_refused() {
    let database = Database::empty();
    database.execute("CREATE TABLE Picture (Id INT NOT NULL PRIMARY KEY, Data VARBINARY(4000))");
    database.execute(&format!("INSERT INTO Picture VALUES (1, {})", database.octets(&"ab".repeat(3000))));
    database.track("Picture");
    let served = Served::with(database, "");
    let path = "/odata/Picture(1)/Data/$value";
    let plain = accepting(&served, path, "zstd, br, gzip").send().expect(200);
    assert_eq!((coding(&plain), plain.body.len()), (None, 3000));
    let answer = accepting(&served, path, "gzip, identity;q=0").send().expect(200);
    assert_eq!((coding(&answer), &answer.body), (Some("gzip"), &plain.body));
}

#[test]
fn errors_are_not_compressed() {
    let served = rows();
    let long = format!("/odata/Item?$filter=Name%20eq%20'{}", "x".repeat(3000));
    for (path, status) in [("/odata/Nope", 404), (long.as_str(), 400)] {
        let answer = accepting(&served, path, "zstd, br, gzip").send().expect(status);
        assert_eq!((coding(&answer), answer.header("Vary")), (None, Some(VARY)), "{path}");
    }
}

#[test]
fn a_delta_is_shared_among_those_who_take_the_same_coding() {
    let served = rows();
    let _quiet = served.database.quiet();
    let link = served.get("/odata/Item?$deltatoken=latest").expect(200).delta_link();
    served.execute("UPDATE Item SET Name = CONCAT('new: ', Name) WHERE Id < 500");
    let paged = |url: &str, codings: &str| {
        accepting(&served, url, codings).header("Prefer", "maxpagesize=200").send().expect(200)
    };
    let mut url = link;
    loop {
        let plain = paged(&url, "identity");
        for _ in 0..3 {
            assert_eq!(coding(&paged(&url, "identity")), None);
            for name in CODINGS {
                let answer = paged(&url, name);
                assert_eq!((coding(&answer), answer.header("ETag")), (Some(name), plain.header("ETag")));
                assert_eq!(answer.body, plain.body, "{name}");
                let refusing = paged(&url, &format!("{name}, identity;q=0"));
                assert_eq!((coding(&refusing), &refusing.body), (Some(name), &answer.body));
            }
        }
        match plain.link("nextLink") {
            Some(next) => url = next,
            None => break,
        }
    }
}

#[test]
fn nothing_new_is_nothing_in_every_coding() {
    let served = rows();
    let _quiet = served.database.quiet();
    let link = served.get("/odata/Item?$deltatoken=latest").expect(200).delta_link();
    served.execute("UPDATE Item SET Name = CONCAT('new: ', Name)");
    for (given, asked) in CODINGS.into_iter().zip(["gzip", "identity", "zstd, br"]) {
        let answer = accepting(&served, &link, given).send().expect(200);
        let tag = answer.header("ETag").unwrap();
        let same = accepting(&served, &link, asked).header("If-None-Match", tag).send().expect(304);
        assert_eq!((coding(&same), same.header("ETag"), same.header("Vary")), (None, Some(tag), Some(VARY)));
    }
}

#[test]
fn head_says_what_get_says() {
    let served = rows();
    let _quiet = served.database.quiet();
    for path in ["/odata/Item", "/odata/Item?$top=20", "/odata/Item?$top=2", "/odata/$metadata", "/odata/"] {
        for codings in ["zstd", "br", "gzip", "gzip, identity;q=0", "identity"] {
            let get = accepting(&served, path, codings).send().expect(200);
            let head = served.ask("HEAD", path).header("Accept-Encoding", codings).send().expect(200);
            assert!(head.body.is_empty());
            let described = |answer: &Answer| {
                let mut headers = answer.headers.clone();
                let own = ["date", "traceparent", "transfer-encoding"];
                headers.retain(|(name, _)| !own.contains(&name.to_ascii_lowercase().as_str()));
                headers.sort();
                headers
            };
            assert_eq!(described(&get), described(&head), "{path} in {codings}");
        }
    }
}

#[test]
fn a_batch_is_compressed_as_a_whole() {
    let served = rows();
    let items = [get("1", "/odata/Item?$top=500"), get("2", "/odata/Item(1)"), get("3", "/odata/Item")];
    let plain = batch::json(&served.client, &items).send().expect(200);
    assert_eq!(coding(&plain), None);
    for name in CODINGS {
        for isolation in [None, Some("snapshot")] {
            let mut asking = batch::json(&served.client, &items).header("Accept-Encoding", name);
            if let Some(isolation) = isolation {
                asking = asking.header("Isolation", isolation);
            }
            let answer = asking.send().expect(200);
            assert_eq!((coding(&answer), &answer.body), (Some(name), &plain.body), "{isolation:?}");
        }
    }
    let small = batch::json(&served.client, &items[1..2]).header("Accept-Encoding", "gzip").send().expect(200);
    assert_eq!(coding(&small), None);
}

#[test]
fn the_operator_may_leave_it_to_a_proxy() {
    let served = rows_with("[service]\ncompression = false");
    for codings in ["zstd, br, gzip", "gzip, identity;q=0"] {
        let answer = accepting(&served, "/odata/Item", codings).send().expect(200);
        assert_eq!((coding(&answer), answer.header("Vary")), (None, Some(VARY)));
        assert_eq!(coding(&accepting(&served, "/odata/$metadata", codings).send().expect(200)), None);
    }
}
