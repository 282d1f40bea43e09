//! What is refused, and how.

use serde_json::json;

use super::related::library;
use super::{Served, shop};
use crate::support::client::Answer;
use crate::support::wire;

#[track_caller]
fn assert_error(answer: Answer, status: u16, code: &str) {
    let answer = answer.expect(status);
    assert_eq!(answer.code(), code);
    assert_eq!(answer.header("Content-Language"), Some("en"));
    assert_eq!(answer.header("Content-Type"), Some("application/json"));
}

#[test]
fn options_that_do_not_exist_are_refused() {
    let shop = shop();
    for query in ["$fliter=x", "foo=bar", "x", "$", "$$top=1", "%24%24top=1", "api-key=1"] {
        for path in ["/odata/", "/odata/$metadata", "/odata/Orders", "/odata/Orders(1)", "/odata/Orders/$count"] {
            assert_error(shop.get(&format!("{path}?{query}")), 400, "UnknownQueryOption");
        }
    }
    assert_eq!(shop.get("/odata/Orders?$fliter=x").json()["error"]["target"], "$fliter");
}

#[test]
fn options_given_twice_are_refused() {
    let shop = shop();
    for query in ["$top=1&$top=1", "$top=1&%24top=2", "$top=1&top=1", "$top=1&$TOP=1", "@a=1&@a=2"] {
        assert_error(shop.get(&format!("/odata/Orders?{query}")), 400, "QueryOptionRepeated");
    }
}

#[test]
fn malformed_values_are_refused() {
    let shop = shop();
    for query in [
        "$top=-1",
        "$top=x",
        "$top=",
        "$top=1.0",
        "$top=%2B1",
        "$top=99999999999999999999",
        "$skip=-1",
        "$skip=one",
        "$count=maybe",
        "$count=1",
        "$count=",
        "$select=",
        "$select=Id,,Note",
        "$select=,",
    ] {
        let answer = shop.get(&format!("/odata/Orders?{query}"));
        let target = json!(query.split('=').next().unwrap());
        assert_eq!(answer.json()["error"]["target"], target, "{query}");
        assert_error(answer, 400, "InvalidValue");
    }
}

#[test]
fn malformed_addresses_are_refused() {
    let shop = shop();
    assert_error(shop.get("/odata/Orders?$select=Note%20desc"), 400, "SyntaxError");
    for path in ["/odata/Orders%", "/odata/Orders?$top=%zz", "/odata/Orders?%ff=1", "/odata/Orders(%FF)", "/odata/%C3"]
    {
        assert_error(shop.get(path), 400, "SyntaxError");
    }
}

#[test]
fn a_selection_of_what_does_not_exist_is_refused() {
    let shop = shop();
    for select in ["Nope", "Id,nope", "note", "Note/Length", "Note($count=true)"] {
        let select = select.replace(' ', "%20");
        assert_error(shop.get(&format!("/odata/Orders?$select={select}")), 400, "PropertyNotFound");
        assert_error(shop.get(&format!("/odata/Orders(1)?$select={select}")), 400, "PropertyNotFound");
    }
}

/// Options of OData that nothing here is done with.
const NOT_OFFERED: [&str; 6] = ["apply", "compute", "index", "levels", "schemaversion", "id"];

#[test]
fn options_that_are_not_offered_are_not_implemented() {
    let library = library();
    let paths = [
        "",
        "$metadata",
        "Book",
        "Book/$count",
        "Book(10)",
        "Book(10)/Title",
        "Book(10)/Title/$value",
        "Book(10)/Writer",
        "Writer(1)/Book",
        "Writer(1)/Book/$count",
        "Writer(1)/Book(10)",
    ];
    for option in NOT_OFFERED {
        for path in paths {
            for form in [format!("${option}"), option.to_uppercase()] {
                let answer = library.get(&format!("/odata/{path}?{form}=x"));
                assert_eq!(answer.json()["error"]["target"], format!("${option}"), "{path}");
                assert_error(answer, 501, "OptionNotSupported");
            }
        }
    }
}

#[test]
fn segments_that_are_not_offered_are_not_implemented() {
    let library = library();
    for path in [
        "$crossjoin(Book,Writer)",
        "$crossjoin(Book,Writer)?$filter=Book/Id%20eq%201",
        "Book/$each",
        "Writer(1)/Book/$each",
        "Book/$filter(@f)?@f=Id%20eq%201",
        "Book/$filter(Id%20eq%201)/$count",
        "Book/$filter(Writer/Book/any(b:b/Id%20eq%201))",
        "Writer(1)/Book/$filter(@f)",
        "Book/$query",
    ] {
        let answer = library.get(&format!("/odata/{path}"));
        assert_eq!(answer.status, 501, "{path}");
        assert_error(answer, 501, "OptionNotSupported");
    }
}

