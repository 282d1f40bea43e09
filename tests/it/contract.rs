//! Every operation and status of `openapi.yaml` is provoked at least once; the client checks each answer against it.

mod access;
mod batch;
mod rights;

use std::collections::BTreeSet;

use deltalink::error::ErrorKind;

use crate::support::client::{Answer, Client};
use crate::support::patience::eventually;
use crate::support::sqlite::Database;
use crate::support::{Checked, Contract};

/// A method, a path, a header.
type Question = (&'static str, String, Header);
type Header = Option<(&'static str, &'static str)>;

const ISOLATION: Header = Some(("Isolation", "snapshot"));
const IF_MATCH: Header = Some(("If-Match", "W/\"other\""));
const IF_NONE_MATCH: Header = Some(("If-None-Match", "*"));
const HTML: Header = Some(("Accept", "text/html"));
const IMAGE: Header = Some(("Accept", "image/png"));

/// Asked by GET of a shop with books; `{pruned}` stands for a token whose changes have been removed, `{next}`, `{further}` and
/// `{...references}` for tokens of entities that have got another column and another key since.
const QUESTIONS: &[(&str, Header)] = &[
    ("/", None),
    ("/", HTML),
    ("/web/delta.js", None),
    ("/web/delta.js", IF_NONE_MATCH),
    ("/web/none.js", None),
    ("/healthz", None),
    ("/readyz", None),
    ("/openapi.yaml", None),
    ("/schemas/error.schema.json", None),
    ("/schemas/none.schema.json", None),
    ("/nothing/here", None),
    ("/odata/", None),
    ("/odata/?$nope=1", None),
    ("/odata/?$apply=x", None),
    ("/odata/", IMAGE),
    ("/odata/", ISOLATION),
    ("/odata/$metadata", None),
    ("/odata/$metadata?$nope=1", None),
    ("/odata/$metadata?$schemaversion=*", None),
    ("/odata/$metadata", IMAGE),
    ("/odata/$metadata", ISOLATION),
    ("/odata/Orders", None),
    ("/odata/Orders?$top=-1", None),
    ("/odata/Nope", None),
    ("/odata/Orders", IMAGE),
    ("/odata/Orders?$deltatoken={pruned}", None),
    ("/odata/Orders", ISOLATION),
    ("/odata/Orders?$apply=x", None),
    ("/odata/Orders/$count?$deltatoken=x", None),
    ("/odata/Orders/$count?$deltatoken={pruned}", None),
    ("/odata/Orders?$deltatoken={now}", IF_NONE_MATCH),
    ("/odata/Orders/$count?$deltatoken={now}", IF_NONE_MATCH),
    ("/odata/Orders(2)/Note", None),
    ("/odata/Orders(2)/Note/$value", None),
    ("/odata/Writer(1)/Book?$skiptoken={next}", None),
    ("/odata/Writer(1)/Teacher", None),
    ("/odata/Book(10)/Writer/Book?$skiptoken={further}", None),
    ("/odata/Book(10)/Writer/Teacher", None),
    ("/odata/Book(10)/Writer/TeacherId/$value", None),
    ("/odata/Orders/a/b?$nope=1", None),
    ("/odata/Orders/a/b", None),
    ("/odata/Orders/a/b", ISOLATION),
    ("/odata/Orders/$query", None),
    ("/odata/$all?$skiptoken={all}", None),
    ("/odata/$all?$skiptoken={away}", None),
    ("/odata/$all/Deltalink.Model.Orders?$deltatoken={pruned}", None),
    ("/odata/Writer(1)/Teacher/$ref", None),
    ("/odata/Book(10)/Writer/Teacher/$ref", None),
    ("/odata/Orders/Deltalink.Model.Orders(2)/Note", None),
    ("/odata/Writer(1)/Book/$ref?$skiptoken={references}", None),
    ("/odata/Book(10)/Writer/Book/$ref?$skiptoken={further_references}", None),
    ("/odata/Orders/Deltalink.Model.Orders?$deltatoken={pruned}", None),
    ("/odata/Book/$ref?$skiptoken={all_references}", None),
];

/// What is one entity or a part of it, and the same with a malformed key and with a name or a key that does not exist.
const SINGLE: [[&str; 3]; 10] = [
    ["Orders(1)", "Orders(one)", "Orders(99)"],
    ["Orders(1)/Note", "Orders(one)/Note", "Orders(1)/Nope"],
    ["Orders(1)/Note/$value", "Orders(one)/Note/$value", "Orders(1)/Nope/$value"],
    ["Writer(1)/Book(10)", "Writer(1)/Book(ten)", "Writer(1)/Book(99)"],
    ["Book(10)/Writer/Name", "Book(ten)/Writer/Name", "Book(10)/Writer/Nope"],
    ["Book(10)/Writer/Name/$value", "Book(ten)/Writer/Name/$value", "Book(10)/Writer/Nope/$value"],
    ["Book(10)/Writer/Book(10)", "Book(10)/Writer/Book(ten)", "Book(10)/Writer/Book(99)"],
    ["$entity?$id=Orders(1)", "$entity?$id=Orders(one)", "$entity?$id=Orders(99)"],
    ["$entity/Deltalink.Model.Orders?$id=Orders(1)", "$entity/x?$id=Orders(one)", "$entity/x?$id=Orders(1)"],
    ["Orders/Deltalink.Model.Orders(1)", "Orders/Deltalink.Model.Orders(one)", "Orders/Deltalink.Model.Orders(99)"],
];

/// Pages beside those of entity sets, the same with what is malformed and with a name or a key that does not exist.
const COLLECTIONS: [[&str; 3]; 6] = [
    ["$all", "$all?$top=-1", "$all/Nope"],
    ["$all/Deltalink.Model.Orders", "$all/Deltalink.Model.Orders?$top=-1", "$all/Nope"],
    ["Orders/$ref", "Orders/$ref?$top=-1", "Nope/$ref"],
    ["Orders(1)/$ref", "Orders(one)/$ref", "Orders(99)/$ref"],
    ["Writer(1)/Book/$ref", "Writer(one)/Book/$ref", "Writer(99)/Book/$ref"],
    ["Book(10)/Writer/Book/$ref", "Book(ten)/Writer/Book/$ref", "Book(99)/Writer/Book/$ref"],
];

/// What is counted, and the same of what does not exist.
const COUNTED: [[&str; 2]; 3] = [
    ["Orders/$count", "Nope/$count"],
    ["Writer(1)/Book/$count", "Writer(99)/Book/$count"],
    ["Book(10)/Writer/Book/$count", "Book(99)/Writer/Book/$count"],
];

/// Asked with every method that writes.
const REFUSED: [&str; 3] = ["/odata/", "/odata/Orders", "/odata/Orders(1)"];

fn questions() -> Vec<Question> {
    let get = |path: &str, header: Header| ("GET", path.to_owned(), header);
    let mut questions: Vec<_> = QUESTIONS.iter().map(|(path, header)| get(path, *header)).collect();
    for [single, malformed, missing] in SINGLE.map(|paths| paths.map(|path| format!("/odata/{path}"))) {
        questions.extend([None, IF_NONE_MATCH, IF_MATCH, IMAGE].map(|header| get(&single, header)));
        let and = if single.contains('?') { '&' } else { '?' };
        questions.extend([malformed, missing, format!("{single}{and}$apply=x")].map(|path| get(&path, None)));
    }
    for [page, malformed, missing] in COLLECTIONS.map(|paths| paths.map(|path| format!("/odata/{path}"))) {
        questions.extend([None, ISOLATION, IMAGE].map(|header| get(&page, header)));
        questions.extend([malformed, missing, format!("{page}?$apply=x")].map(|path| get(&path, None)));
    }
    for [counted, missing] in COUNTED.map(|paths| paths.map(|path| format!("/odata/{path}"))) {
        questions.extend([None, ISOLATION].map(|header| get(&counted, header)));
        questions.extend(
            [missing, format!("{counted}?$filter=x"), format!("{counted}?$apply=x")].map(|path| get(&path, None)),
        );
    }
    questions
}

/// The same as `questions`, too long to be taken.
fn oversized(questions: &[Question]) -> Vec<Question> {
    let heavy: &'static str = Box::leak("x".repeat(40_000).into_boxed_str());
    let data = questions.iter().filter(|(_, path, header)| path.starts_with("/odata") && header.is_none());
    let both = |(method, path, _): &Question| {
        let and = if path.contains('?') { '&' } else { '?' };
        [
            (*method, format!("{path}{and}{}", "x".repeat(61_000)), None),
            (*method, path.clone(), Some(("X-Heavy", heavy))),
        ]
    };
    let batch = ("POST", "/odata/$batch".to_owned(), None);
    data.chain([&batch]).flat_map(both).collect()
}

/// Asked when the database's file is away.
fn offline() -> Vec<Question> {
    let data = SINGLE.iter().chain(&COLLECTIONS).map(|[path, ..]| path);
    let data = data.chain(COUNTED.iter().map(|[path, _]| path)).chain(&["Orders"]);
    let paths = data.map(|path| format!("/odata/{path}")).chain(["/readyz".to_owned()]);
    paths.map(|path| ("GET", path, None)).collect()
}

/// A shop with writers, who may have had a teacher, and their books.
fn shop_with_books() -> Database {
    let database = Database::shop();
    database.execute(
        "CREATE TABLE Writer (Id BIGINT NOT NULL PRIMARY KEY, Name VARCHAR(40), TeacherId BIGINT REFERENCES Writer (Id));
         CREATE TABLE Book (Id BIGINT NOT NULL PRIMARY KEY, WriterId BIGINT REFERENCES Writer (Id));
         CREATE TABLE Away (Id BIGINT NOT NULL PRIMARY KEY);
         INSERT INTO Away VALUES (1), (2);
         INSERT INTO Writer VALUES (1, 'Anna', NULL);
         INSERT INTO Book VALUES (10, 1), (11, 1)",
    );
    database.track("Away");
    database.track("Writer");
    database.track("Book");
    database
}

/// The token in the link to the page behind the first one, which has one entity.
fn next_token(client: &Client, path: &str) -> String {
    let page = client.ask("GET", path).header("Prefer", "maxpagesize=1").send().expect(200);
    token(&page.link("nextLink").unwrap())
}

fn token(link: &str) -> String {
    let (_, token) = link.split_once("token=").unwrap();
    token.to_owned()
}

/// What the names in braces stand for.
type Tokens<'a> = [(&'a str, String)];

