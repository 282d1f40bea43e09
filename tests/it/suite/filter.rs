//! `$filter` and `$orderby`: which entities, and in which order.

use serde_json::Value;

use super::{Served, encoded, one_table, shop};

/// Rows with every class of value, and with nulls.
fn zoo() -> Served {
    one_table(
        "Animal",
        "CREATE TABLE Animal (Id BIGINT NOT NULL PRIMARY KEY, Name NVARCHAR(40), Legs INT, Weight DECIMAL(10,2), Speed FLOAT,
           Born DATE, Seen DATETIME2, Feeds TIME, Tame BIT);
         INSERT INTO Animal VALUES
           (1, 'Ant', 6, 0.01, 0.5, '2024-02-29', '2024-02-29 08:30:00', '08:30:00', 0),
           (2, 'Bee', 6, 0.1, 7.25, '2023-12-31', '2024-01-01 00:00:00', '23:59:59', 1),
           (3, 'Cat', 4, 4.5, 13.5, NULL, '2024-06-15 12:00:00.5', '12:00:00', 1),
           (4, '100% dog_[x]', 4, 20, -2.5, '2000-01-01', NULL, NULL, NULL),
           (5, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
           (6, 'emu', 2, 37.25, 50, '1999-12-31', '1999-12-31 23:59:59', '00:00:00', 0)",
    )
}

fn ids(served: &Served, options: &str) -> Vec<i64> {
    let page = served.get(&format!("/odata/Animal?{options}")).expect(200).json();
    page["value"].as_array().unwrap().iter().map(|row| row["Id"].as_i64().unwrap()).collect()
}

/// The ids of the animals that `filter` finds.
fn found(served: &Served, filter: &str) -> Vec<i64> {
    ids(served, &format!("$filter={}", encoded(filter)))
}

#[test]
fn a_filter_finds_what_it_says() {
    let zoo = zoo();
    for (filter, expected) in [
        ("Id eq 3", &[3][..]),
        ("3 eq Id", &[3]),
        ("Legs eq 6 and Tame eq true", &[2]),
        ("Legs eq 6 or Legs eq 2", &[1, 2, 6]),
        ("Legs gt 2 and (Name eq 'Cat' or Name eq 'Bee')", &[2, 3]),
        ("not (Legs eq 6)", &[3, 4, 5, 6]),
        ("Legs ne 6", &[3, 4, 5, 6]),
        ("Legs lt 5", &[3, 4, 6]),
        ("Legs ge 4 and Legs le 4", &[3, 4]),
        ("Name eq null", &[5]),
        ("Name ne null", &[1, 2, 3, 4, 6]),
        ("null eq Name", &[5]),
        ("null eq null", &[1, 2, 3, 4, 5, 6]),
        ("Legs gt null", &[]),
        ("not (Legs gt 5)", &[3, 4, 5, 6]),
        ("Tame", &[2, 3]),
        ("not Tame", &[1, 6]),
        ("Tame eq false", &[1, 6]),
        ("Tame ne true", &[1, 4, 5, 6]),
        ("Tame or Legs eq 6", &[1, 2, 3]),
        ("not (Tame and Legs eq 6)", &[1, 3, 4, 5, 6]),
        ("Legs in (2,4)", &[3, 4, 6]),
        ("Legs in (2,null)", &[5, 6]),
        ("not (Legs in (2,4))", &[1, 2, 5]),
        ("Name in ('Ant','Bee')", &[1, 2]),
        ("Legs in (4,Id)", &[3, 4]),
        ("Name in (Name,'Ant')", &[1, 2, 3, 4, 5, 6]),
        ("null in (Tame,true)", &[4, 5]),
        ("not (Tame in (Legs eq 6,null))", &[1, 3]),
        ("Weight eq 0.1", &[2]),
        ("Weight eq 0.1M", &[2]),
        ("Legs gt 4L and Speed lt 7D", &[1]),
        ("Weight gt 4.49 and Weight lt 4.51", &[3]),
        ("Weight ge 20", &[4, 6]),
        ("Speed eq 7.25", &[2]),
        ("Speed lt 0", &[4]),
        ("Born eq 2024-02-29", &[1]),
        ("Born lt 2000-01-01", &[6]),
        ("Born le 2000-01-01", &[4, 6]),
        ("Seen ge 2024-01-01T00:00:00Z", &[1, 2, 3]),
        ("Seen gt 2024-01-01T01:00:00%2B01:00", &[1, 3]),
        ("Seen eq 2024-06-15T14:00:00.5+02:00", &[3]),
        ("Feeds eq 12:00:00", &[3]),
        ("Feeds lt 09:00", &[1, 6]),
    ] {
        let filter = filter.replace("%2B", "+");
        assert_eq!(found(&zoo, &filter), expected, "{filter}");
    }
}

