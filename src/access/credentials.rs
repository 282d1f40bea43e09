//! The places of a request where credentials may stand -> the one that it brings.
//!
//! A newcomer's trap: a request with two different credentials is refused. Whoever stands between us and the client may have looked at
//! the other one.

use std::fmt;

use base64::Engine;
use base64::engine::GeneralPurpose;
use base64::engine::general_purpose::GeneralPurposeConfig;
use base64::{alphabet, engine::DecodePaddingMode};
use zeroize::Zeroizing;

use super::jwt;
use crate::error::{Error, ErrorKind, Result};
use crate::odata::SystemOption;

/// The header for API keys, where the configuration names no other.
pub const DEFAULT_HEADER: &str = "X-API-Key";

/// Octets of an `Authorization` header that are looked at.
const LARGEST: usize = jwt::LARGEST + 16;
/// Characters that a configured name may have.
const LONGEST_NAME: usize = 64;
/// Headers that mean something else here or on the way.
const TAKEN: [&str; 23] = [
    "Accept",
    "Accept-Charset",
    "Accept-Encoding",
    "Accept-Language",
    "Authorization",
    "Cache-Control",
    "Connection",
    "Content-Encoding",
    "Content-Length",
    "Content-Type",
    "Cookie",
    "Expect",
    "Host",
    "If-Match",
    "If-None-Match",
    "Isolation",
    "OData-Isolation",
    "OData-MaxVersion",
    "OData-Version",
    "Origin",
    "Prefer",
    "Transfer-Encoding",
    "User-Agent",
];
/// Base64 as clients write it, with padding or without.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What stands in the places where credentials may.
#[derive(Default)]
pub struct Brought<'a> {
    /// The lines of `Authorization`.
    pub authorization: Vec<&'a [u8]>,
    /// The lines of the header for API keys.
    pub header: Vec<&'a [u8]>,
    /// The values of the query option for API keys, decoded.
    pub parameter: Vec<Zeroizing<String>>,
}

/// What a request brings to prove who asks.
#[derive(PartialEq, Eq)]
pub enum Credential {
    /// Nothing.
    None,
    /// Nothing, said aloud: `Authorization: Bearer`, with which Power Query asks where tokens are to be had.
    Probe,
    /// What may be an API key.
    Key(Zeroizing<String>),
    /// What may be a JSON Web Token.
    Token(Zeroizing<String>),
    /// What nobody here understands.
    Unusable(&'static str),
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            Self::Probe => "Probe",
            Self::Key(_) => "Key(***)",
            Self::Token(_) => "Token(***)",
            Self::Unusable(_) => "Unusable",
        })
    }
}

impl Brought<'_> {
    /// The credential among them.
    ///
    /// # Errors
    /// 400, if there are several and they are not the same.
    pub fn credential(&self) -> Result<Credential> {
        let authorization = self.authorization.iter().map(|line| Credential::of_authorization(line));
        let header = self.header.iter().map(|line| Credential::of_header(line));
        let parameter = self.parameter.iter().map(|text| Credential::Key(text.clone()));
        let mut found = Credential::None;
        for next in authorization.chain(header).chain(parameter) {
            match (&found, &next) {
                (Credential::None | Credential::Probe, _) => found = next,
                (_, Credential::Probe) => {}
                (found, next) if found == next => {}
                _ => {
                    let message = "This request brings several credentials that are not the same. Bring one.";
                    return Err(Error::new(ErrorKind::InvalidValue, message).about("Authorization"));
                }
            }
        }
        Ok(found)
    }
}

impl Credential {
    /// Whether it is one with which a token was to be brought.
    pub fn is_token(&self) -> bool {
        matches!(self, Self::Token(_))
    }

    /// `Bearer TOKEN`, `Bearer KEY` or `Basic BASE64(anything:KEY)`, as RFC 6750 and RFC 7617 have them.
    fn of_authorization(line: &[u8]) -> Self {
        if line.len() > LARGEST {
            return Self::Unusable("the Authorization header is too long");
        }
        let Ok(line) = std::str::from_utf8(line) else { return Self::Unusable("the Authorization header is no text") };
        let (scheme, rest) = line.trim().split_once(' ').unwrap_or((line.trim(), ""));
        let rest = rest.trim();
        if scheme.eq_ignore_ascii_case("basic") {
            return password(rest).map_or(Self::Unusable("Basic without user:password in base64"), Self::Key);
        }
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Self::Unusable("the scheme of the Authorization header is neither Bearer nor Basic");
        }
        let text = || Zeroizing::new(rest.to_owned());
        match rest {
            "" => Self::Probe,
            _ if super::api_key::is_meant_by(rest) => Self::Key(text()),
            _ => Self::Token(text()),
        }
    }

    fn of_header(line: &[u8]) -> Self {
        match std::str::from_utf8(line) {
            Ok(text) if line.len() <= LARGEST => Self::Key(Zeroizing::new(text.trim().to_owned())),
            _ => Self::Unusable("the header for API keys has no text of a key's length"),
        }
    }
}

/// Refuses what is no header, and those that mean something else.
///
/// # Errors
/// `Configuration`, which tells what would do.
pub fn check_header(name: &str) -> Result<()> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    let taken = TAKEN.iter().any(|taken| taken.eq_ignore_ascii_case(name));
    if !taken && (1..=LONGEST_NAME).contains(&name.len()) && name.bytes().all(plain) {
        return Ok(());
    }
    Err(Error::configuration(format!("\"{name}\" is no header of its own, such as {DEFAULT_HEADER}.")))
}