/// What they stand for while nothing has changed yet.
fn tokens(client: &Client) -> Vec<(&'static str, String)> {
    vec![
        ("{pruned}", token(&client.track("/odata/Orders").expect(200).delta_link())),
        ("{next}", next_token(client, "/odata/Writer(1)/Book")),
        ("{all}", next_token(client, "/odata/$all?$search=none")),
        ("{away}", next_token(client, "/odata/$all")),
        ("{references}", next_token(client, "/odata/Writer(1)/Book/$ref")),
        ("{further_references}", next_token(client, "/odata/Book(10)/Writer/Book/$ref")),
        ("{all_references}", next_token(client, "/odata/Book/$ref")),
        ("{further}", next_token(client, "/odata/Book(10)/Writer/Book")),
    ]
}

fn sent(client: &Client, (method, path, header): Question, tokens: &Tokens) -> (Answer, Checked) {
    let path = tokens.iter().fold(path, |path, (name, token)| path.replace(name, token));
    let asking = client.ask(method, &path);
    header.into_iter().fold(asking, |asking, (name, value)| asking.header(name, value)).send_checked()
}

fn pair(client: &Client, question: Question, tokens: &Tokens) -> (String, u16) {
    let (_, Checked { operation, status }) = sent(client, question, tokens);
    (operation, status)
}

