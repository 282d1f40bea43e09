//! A database URL, `mssql://user:password@host:port/database?option=value`, -> the keywords and values of a connection
//! string. Every part is percent-decoded exactly once; a `+` is a plus.

use super::pair::{Pair, folded};
use super::secret::Secret;
use crate::error::{Error, Result};

/// What a URL may begin with.
const SCHEMES: [&str; 2] = ["mssql://", "sqlserver://"];

/// What follows the scheme, when `text` is a URL of SQL Server's.
pub(super) fn without_scheme(text: &str) -> Option<&str> {
    let begins = |scheme: &&str| text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    SCHEMES.iter().find(|scheme| begins(scheme)).map(|scheme| &text[scheme.len()..])
}

/// Reads what follows the scheme. No error repeats a part of it: any part may be the password.
pub(super) fn parse(text: &str) -> Result<Vec<Pair>> {
    if text.contains('#') {
        return Err(wrong("it holds a '#'"));
    }
    let (place, query) = text.split_once('?').unwrap_or((text, ""));
    // Then the '?' was meant to be part of the password.
    if query.contains('@') {
        return Err(wrong("it holds a '@' after its '?'"));
    }
    let (authority, database) = place.split_once('/').unwrap_or((place, ""));
    if database.contains(['/', '@']) {
        return Err(wrong("only the name of the database follows the host"));
    }
    let (login, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    let (user, password) = login.split_once(':').unwrap_or((login, ""));
    let mut pairs = vec![Pair { value: server(host)?, ..pair("server", "")? }];
    for (keyword, value) in [("database", database), ("user", user), ("password", password)] {
        pairs.push(pair(keyword, value)?);
    }
    for option in query.split('&').filter(|option| !option.is_empty()) {
        let (keyword, value) = option.split_once('=').ok_or_else(|| wrong("an option is not followed by '='"))?;
        let keyword = decoded(keyword)?;
        // Other drivers have the instance where the database stands here; to guess would connect to the wrong one.
        if !database.is_empty() && matches!(folded(&keyword).as_str(), "database" | "initialcatalog") {
            return Err(wrong("it names the database twice"));
        }
        pairs.push(pair(&keyword, value)?);
    }
    Ok(pairs)
}

fn pair(keyword: &str, value: &str) -> Result<Pair> {
    Ok(Pair { keyword: keyword.to_owned(), value: Secret::new(decoded(value)?), bare: false })
}

/// `host:port` or `[address]:port`, with a comma before the port as in a connection string.
fn server(text: &str) -> Result<Secret> {
    let after_address = text.rfind(']').map_or(0, |end| end + 1);
    let (host, port) = match text[after_address..].rfind(':') {
        Some(colon) => (&text[..after_address + colon], Some(&text[after_address + colon + 1..])),
        None => (text, None),
    };
    let host = decoded(host)?;
    if after_address == 0 && host.contains([':', ',']) {
        return Err(wrong("its host is not one; an IPv6 address stands in brackets"));
    }
    Ok(Secret::new(port.map_or(host.clone(), |port| format!("{host},{port}"))))
}

fn decoded(text: &str) -> Result<String> {
    let bytes = text.as_bytes();
    let hexadecimal = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_hexdigit);
    if (0..bytes.len()).any(|at| bytes[at] == b'%' && !(hexadecimal(at + 1) && hexadecimal(at + 2))) {
        return Err(wrong("two hexadecimal digits must follow each '%'"));
    }
    let decoded = percent_encoding::percent_decode_str(text).decode_utf8();
    decoded.map(String::from).map_err(|_| wrong("its percent-encoded text is not UTF-8"))
}

fn wrong(what: &str) -> Error {
    Error::configuration(format!(
        "The database's URL cannot be read: {what}. It has the form \
         mssql://user:password@host:port/database?option=value; characters such as '@', ':', '/', '?', '#', '%' and '&' \
         in the user, the password or a value are written percent-encoded (%40 for '@')."
    ))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Vec<(String, String)> {
        let pairs = parse(without_scheme(text).unwrap()).unwrap();
        pairs.into_iter().map(|pair| (pair.keyword, pair.value.expose().to_owned())).collect()
    }

    fn expect(text: &str, expected: &[(&str, &str)]) {
        let expected: Vec<_> = expected.iter().map(|&(k, v)| (k.to_owned(), v.to_owned())).collect();
        assert_eq!(read(text), expected, "{text}");
    }

    #[test]
    fn all_parts_are_read() {
        expect(
            "mssql://M%C3%BCller:p%40s%3As@db.example:1444/Orders%20EU?application-intent=ReadOnly&encrypt=strict",
            &[
                ("server", "db.example,1444"),
                ("database", "Orders EU"),
                ("user", "Müller"),
                ("password", "p@s:s"),
                ("application-intent", "ReadOnly"),
                ("encrypt", "strict"),
            ],
        );
        let bare = [("server", "[::1],1444"), ("database", ""), ("user", ""), ("password", "")];
        expect("SQLServer://[::1]:1444", &bare);
        expect("mssql://h?Database=d&&", &[("server", "h"), bare[1], bare[2], bare[3], ("Database", "d")]);
        expect("mssql://u@[fe80::1]/d+e", &[("server", "[fe80::1]"), ("database", "d+e"), ("user", "u"), bare[3]]);
    }

    #[test]
    fn other_texts_are_not_urls() {
        for text in ["Server=mssql://", "sqlite:x", "mssql:/", "mssq", "é"] {
            assert!(without_scheme(text).is_none(), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_refused_without_being_repeated() {
        let texts = [
            "mssql://u:hunter2@h/d#f",
            "mssql://u:hunter2@h/d/e",
            "mssql://u:hunter2/@h/d",
            "mssql://u:hunter2%zz@h/d",
            "mssql://u:hunter2%ff@h/d",
            "mssql://h/d?hunter2",
            "mssql://hunter2:1:2/d",
            "mssql://h,hunter2/d",
            "mssql://u:x?hunter=2@h/d",
            "mssql://h/hunter2?Database=d",
        ];
        for text in texts {
            let error = parse(without_scheme(text).unwrap()).unwrap_err().to_string();
            assert!(error.contains("mssql://user") && !error.contains("hunter"), "{text}: {error}");
        }
    }

    proptest! {
        #[test]
        fn every_password_can_be_said(password in ".*") {
            let encoded = percent_encoding::utf8_percent_encode(&password, percent_encoding::NON_ALPHANUMERIC);
            prop_assert_eq!(&read(&format!("mssql://u:{encoded}@h/d"))[3].1, &password);
        }

        #[test]
        fn no_text_is_too_strange_to_be_read_or_refused(text in r"([a@:/?=&%\[\]]|\PC)*") {
            let _ = parse(&text);
        }
    }
}
