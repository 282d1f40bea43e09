//! An input and chance -> another input: octets that change, and words of the grammars in the places of others.
//!
//! A newcomer's trap: octets alone hardly ever make a `$filter`. It is the words, and the parts of other inputs, that lead behind the
//! parsers.

use crate::chance::Chance;

/// Longer inputs than this are cut: what is longer is refused by its length.
const LONGEST: usize = 20_000;

/// What grammars are made of, and what breaks them. `zq` and `77177` mark values: no statement may hold them.
const WORDS: &[&str] = &[
    "$filter=",
    "$orderby=",
    "$expand=",
    "$select=",
    "$search=",
    "$top=",
    "$skip=",
    "$count=true",
    "$format=json",
    "$deltatoken=latest",
    "$skiptoken=",
    "$apply=",
    "$compute=",
    "$levels=max",
    "&",
    "?",
    "=",
    "/",
    "//",
    "(",
    ")",
    "((((",
    "))))",
    ",",
    ";",
    ":",
    "'",
    "''",
    "'zq'",
    "'zq''zq'",
    "77177",
    "-77177",
    "7.7177e77",
    "0.77177",
    "1e400",
    "9223372036854775808",
    "-0",
    "INF",
    "NaN",
    "null",
    "true",
    "2024-02-29",
    "2024-02-30T25:61:61Z",
    "2024-02-29T08:30:00.7717712Z",
    "duration'P1DT2H'",
    "binary'77177zq='",
    "12:30:00",
    "00000000-0000-4000-8000-0000000zq000",
    "00000000-0000-4000-8000-000000077177",
    "Shop.zq'a'",
    " eq ",
    " ne ",
    " gt ",
    " and ",
    " or ",
    " not ",
    " in ",
    " has ",
    " add ",
    " div ",
    " divby ",
    " mod ",
    "- ",
    "contains(",
    "startswith(",
    "endswith(",
    "concat(",
    "indexof(",
    "substring(",
    "length(",
    "tolower(",
    "trim(",
    "year(",
    "date(",
    "time(",
    "now()",
    "round(",
    "cast(",
    "isof(",
    "case(",
    "matchesPattern(",
    "geo.distance(",
    "any(",
    "all(",
    "any()",
    "any(l:l/Product eq 'zq')",
    "l:",
    "$it",
    "$this",
    "$root",
    "$count",
    "$value",
    "$ref",
    "$metadata",
    "$all",
    "$entity",
    "$batch",
    "$id=",
    "@zq",
    "@zq='zq'",
    "Orders",
    "Orders(77177)",
    "Customer",
    "Line",
    "Line(OrderId=77177,Number=1)",
    "Id",
    "Name",
    "Note",
    "Total",
    "PlacedAt",
    "Paid",
    "Photo",
    "Customer/Name",
    "Deltalink.Orders",
    "Edm.String",
    "Edm.Int64",
    " asc",
    " desc",
    "%",
    "%2",
    "%26",
    "%27",
    "%3D",
    "%00",
    "%2F",
    "%25",
    "%zz",
    "%C3%A4",
    "%ED%A0%80",
    "+",
    "\0",
    "\r\n",
    "\n",
    "\t",
    "\u{e4}",
    "\u{2019}",
    "\u{202e}",
    "\u{1f600}",
    "odata.maxpagesize=",
    "odata.track-changes",
    "wait=77177",
    "include-annotations=\"*\"",
    "respond-async",
    "return=minimal",
    "application/json;odata.metadata=full",
    ";q=0.5",
    ";q=zq",
    "*/*",
    "gzip",
    "br;q=0",
    "\"",
    "\\\"",
    "4.01",
    "snapshot",
    "W/\"zq\"",
    "{\"requests\":[",
    "{\"id\":\"1\",\"method\":\"GET\",\"url\":\"Orders\"}",
    "\"dependsOn\":[\"1\"]",
    "\"headers\":{\"prefer\":\"zq\"}",
    "[",
    "]",
    "{",
    "}",
    "--b",
    "--b--",
    "Content-Type: application/http",
    "Content-ID: 1",
    "GET Orders HTTP/1.1",
    "[service]",
    "[tables.Orders]",
    "page_size = ",
    "\"1h\"",
    "Server=",
    "Password=",
    "Database=",
    "User ID=",
    "Encrypt=",
    "tcp:",
    "mssql://",
    ",1433",
    "AND",
    "OR",
    "NOT",
];

/// An input made of one of `pool`, and of parts of the others.
pub(crate) fn mutated(pool: &[Vec<u8>], chance: &mut Chance) -> Vec<u8> {
    let mut input = pool[chance.below(pool.len())].clone();
    for _ in 0..=chance.below(6) {
        mutate(&mut input, pool, chance);
    }
    input.truncate(LONGEST);
    input
}

fn mutate(input: &mut Vec<u8>, pool: &[Vec<u8>], chance: &mut Chance) {
    let at = chance.below(input.len() + 1);
    let end = (at + chance.below(16)).min(input.len());
    match chance.below(12) {
        0..=3 => insert(input, at, at, WORDS[chance.below(WORDS.len())].as_bytes()),
        4 => insert(input, at, end, WORDS[chance.below(WORDS.len())].as_bytes()),
        5 => insert(input, at, end, b""),
        6 => insert(input, at, at, &[u8::try_from(chance.below(256)).unwrap()]),
        7 => flip(input, at, chance),
        8 => {
            let part = input[at..end].repeat(1 + chance.below(4));
            insert(input, at, at, &part);
        }
        9 => {
            // Deep or long rather than many.
            let part = WORDS[chance.below(WORDS.len())].as_bytes().repeat(chance.below(300));
            insert(input, at, at, &part);
        }
        10 => input.truncate(at),
        _ => {
            let other = &pool[chance.below(pool.len())];
            let from = chance.below(other.len() + 1);
            let to = from + chance.below(other.len() - from + 1);
            insert(input, at, end, &other[from..to]);
        }
    }
}

fn insert(input: &mut Vec<u8>, from: usize, to: usize, part: &[u8]) {
    input.splice(from..to, part.iter().copied());
}

fn flip(input: &mut [u8], at: usize, chance: &mut Chance) {
    if let Some(octet) = input.get_mut(at) {
        *octet ^= 1 << chance.below(8);
    }
}