#[test]
fn every_status_of_every_operation_is_given_as_described() {
    let database = shop_with_books();
    let gateway = database.serve();
    let client = gateway.client();
    let mut met = rights::met(&database);
    let tokens = tokens(&client);
    database.execute("UPDATE Orders SET Note = 'x' WHERE Id = 1; UPDATE Orders SET Note = 'y' WHERE Id = 1");
    database.execute("DROP TABLE Away");
    database.execute("ALTER TABLE Book ADD COLUMN Pages INT; ALTER TABLE Book RENAME COLUMN Id TO Number");
    database.prune("Orders");
    let now = ("{now}", token(&client.track("/odata/Orders").expect(200).delta_link()));
    let tokens = tokens.into_iter().chain([now]).collect::<Vec<_>>();
    let writing = ["POST", "PUT", "PATCH", "DELETE"];
    let refused = REFUSED.iter().flat_map(|path| writing.map(|method| (method, (*path).to_owned(), None)));
    let refused =
        refused.chain(["GET", "PUT", "PATCH", "DELETE"].map(|method| (method, "/odata/$batch".to_owned(), None)));
    let questions = questions();
    let questions: Vec<_> = questions.clone().into_iter().chain(oversized(&questions)).chain(refused).collect();
    let batch = [("POST", "/odata/$batch".to_owned(), None)];
    let named = |Checked { operation, status }| (operation, status);
    let answers = access::answers(&database, &[questions.clone(), batch.to_vec()].concat(), &tokens);
    met.extend(answers.into_iter().map(|(_, checked)| named(checked)));
    met.extend(questions.into_iter().map(|question| pair(&client, question, &tokens)));
    met.extend(batch::answers(&database, &client).into_iter().map(|(_, checked)| named(checked)));
    database.take_away();
    met.insert(named(batch::isolated(&client)));
    eventually(|| (client.get("/readyz").status == 503).then_some(()));
    met.extend(offline().into_iter().map(|question| pair(&client, question, &tokens)));
    let missing: Vec<_> = Contract::shared().pairs().into_iter().filter(|pair| !met.contains(pair)).collect();
    assert!(missing.is_empty(), "described, but never met: {missing:?}");
}