#[test]
fn functions_do_what_odata_says() {
    let zoo = zoo();
    for (filter, expected) in [
        ("contains(Name,'a')", &[3][..]),
        ("contains(Name,'%')", &[4]),
        ("contains(Name,'_[')", &[4]),
        ("contains(Name,'')", &[1, 2, 3, 4, 6]),
        ("not contains(Name,'e')", &[1, 3, 4]),
        ("startswith(Name,'100%')", &[4]),
        ("startswith(Name,'1__')", &[]),
        ("endswith(Name,'nt')", &[1]),
        ("endswith(Name,'[x]')", &[4]),
        ("length(Name) eq 3", &[1, 2, 3, 6]),
        ("indexof(Name,'n') eq 1", &[1]),
        ("indexof(Name,'zz') eq -1", &[1, 2, 3, 4, 6]),
        ("substring(Name,1) eq 'nt'", &[1]),
        ("substring(Name,0,2) eq 'Ca'", &[3]),
        ("substring(Name,-1) eq 't'", &[1, 3]),
        ("substring(Name,-2,1) eq 'n'", &[1]),
        ("substring(Name,-9) eq 'Cat'", &[3]),
        ("substring(Name,-9,2) eq 'Ca'", &[3]),
        ("substring(Name,Id sub 4) eq 't'", &[3]),
        ("substring(Name,Id sub 4,1) eq 'A'", &[1]),
        ("tolower(Name) eq 'cat'", &[3]),
        ("toupper(Name) eq 'EMU'", &[6]),
        ("trim(concat(concat(' ',Name),'  ')) eq 'Bee'", &[2]),
        ("concat(Name,'!') eq 'Ant!'", &[1]),
        ("contains(Name,'a') eq null", &[5]),
        ("year(Born) eq 2024", &[1]),
        ("month(Seen) eq 1", &[2]),
        ("day(Born) eq 31", &[2, 6]),
        ("hour(Seen) eq 8 and minute(Seen) eq 30 and second(Seen) eq 0", &[1]),
        ("hour(Feeds) eq 23 and minute(Feeds) eq 59 and second(Feeds) eq 59", &[2]),
        ("fractionalseconds(Seen) eq 0.5", &[3]),
        ("date(Seen) eq 2024-01-01", &[2]),
        ("time(Seen) eq 12:00:00.5", &[3]),
        ("totaloffsetminutes(Seen) eq 0 and Id lt 3", &[1, 2]),
        ("Seen lt now() and Id eq 1", &[1]),
        ("Seen gt mindatetime() and Seen lt maxdatetime() and Id gt 3", &[6]),
        ("ceiling(Speed) eq 8", &[2]),
        ("floor(Speed) eq 7", &[2]),
        ("round(Speed) eq -3", &[4]),
        ("round(Weight) eq 5", &[3]),
        ("Legs add 2 eq 8", &[1, 2]),
        ("Legs sub 2 eq 0", &[6]),
        ("Legs mul 2 eq 12", &[1, 2]),
        ("Legs div 4 eq 1", &[1, 2, 3, 4]),
        ("Legs divby 4 eq 1.5", &[1, 2]),
        ("Legs mod 4 eq 2", &[1, 2, 6]),
        ("-Legs lt -5", &[1, 2]),
        ("Legs div 0 eq null", &[1, 2, 3, 4, 5, 6]),
        ("indexof(Name,'') eq 0", &[1, 2, 3, 4, 6]),
        ("substring('abc',0,Legs) eq null", &[5]),
        ("substring(Name,1,-1) eq ''", &[1, 2, 3, 4, 6]),
        ("trim(' \u{a0}') eq '' and Id eq 1", &[1]),
        ("trim(concat('\t',concat('a b','\u{3000}'))) eq 'a b' and Id eq 1", &[1]),
        ("Weight divby 4 eq 1.125", &[3]),
        ("1 divby 8 eq 0.125 and Id eq 1", &[1]),
        ("0.000000000001 divby 1 gt 0 and Id eq 1", &[1]),
        ("round(99.5) eq 100 and Id eq 1", &[1]),
        ("Weight mod 3 eq 1.5", &[3]),
        ("Speed mod 2 eq -0.5", &[4]),
        ("case(Legs eq 6:Weight,true:Legs) eq 4", &[3, 4]),
        ("Seen gt 0001-01-01T00:30:00+01:00", &[1, 2, 3, 6]),
    ] {
        assert_eq!(found(&zoo, filter), expected, "{filter}");
    }
}