/// Refuses what is no name of a query option, and the names that OData has.
///
/// # Errors
/// `Configuration`, which tells what would do.
pub fn check_parameter(name: &str) -> Result<()> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let taken = SystemOption::named(name).is_some();
    if !taken && (1..=LONGEST_NAME).contains(&name.len()) && name.bytes().all(plain) {
        return Ok(());
    }
    let message =
        format!("\"{name}\" is no query option of its own, such as apikey; OData has its own names, also without $.");
    Err(Error::configuration(message))
}

/// What follows the first colon; who it is does not matter, since a key has but one owner.
fn password(encoded: &str) -> Option<Zeroizing<String>> {
    let decoded = Zeroizing::new(LENIENT.decode(encoded).ok()?);
    let at = decoded.iter().position(|octet| *octet == b':')?;
    let password = std::str::from_utf8(decoded.get(at + 1..)?).ok()?;
    Some(Zeroizing::new(password.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> Credential {
        Credential::Key(Zeroizing::new(text.to_owned()))
    }

    fn authorized(line: &str) -> Credential {
        Brought { authorization: vec![line.as_bytes()], ..Brought::default() }.credential().unwrap()
    }

    #[test]
    fn every_place_is_looked_at() {
        assert_eq!(authorized("Bearer dlk_abc"), key("dlk_abc"));
        assert_eq!(authorized("bearer  dlk_abc "), key("dlk_abc"));
        assert_eq!(authorized("Bearer a.b.c"), Credential::Token(Zeroizing::new("a.b.c".to_owned())));
        assert_eq!(authorized("Basic YW5uYTpkbGtfYWJj"), key("dlk_abc"));
        assert_eq!(authorized("BASIC OmRsa19hYmM="), key("dlk_abc"));
        assert_eq!(authorized("Basic OmRsa19hYmM"), key("dlk_abc"));
        assert_eq!(authorized("Basic YW5uYTphOmI="), key("a:b"), "of anna and a:b");
        let header = Brought { header: vec![b"dlk_abc"], ..Brought::default() };
        assert_eq!(header.credential().unwrap(), key("dlk_abc"));
        let parameter = Brought { parameter: vec![Zeroizing::new("dlk_abc".to_owned())], ..Brought::default() };
        assert_eq!(parameter.credential().unwrap(), key("dlk_abc"));
        assert_eq!(Brought::default().credential().unwrap(), Credential::None);
    }

    #[test]
    fn an_empty_bearer_is_a_question() {
        for line in ["Bearer", "Bearer ", "bearer   "] {
            assert_eq!(authorized(line), Credential::Probe, "{line}");
        }
        let both = Brought { authorization: vec![b"Bearer"], header: vec![b"dlk_abc"], ..Brought::default() };
        assert_eq!(both.credential().unwrap(), key("dlk_abc"));
    }

    #[test]
    fn what_is_not_understood_is_not_taken_for_nothing() {
        let long = format!("Bearer {}", "a".repeat(LARGEST));
        for line in
            ["", "dlk_abc", "Digest a", "Basic", "Basic ????", "Basic YWJj", "Basic /////w==", "Basic OoD/", &long]
        {
            assert!(matches!(authorized(line), Credential::Unusable(_)), "{line}");
        }
        let octets = Brought { authorization: vec![b"Bearer \xff"], ..Brought::default() };
        assert!(matches!(octets.credential().unwrap(), Credential::Unusable(_)));
        let octets = Brought { header: vec![b"\xff"], ..Brought::default() };
        assert!(matches!(octets.credential().unwrap(), Credential::Unusable(_)));
    }

    #[test]
    fn several_must_be_the_same() {
        let brought = |authorization: &'static str, header: &'static str| Brought {
            authorization: vec![authorization.as_bytes()],
            header: vec![header.as_bytes()],
            ..Brought::default()
        };
        assert_eq!(brought("Bearer dlk_a", "dlk_a").credential().unwrap(), key("dlk_a"));
        assert_eq!(brought("Basic OmRsa19hYmM=", "dlk_abc").credential().unwrap(), key("dlk_abc"));
        for different in ["Bearer dlk_b", "Bearer a.b.c", "Digest x", "Basic Og=="] {
            let error = brought(different, "dlk_a").credential().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidValue);
            assert!(!error.to_string().contains("dlk_"), "{error}");
        }
        let twice = Brought { authorization: vec![b"Bearer a.b.c", b"Bearer a.b.d"], ..Brought::default() };
        assert!(twice.credential().is_err());
    }

    #[test]
    fn configured_names_mean_nothing_else() {
        for right in ["X-API-Key", "Ocp-Apim-Subscription-Key", "key_1"] {
            assert!(check_header(right).is_ok(), "{right}");
        }
        for wrong in ["", "X Key", "X:Key", "authorization", "Prefer", "Schlüssel", &"x".repeat(65)] {
            assert!(check_header(wrong).is_err(), "{wrong}");
        }
        for right in ["apikey", "subscription-key", "code", "api_key", "a.b"] {
            assert!(check_parameter(right).is_ok(), "{right}");
        }
        for wrong in
            ["", "$key", "@key", "select", "$filter", "Top", "deltatoken", "a b", "a=b", "a&b", "%61", &"x".repeat(65)]
        {
            assert!(check_parameter(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn nothing_of_it_is_shown() {
        assert_eq!(format!("{:?} {:?}", key("dlk_secret"), authorized("Bearer a.b.secret")), "Key(***) Token(***)");
    }
}