/// Asked for its code, beyond what the operations need.
const FURTHER: &[(&str, &str, Header)] = &[
    ("GET", "/odata/Orders?$top=1&$top=1", None),
    ("GET", "/odata/Orders?$select=Nope", None),
    ("GET", "/odata/Orders(1", None),
    ("GET", "/odata/Orders?$top=1&$deltatoken=latest", None),
    ("GET", "/odata/Orders?$deltatoken=latest", Some(("Accept", "application/json;odata.metadata=none"))),
    ("GET", "/odata/", Some(("OData-MaxVersion", "3.0"))),
    ("POST", "/odata/", None),
];

/// The answer to one who would wait where nobody may.
fn without_room_to_wait(database: &Database) -> Answer {
    let gateway = database.serve_with("[sharing]\nmax_waiting = 0");
    let client = gateway.client();
    let link = client.track("/odata/Orders").expect(200).delta_link();
    client.ask("GET", &link).header("Prefer", "wait=1").send()
}

/// Codes of a defect, which cannot be provoked.
const ELSEWHERE: [&str; 1] = ["InternalError"];

#[test]
fn every_code_of_an_error_is_given() {
    let database = shop_with_books();
    let gateway = database.serve();
    let client = gateway.client();
    let tokens = [("{pruned}", token(&client.track("/odata/Orders").expect(200).delta_link()))];
    database.track("Orders");
    let further = FURTHER.iter().map(|(method, path, header)| (*method, (*path).to_owned(), *header));
    let large = oversized(&[("GET", "/odata/".to_owned(), None)]);
    let answers =
        questions().into_iter().chain(further).chain(large).map(|question| sent(&client, question, &tokens).0);
    let errors = answers.filter(|answer| answer.status >= 400);
    let mut met: BTreeSet<String> = errors.map(|answer| answer.code()).collect();
    let batches = batch::answers(&database, &client).into_iter().filter(|(answer, _)| answer.status >= 400);
    met.extend(batches.map(|(answer, _)| answer.code()));
    met.insert(batch::conditional(&client));
    met.insert(rights::code(&database));
    met.insert(without_room_to_wait(&database).code());
    let root = [("GET", "/odata/".to_owned(), None)];
    let refused = access::answers(&database, &root, &tokens).into_iter().filter(|(answer, _)| answer.status >= 400);
    met.extend(refused.map(|(answer, _)| answer.code()));
    database.take_away();
    met.insert(client.get("/odata/Orders").code());
    let known = ErrorKind::ALL.map(ErrorKind::code);
    let missing: Vec<_> = known.iter().filter(|code| !ELSEWHERE.contains(*code) && !met.contains(**code)).collect();
    assert!(missing.is_empty(), "never met: {missing:?}");
    assert!(met.iter().all(|code| known.contains(&&**code)), "{met:?}");
}