#[test]
fn what_is_null_whatever_the_row_is_no_error() {
    let zoo = zoo();
    for null in [
        "null add Legs",
        "Weight div null",
        "null div Weight",
        "null mod Speed",
        "-null",
        "null mul null",
        "concat(null,Name)",
        "contains(null,'a')",
        "not startswith(Name,null)",
        "indexof(Name,null)",
        "length(null)",
        "substring(Name,null)",
        "tolower(null)",
        "trim(null)",
        "year(null)",
        "date(null)",
        "time(null)",
        "fractionalseconds(null)",
        "totaloffsetminutes(null)",
        "round(null)",
        "null and null",
        "case(Legs eq 6:null,true:null)",
        "case(Legs eq 6:null add null,Legs eq 7:1)",
    ] {
        assert_eq!(found(&zoo, &format!("({null}) eq null")), [1, 2, 3, 4, 5, 6], "{null}");
    }
    for condition in
        ["null", "not null", "contains(null,'a')", "not contains(Name,null)", "null or false", "null and true"]
    {
        assert_eq!(found(&zoo, condition), [0_i64; 0], "{condition}");
    }
}

/// Animals in enclosures, of which one is empty, and one animal is in none.
fn enclosures() -> Served {
    let database = super::Database::empty();
    database.execute(
        "CREATE TABLE Enclosure (Id INT NOT NULL PRIMARY KEY, Name NVARCHAR(20), Area DECIMAL(10,2));
         CREATE TABLE Animal (Id INT NOT NULL PRIMARY KEY, EnclosureId INT, Legs INT, Tame BIT,
           CONSTRAINT FK_Animal_Enclosure FOREIGN KEY (EnclosureId) REFERENCES Enclosure (Id));
         INSERT INTO Enclosure VALUES (1, 'North', 10.5), (2, 'South', NULL), (3, 'Empty', 0.5);
         INSERT INTO Animal VALUES (1, 1, 4, 1), (2, 1, 6, 0), (3, 2, 2, NULL), (4, NULL, 4, 1)",
    );
    for table in ["Enclosure", "Animal"] {
        database.track(table);
    }
    Served::with(database, "")
}

