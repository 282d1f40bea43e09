//! A collation into the five octets that stand for it, and text into the octets of a `varchar` with that collation.

/// What a server says about the code page and the order of a column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Collation {
    /// Locale, flags and version.
    pub(crate) info: u32,
    /// The sort order of collations from before Windows had any, or 0.
    pub(crate) sort: u8,
}

const UTF8: u32 = 1 << 26;

impl Collation {
    /// `SQL_Latin1_General_CP1_CI_AS`: code page 1252.
    pub(crate) const LATIN1: Self = Self { info: 0x00D0_0409, sort: 52 };
    /// `Latin1_General_100_CI_AS_SC_UTF8`.
    pub(crate) const UTF8: Self = Self { info: 0x20D0_0409 | UTF8, sort: 0 };

    pub(super) fn octets(self) -> [u8; 5] {
        let [a, b, c, d] = self.info.to_le_bytes();
        [a, b, c, d, self.sort]
    }

    /// Text as a column with this collation stores it. For other code pages, give the octets as `Value::Bytes`.
    pub(super) fn encode(self, text: &str) -> Vec<u8> {
        if self.info & UTF8 != 0 {
            return text.as_bytes().to_vec();
        }
        assert_eq!(self, Self::LATIN1, "no other code page is known here");
        text.chars().map(windows_1252).collect()
    }
}

/// The characters of code page 1252 from 0x80 on that Latin-1 does not have there; a space stands for none.
const FROM_0X80: &str = "€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ";

fn windows_1252(character: char) -> u8 {
    let place = FROM_0X80.chars().position(|special| special == character && special != ' ');
    match place {
        Some(place) => 0x80 + u8::try_from(place).expect("32 places"),
        None => u8::try_from(character).unwrap_or_else(|_| panic!("{character} is not in code page 1252")),
    }
}
