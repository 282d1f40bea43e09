//! Names of tables and columns as OData identifiers.
//!
//! Characters that an identifier cannot hold become `_xHHHH_`, the convention of SQL Server's `FOR XML`
//! (Microsoft: "Column names with special characters"). A name that already contains such a sequence has its
//! underscore encoded, so two names never meet in one identifier.

use std::fmt::Write;

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

/// The longest identifier that OData allows (CSDL 15.2), in characters.
pub(super) const MAX_LENGTH: usize = 128;

/// The OData identifier for a database name. May be longer than OData allows; whoever exposes it checks.
///
/// ```
/// assert_eq!(deltalink::edm::identifier("Order Details"), "Order_x0020_Details");
/// assert_eq!(deltalink::edm::identifier("2024"), "_x0032_024");
/// assert_eq!(deltalink::edm::identifier("a_x0020_b"), "a_x005F_x0020_b");
/// ```
pub fn identifier(name: &str) -> String {
    let mut encoded = String::with_capacity(name.len());
    for (at, character) in name.char_indices() {
        let allowed = if at == 0 { starts_identifier(character) } else { continues_identifier(character) };
        if allowed && !starts_escape(&name[at..]) {
            encoded.push(character);
        } else if u32::from(character) > 0xFFFF {
            let _ = write!(encoded, "_x{:08X}_", u32::from(character));
        } else {
            let _ = write!(encoded, "_x{:04X}_", u32::from(character));
        }
    }
    encoded
}

/// Whether `name` is an OData identifier as it stands.
pub fn is_identifier(name: &str) -> bool {
    let mut characters = name.chars();
    characters.next().is_some_and(starts_identifier)
        && characters.all(continues_identifier)
        && name.chars().count() <= MAX_LENGTH
}

/// `odataIdentifier` leading character: a letter, a letter number, or an underscore. Most names are of ASCII, which needs no table.
pub(crate) fn starts_identifier(character: char) -> bool {
    use GeneralCategory as C;
    if character.is_ascii() {
        return character == '_' || character.is_ascii_alphabetic();
    }
    matches!(
        character.general_category(),
        C::UppercaseLetter
            | C::LowercaseLetter
            | C::TitlecaseLetter
            | C::ModifierLetter
            | C::OtherLetter
            | C::LetterNumber
    )
}

/// Further characters: also digits, marks, connectors and format characters.
pub(crate) fn continues_identifier(character: char) -> bool {
    use GeneralCategory as C;
    if character.is_ascii() {
        return character == '_' || character.is_ascii_alphanumeric();
    }
    starts_identifier(character)
        || matches!(
            character.general_category(),
            C::DecimalNumber | C::NonspacingMark | C::SpacingMark | C::ConnectorPunctuation | C::Format
        )
}

/// Whether `rest` begins with what would read as an escape: `_xHHHH_` or `_xHHHHHHHH_`.
fn starts_escape(rest: &str) -> bool {
    let Some(digits) = rest.strip_prefix("_x") else { return false };
    let hex = digits.bytes().take_while(u8::is_ascii_hexdigit).count();
    matches!(hex, 4 | 8) && digits.as_bytes().get(hex) == Some(&b'_')
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ordinary_names_stay_as_they_are() {
        for name in ["Orders", "order_line", "_x", "Größe", "顧客", "a_xZZZZ_"] {
            assert_eq!(identifier(name), name);
        }
    }

    #[test]
    fn other_characters_become_their_code_point() {
        assert_eq!(identifier("Unit-Price $"), "Unit_x002D_Price_x0020__x0024_");
        assert_eq!(identifier("😀"), "_x0001F600_");
        assert_eq!(identifier("say \"hi\""), "say_x0020__x0022_hi_x0022_");
    }

    proptest! {
        #[test]
        fn no_two_names_meet(names in proptest::collection::vec("[a-c _x0-2-]{0,9}|_x00[24]0_|\\PC{0,6}", 1..40)) {
            let mut seen = HashMap::new();
            for name in names {
                let encoded = identifier(&name);
                prop_assert!(name.is_empty() || encoded.chars().count() > MAX_LENGTH || is_identifier(&encoded));
                let before = seen.insert(encoded, name.clone());
                prop_assert!(before.is_none_or(|before| before == name));
            }
        }
    }
}