#[test]
fn a_filter_reaches_related_entities() {
    let served = enclosures();
    for (set, option, expected) in [
        ("Animal", "$filter=Enclosure/Name eq 'North'", &[1, 2][..]),
        ("Animal", "$filter=Enclosure/Name ne 'North'", &[3, 4]),
        ("Animal", "$filter=Enclosure/Area gt 10", &[1, 2]),
        ("Animal", "$filter=Enclosure/Area eq null", &[3, 4]),
        ("Animal", "$filter=Enclosure/Animal/$count eq 2", &[1, 2]),
        ("Animal", "$orderby=Enclosure/Name desc", &[3, 1, 2, 4]),
        ("Enclosure", "$filter=Animal/any()", &[1, 2]),
        ("Enclosure", "$filter=not Animal/any()", &[3]),
        ("Enclosure", "$filter=Animal/any(a:a/Legs gt 4)", &[1]),
        ("Enclosure", "$filter=Animal/any(a:a/Tame)", &[1]),
        ("Enclosure", "$filter=Animal/all(a:a/Legs lt 5)", &[2, 3]),
        ("Enclosure", "$filter=Animal/all(a:a/Tame eq null)", &[2, 3]),
        ("Enclosure", "$filter=Animal/any(a:a/Enclosure/Name eq Name and a/Legs eq 2)", &[2]),
        ("Enclosure", "$filter=Animal/any(a:a/Enclosure/Animal/any(b:b/Legs gt a/Legs))", &[1]),
        ("Enclosure", "$filter=Animal/$count ge 1 and Area gt 1", &[1]),
        ("Enclosure", "$filter=(Animal/any(a:a/Tame) and Area gt null) eq false", &[1, 2, 3]),
        ("Enclosure", "$orderby=Animal/$count desc", &[1, 2, 3]),
        ("Enclosure", "$orderby=Animal/any(a:a/Tame) desc", &[1, 2, 3]),
    ] {
        let (name, value) = option.split_once('=').unwrap();
        let page = served.get(&format!("/odata/{set}?{name}={}", encoded(value))).expect(200).json();
        let ids: Vec<i64> = page["value"].as_array().unwrap().iter().map(|row| row["Id"].as_i64().unwrap()).collect();
        assert_eq!(ids, expected, "{set}?{option}");
    }
}

#[test]
fn a_list_may_be_long() {
    let zoo = zoo();
    let numbers: Vec<String> = (1..1400).map(|number| number.to_string()).collect();
    assert_eq!(found(&zoo, &format!("Id in ({})", numbers.join(","))), [1, 2, 3, 4, 5, 6]);
    let names: Vec<String> = numbers.iter().map(|number| format!("'{number}'")).collect();
    let codes = one_table(
        "Animal",
        "CREATE TABLE Animal (Id BIGINT NOT NULL PRIMARY KEY, Code VARCHAR(4), At DATETIME);
         INSERT INTO Animal VALUES (1, '7', '2024-01-01 00:00:00'), (2, 'x', '1753-01-01 00:00:00')",
    );
    assert_eq!(found(&codes, &format!("Code in ({})", names.join(","))), [1]);
    assert_eq!((found(&codes, "Code eq 'x'"), found(&codes, "Code ne 'x'")), (vec![2], vec![1]));
    assert_eq!(found(&codes, "At gt mindatetime() and At lt maxdatetime()"), [1, 2]);
}

#[test]
fn an_order_has_nulls_first_and_the_key_last() {
    let zoo = zoo();
    for (order, expected) in [
        ("Legs", &[5, 6, 3, 4, 1, 2][..]),
        ("Legs desc", &[1, 2, 3, 4, 6, 5]),
        ("Legs desc,Name desc", &[2, 1, 3, 4, 6, 5]),
        ("Seen", &[4, 5, 6, 2, 1, 3]),
        ("Seen desc", &[3, 1, 2, 6, 4, 5]),
        ("length(Name) desc,Id", &[4, 1, 2, 3, 6, 5]),
        ("Tame desc", &[2, 3, 1, 6, 4, 5]),
        ("Weight mul -1", &[5, 6, 4, 3, 2, 1]),
        ("Id desc", &[6, 5, 4, 3, 2, 1]),
        ("1", &[1, 2, 3, 4, 5, 6]),
        ("Legs gt null", &[1, 2, 3, 4, 5, 6]),
        ("Legs add null desc", &[1, 2, 3, 4, 5, 6]),
        ("Legs eq 6 desc", &[1, 2, 3, 4, 5, 6]),
        ("case(Legs eq 6:Weight) desc", &[2, 1, 3, 4, 5, 6]),
        ("trim(Name) desc", &[6, 3, 2, 1, 4, 5]),
        ("date(Seen) desc", &[3, 1, 2, 6, 4, 5]),
        ("Feeds", &[4, 5, 6, 1, 3, 2]),
        ("round(Speed) desc,Weight desc", &[6, 3, 2, 1, 4, 5]),
    ] {
        let order = encoded(order);
        assert_eq!(ids(&zoo, &format!("$orderby={order}")), expected, "{order}");
        assert_eq!(paged(&zoo, &format!("$orderby={order}")), expected, "{order}, page by page");
        assert_eq!(ids(&zoo, &format!("$orderby={order}&$skip=1&$top=3")), expected[1..4], "{order}, a part");
    }
    let options = format!("$orderby={}&$filter={}&@least=3", encoded("Name desc"), encoded("Legs gt @least"));
    let found = paged(&zoo, &options);
    assert_eq!(found, [3, 2, 1, 4]);
}