#[test]
fn segments_that_mean_nothing_where_they_stand_are_not_found() {
    let library = library();
    for path in [
        "$crossjoin",
        "$nonsense",
        "Book/$nonsense",
        "Book/$filter",
        "Book/$value",
        "Book/Title",
        "Book/Writer",
        "Book/Other.Model.Book",
        "Book/Deltalink.Model.Other",
        "Book(10)/$count",
        "Book(10)/Title/$ref",
        "Book(10)/Title/$count",
        "Book(10)/Title/$value/$count",
        "Book(10)/Title/Title",
        "Book(10)/Nope/$ref",
        "Book(10)/Deltalink.Model.Other/Title",
        "Book(10)/Writer/$count",
        "Book(10)/Writer/Nope",
        "Book/$count/$ref",
        "Writer(1)/Book/Title",
        "Writer(1)/Book/$value",
        "Writer(1)/Nope/$count",
    ] {
        let answer = library.get(&format!("/odata/{path}"));
        assert_eq!(answer.status, 404, "{path}");
        assert_error(answer, 404, "ResourceNotFound");
    }
}

#[test]
fn options_that_do_not_apply_are_refused() {
    let library = library();
    let of_collections = ["$filter=true", "$orderby=Id", "$top=1", "$skip=1", "$count=true", "$skiptoken=x"];
    let of_entities = ["$select=Id", "$expand=*"];
    let documents = ["", "$metadata"];
    let entities = ["Book(10)", "Book(10)/Writer", "Writer(1)/Book(10)"];
    let values = ["Book(10)/Title", "Book(10)/Title/$value", "Book(10)/Writer/Name"];
    let never = documents.iter().chain(&values).flat_map(|path| of_entities.map(|option| (*path, option)));
    let single = documents.iter().chain(&values).chain(&entities);
    let single = single.flat_map(|path| of_collections.map(|option| (*path, option)));
    let untracked = single.clone().map(|(path, _)| (path, "$deltatoken=latest"));
    for (path, option) in never.chain(single).chain(untracked) {
        let answer = library.get(&format!("/odata/{path}?{option}"));
        let (name, _) = option.split_once('=').unwrap();
        let message = format!("The query option \"{name}\" does not apply to this resource.");
        assert_eq!(answer.json()["error"]["message"], message, "{path}?{option}");
        assert_error(answer, 400, "InvalidValue");
    }
}

#[test]
fn a_count_is_not_affected_by_what_only_arranges() {
    let library = library();
    for path in ["Book/$count", "Writer(1)/Book/$count"] {
        let plain = library.get(&format!("/odata/{path}")).expect(200).text();
        for option in
            ["$top=1", "$skip=1", "$orderby=Id", "$expand=Writer", "$select=Id", "$format=json", "$count=true"]
        {
            assert_eq!(library.get(&format!("/odata/{path}?{option}")).expect(200).text(), plain, "{path}?{option}");
        }
    }
}

#[test]
fn unknown_paths_are_not_found() {
    let shop = shop();
    for path in [
        "/odata/Nope",
        "/odata/orders",
        "/odata/Untracked",
        "/odata/Nope/$count",
        "/odata/Nope(1)",
        "/odata/Orders/Nope",
        "/odata/Orders/$value",
        "/odata/Orders/$count/x",
        "/odata/Orders(1)/Note/$count",
        "/odata/$nonsense",
        "/odata/$metadata/x",
        "/odata//Orders",
        "/odata/Orders//",
        "/odata/(1)",
        "/odata/%20",
        "/nope",
        "/odata2",
        "/odata.svc/",
        "/healthz/x",
        "/schemas/",
        "/schemas/a/b",
        "/schemas/..%2fsrc",
        "//",
    ] {
        assert_error(shop.get(path), 404, "ResourceNotFound");
    }
}

#[test]
fn verbs_that_write_are_not_allowed() {
    let shop = shop();
    let paths = [
        "/odata",
        "/odata/",
        "/odata/$metadata",
        "/odata/Orders",
        "/odata/Orders(1)",
        "/odata/Orders(1)/Note",
        "/odata/Nope",
        "/odata/Orders/$count",
    ];
    for path in paths {
        for method in ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"] {
            let answer = shop.ask(method, path).send();
            assert_eq!(answer.header("Allow"), Some("GET, HEAD"), "{method} {path}");
            assert_error(answer, 405, "MethodNotAllowed");
        }
    }
}

#[test]
fn outside_the_service_root_writing_is_not_allowed_either() {
    let shop = shop();
    for path in ["/", "/healthz", "/readyz", "/openapi.yaml", "/schemas/error.schema.json", "/web/delta.js"] {
        for method in ["POST", "DELETE"] {
            let answer = shop.ask(method, path).send();
            assert_eq!((answer.status, answer.header("Allow")), (405, Some("GET, HEAD")), "{method} {path}");
        }
    }
}

