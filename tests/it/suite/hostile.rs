//! Nothing of a request is ever part of a statement: not of literals, whatever they hold, and not of names, however they are written.
//!
//! That each statement is made of known parts is asserted of all tests (`support/overheard.rs`). Here texts that were made to break out are
//! sent to every place that takes one, and lead to the very statements that a harmless one leads to.

use super::{Database, Served, encoded};

const TEXTS: [&str; 22] = [
    "' OR 1=1 --",
    "'; DROP TABLE Thing; --",
    "''",
    "'",
    "\"",
    "\" OR \"\"=\"",
    "]",
    "]]; DROP TABLE Thing",
    "\\",
    "\\' OR 1=1",
    "%",
    "%27",
    "[a-z]%_",
    "/* */",
    "--",
    "?1",
    "@P1",
    "{where}",
    "}{",
    ";",
    "\u{2019} OR 1=1",
    "\u{ff07}",
];

fn things() -> Served {
    let database = Database::empty();
    database.execute(
        "CREATE TABLE Thing (Id BIGINT NOT NULL PRIMARY KEY, Name NVARCHAR(40)); INSERT INTO Thing VALUES (1, 'a'), (2, NULL);
         CREATE TABLE Part (Id BIGINT NOT NULL PRIMARY KEY, Name NVARCHAR(40), ThingId BIGINT REFERENCES Thing (Id))",
    );
    for table in ["Thing", "Part"] {
        database.track(table);
    }
    Served::with(database, "")
}

/// `text` in every place that takes one.
fn ask(served: &Served, text: &str) -> Vec<usize> {
    let literal = encoded(&format!("'{}'", text.replace('\'', "''")));
    [
        format!("$filter=Name%20eq%20{literal}"),
        format!("$filter={literal}%20ne%20Name"),
        format!("$filter=Name%20ge%20{literal}"),
        format!("$filter=Name%20in%20({literal},{literal},null)"),
        format!("$filter=contains(Name,{literal})"),
        format!("$filter=startswith(Name,{literal})%20or%20endswith({literal},Name)"),
        format!("$filter=indexof(Name,{literal})%20eq%200"),
        format!("$filter=Name%20eq%20@name&@name={literal}"),
        format!("$orderby=concat(Name,{literal})%20desc&$count=true"),
        format!("$filter=Part/$count($filter=Name%20eq%20{literal})%20eq%200"),
        format!("$filter=case(Name%20eq%20{literal}:true,true:false)&$orderby=indexof({literal},Name)"),
    ]
    .iter()
    .map(|options| served.get(&format!("/odata/Thing?{options}")).expect(200).value().len())
    .collect()
}

#[test]
fn a_text_is_a_value_whatever_it_holds() {
    let served = things();
    let found = ask(&served, "zzz");
    let statements = served.gateway.heard.statements();
    for text in TEXTS {
        ask(&served, text);
        assert_eq!(served.gateway.heard.statements(), statements, "{text}");
        served.execute(&format!("INSERT INTO Thing VALUES (3, {})", served.database.text(text)));
        let equal = format!("/odata/Thing?$filter=Name%20eq%20{}", encoded(&format!("'{}'", text.replace('\'', "''"))));
        assert_eq!(super::ids(&served.get(&equal).expect(200)), [3], "{text}");
        served.execute("DELETE FROM Thing WHERE Id = 3");
    }
    assert_eq!(ask(&served, "zzz"), found);
}

#[test]
fn what_is_no_name_reaches_no_statement() {
    let served = things();
    served.gateway.heard.forget();
    // An empty text and an alias without a value are expressions, if not names.
    for wrong in TEXTS.iter().copied().filter(|text| !["''", "@P1"].contains(text)) {
        let text = encoded(wrong);
        for path in [
            format!("/odata/{text}"),
            format!("/odata/Thing{text}"),
            format!("/odata/Thing({text})"),
            format!("/odata/Thing(1)/{text}"),
            format!("/odata/Thing?$select={text}"),
            format!("/odata/Thing?$orderby={text}"),
            format!("/odata/Thing?$orderby=Name%20{text}"),
            format!("/odata/Thing?$filter={text}%20eq%20'a'"),
            format!("/odata/Thing?$filter=Name{text}%20eq%20'a'"),
            format!("/odata/Thing?$filter=Name%20{text}%20'a'"),
            format!("/odata/Thing?$filter={text}(Name)%20eq%20'a'"),
            format!("/odata/Thing?$top={text}"),
            format!("/odata/Thing?$skiptoken={text}"),
            format!("/odata/Thing?$deltatoken={text}"),
        ] {
            let status = served.get(&path).status;
            assert!((400..502).contains(&status) && status != 500, "{status}: {path}");
        }
    }
    for octets in ["%C0%A7", "%FF", "%ED%A0%80", "'%C0%A7'"] {
        assert_eq!(served.get(&format!("/odata/Thing?$filter=Name%20eq%20{octets}")).status, 400, "{octets}");
    }
    assert_eq!(served.gateway.heard.statements(), [""; 0]);
}