/// The same in pages of one entity.
fn paged(served: &Served, options: &str) -> Vec<i64> {
    let mut all = Vec::new();
    let mut url = format!("/odata/Animal?{options}");
    loop {
        let page = served.client.ask("GET", &url).header("Prefer", "maxpagesize=1").send().expect(200).json();
        all.extend(page["value"].as_array().unwrap().iter().map(|row| row["Id"].as_i64().unwrap()));
        match page["@odata.nextLink"].as_str() {
            Some(next) => next.clone_into(&mut url),
            None => return all,
        }
    }
}

#[test]
fn a_plus_sign_is_a_blank_in_what_is_encoded_as_forms_are_and_else_a_plus_sign() {
    let served = one_table(
        "Animal",
        "CREATE TABLE Animal (Id BIGINT NOT NULL PRIMARY KEY, Name NVARCHAR(40), Legs INT);
         INSERT INTO Animal VALUES (1, 'a b', 4), (2, 'a+b', 6)",
    );
    for (options, expected) in [
        ("%24filter=Name+eq+%27a+b%27", &[1][..]),
        ("%24filter=Name+eq+%27a%2Bb%27&%24orderby=Id+desc", &[2]),
        ("%24orderby=Legs+desc%2CName+asc", &[2, 1]),
        ("$filter=Legs+gt+4&$orderby=Id+desc", &[2]),
        ("$filter=Name%20eq%20%27a+b%27", &[2]),
        ("$filter=Name%20eq%20'a%20b'", &[1]),
        ("$filter=contains(Name,'a+b')", &[2]),
        ("$filter=endswith(Name,@part)&@part='+b'", &[2]),
        ("%24filter=endswith%28Name%2C%40part%29&%40part=%27+b%27", &[1]),
    ] {
        assert_eq!(ids(&served, options), expected, "{options}");
    }
}

#[test]
fn a_count_counts_what_is_found() {
    let zoo = zoo();
    let filter = encoded("Legs eq 6");
    assert_eq!(zoo.get(&format!("/odata/Animal/$count?$filter={filter}")).expect(200).text(), "2");
    let page = zoo.get(&format!("/odata/Animal?$filter={filter}&$count=true&$top=1")).expect(200).json();
    assert_eq!((&page["@odata.count"], page["value"].as_array().unwrap().len()), (&Value::from(2), 1));
}

#[test]
fn what_is_wrong_with_an_expression_is_said() {
    let shop = shop();
    for (filter, status, code) in [
        ("Id eq", 400, "SyntaxError"),
        ("Nothing eq 1", 400, "PropertyNotFound"),
        ("Id eq 'x'", 400, "InvalidValue"),
        ("Id", 400, "InvalidValue"),
        ("PlacedAt gt 2024-01-01", 400, "InvalidValue"),
        ("length(Id) eq 1", 400, "InvalidValue"),
        ("nonsense(Id) eq 1", 400, "SyntaxError"),
        ("matchesPattern(Note,'x')", 501, "OptionNotSupported"),
        ("isof(Note,Edm.String)", 501, "OptionNotSupported"),
        ("Note eq duration'P1D'", 501, "OptionNotSupported"),
        ("PlacedAt sub PlacedAt eq null", 501, "OptionNotSupported"),
    ] {
        let answer = shop.get(&format!("/odata/Orders?$filter={}", encoded(filter))).expect(status).json();
        assert_eq!(answer["error"]["code"], code, "{filter}: {answer}");
    }
}