#[test]
fn head_is_get_without_the_body() {
    let shop = shop();
    let _quiet = shop.database.quiet();
    for path in [
        "/",
        "/healthz",
        "/readyz",
        "/openapi.yaml",
        "/schemas/error.schema.json",
        "/schemas/none",
        "/web/delta.js",
        "/web/none",
        "/nope",
        "/odata/",
        "/odata/$metadata",
        "/odata/Orders",
        "/odata/Orders?$top=1&$count=true",
        "/odata/Orders(1)",
        "/odata/Orders(99)",
        "/odata/Orders(1)/Note",
        "/odata/Orders(1)/Note/$value",
        "/odata/Orders(2)/Note",
        "/odata/Orders/$count",
        "/odata/Nope",
        "/odata/Orders?$top=x",
        "/odata/Orders?$filter=x",
        "/odata/Orders?$format=xml",
        "/odata/Orders?$deltatoken=latest",
    ] {
        let (get, head) = (shop.get(path), shop.ask("HEAD", path).send());
        assert_eq!(get.status, head.status, "{path}");
        assert!(head.body.is_empty(), "{path}");
        let described = |answer: &Answer| {
            let mut headers = answer.headers.clone();
            headers.retain(|(name, _)| !["date", "traceparent"].contains(&name.to_ascii_lowercase().as_str()));
            headers.sort();
            headers
        };
        assert_eq!(described(&get), described(&head), "{path}");
        let length = get.header("Content-Length").map(|length| length.parse::<usize>().unwrap());
        assert_eq!(length.unwrap_or_default(), get.body.len(), "{path}");
    }
}

#[test]
fn snapshots_over_several_requests_are_not_offered() {
    let shop = shop();
    for header in ["Isolation", "OData-Isolation"] {
        for path in ["/odata/", "/odata/$metadata", "/odata/Orders", "/odata/Orders(1)", "/odata/Orders/$count"] {
            assert_error(shop.get_with(path, header, "snapshot"), 412, "IsolationNotSupported");
        }
        shop.get_with("/odata/Orders", header, "other").expect(200);
    }
}

#[test]
fn versions_before_4_0_are_refused() {
    let shop = shop();
    for version in ["3.0", "2", "1.0;NetFx", "0.9"] {
        for path in ["/odata/", "/odata/$metadata", "/odata/Orders", "/odata/Orders(1)/Note/$value"] {
            let answer = shop.get_with(path, "OData-MaxVersion", version);
            assert_eq!(answer.header("OData-Version"), Some("4.0"));
            assert_error(answer, 400, "VersionNotSupported");
        }
    }
    for version in ["four", "", "4.", "-4.0", "4.0.1"] {
        assert_error(shop.get_with("/odata/Orders", "OData-MaxVersion", version), 400, "InvalidValue");
    }
}

/// GET the entity sets with the given line instead of a `Host` header.
fn with_host(shop: &Served, line: &str) -> wire::Answer {
    wire::exchange(shop.gateway.address, &format!("GET /odata/ HTTP/1.1\r\n{line}Connection: close\r\n\r\n"))
}

#[test]
fn links_stand_at_the_host_that_the_client_addressed() {
    let shop = shop();
    for host in ["example.com", "sync.example.com:8443", "[::1]:8080"] {
        let answer = with_host(&shop, &format!("Host: {host}\r\n"));
        let expected = format!("\"@odata.context\":\"http://{host}/odata/$metadata\"");
        assert!(answer.text().contains(&expected), "{}", answer.text());
    }
    assert!(
        with_host(&shop, "Host: example.com\r\nX-Forwarded-Host: evil.example\r\n")
            .text()
            .contains("http://example.com/")
    );
}

#[test]
fn a_host_that_is_none_is_refused() {
    let shop = shop();
    for host in ["a\"b", "a/b", "user@host", "a b", "<x>", "a,b", ""] {
        let answer = with_host(&shop, &format!("Host: {host}\r\n"));
        assert_eq!(answer.status, 400, "{host}");
        assert!(answer.text().contains("\"target\":\"Host\""), "{host}: {}", answer.text());
    }
}

#[test]
fn messages_hold_neither_sql_nor_paths() {
    let shop = shop();
    for path in ["/odata/Orders?$select=Nope", "/odata/Orders('x')", "/odata/Orders?$deltatoken=x", "/odata/Nope"] {
        let message = shop.get(path).json()["error"]["message"].as_str().unwrap().to_lowercase();
        assert!(!message.contains("sql") && !message.contains(".db") && !message.contains("table"), "{message}");
    }
}