/// In SQLite, decimals are compared as doubles, which do not have every whole number.
#[test]
fn whole_numbers_are_told_apart_however_they_are_written() {
    let served = one_table(
        "Animal",
        "CREATE TABLE Animal (Id BIGINT NOT NULL PRIMARY KEY);
         INSERT INTO Animal VALUES (9007199254740992), (9007199254740993), (-9223372036854775808)",
    );
    for (filter, expected) in [
        ("Id eq 9007199254740993", 9_007_199_254_740_993),
        ("Id eq 9007199254740993.0", 9_007_199_254_740_993),
        ("Id in (9007199254740993.00,1.5)", 9_007_199_254_740_993),
        ("9007199254740992.0 lt Id", 9_007_199_254_740_993),
        ("Id eq -9223372036854775808.0", i64::MIN),
    ] {
        assert_eq!(found(&served, filter), [expected], "{filter}");
    }
}

/// Between two whole numbers there is none: what is compared with 1.5 is compared with 1 or with 2.
#[test]
fn whole_numbers_are_compared_with_what_lies_between_them() {
    let served = one_table(
        "Animal",
        "CREATE TABLE Animal (Id BIGINT NOT NULL PRIMARY KEY, Legs BIGINT);
         INSERT INTO Animal VALUES (9007199254740992, 1), (9007199254740993, -1), (2, NULL)",
    );
    let (less, more) = (9_007_199_254_740_992, 9_007_199_254_740_993);
    for (filter, expected) in [
        ("Id ge 9007199254740992.5", &[more][..]),
        ("Id gt 9007199254740992.5", &[more]),
        ("9007199254740992.5 lt Id", &[more]),
        ("Id le 9007199254740992.5", &[2, less]),
        ("Id lt 9007199254740992.5 and Id gt 2.5", &[less]),
        ("Id eq 9007199254740992.5", &[]),
        ("not (Id eq 9007199254740992.5)", &[2, less, more]),
        ("Id ne 9007199254740992.5", &[2, less, more]),
        ("Id in (9007199254740992.5)", &[]),
        ("Id in (9007199254740992.5,2)", &[2]),
        ("Legs ge -1.5", &[less, more]),
        ("Legs lt -0.5", &[more]),
        ("not (Legs lt -0.5)", &[2, less]),
        ("Legs ne 0.5", &[2, less, more]),
    ] {
        assert_eq!(found(&served, filter), expected, "{filter}");
    }
}

#[test]
fn the_members_of_a_list_are_of_one_class() {
    let zoo = zoo();
    assert_eq!(found(&zoo, "'2023-12-31' in ('2000-01-01',Born)"), [2]);
    assert_eq!(found(&zoo, "'2023-12-31' in (Born,'2000-01-01')"), [2]);
    for list in ["('abc',Born)", "(Born,'abc')"] {
        let answer = zoo.get(&format!("/odata/Animal?$filter={}", encoded(&format!("'2023-12-31' in {list}"))));
        assert_eq!(answer.expect(400).code(), "InvalidValue", "{list}");
    }
}

/// `0.1` is how the nearest number of half the width is written, which is another number than the nearest of the whole width.
#[test]
fn a_number_of_half_the_width_is_found_by_what_is_shown_of_it() {
    let served = one_table(
        "Animal",
        "CREATE TABLE Animal (Id BIGINT NOT NULL PRIMARY KEY, Speed REAL);
         INSERT INTO Animal VALUES (1, 0.1), (2, 0.2), (3, 16777216), (4, NULL)",
    );
    for (filter, expected) in [
        ("Speed eq 0.1", &[1][..]),
        ("0.1 eq Speed", &[1]),
        ("Speed eq 1e-1", &[1]),
        ("Speed gt 0.1", &[2, 3]),
        ("Speed le 0.1", &[1]),
        ("Speed ne 0.1", &[2, 3, 4]),
        ("not (Speed eq 0.1)", &[2, 3, 4]),
        ("Speed in (0.1,0.2)", &[1, 2]),
        ("Speed eq 16777217", &[]),
        ("Speed eq 16777216", &[3]),
        ("Speed lt 1e300", &[1, 2, 3]),
        ("Speed gt 1e-300", &[1, 2, 3]),
    ] {
        assert_eq!(found(&served, filter), expected, "{filter}");
    }
}
