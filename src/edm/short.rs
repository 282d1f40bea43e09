//! Short text on the stack: what dates, moments, GUIDs and decimals are written as, without an allocation for each cell.

use std::fmt;

/// A short ASCII text that lives on the stack.
#[derive(Clone, Copy)]
pub struct Short {
    bytes: [u8; Self::CAPACITY],
    length: u8,
}

impl Short {
    /// Enough for the longest moment, a GUID, and a decimal of 38 digits with sign and point.
    const CAPACITY: usize = 46;

    pub(super) const fn new() -> Self {
        Self { bytes: [0; Self::CAPACITY], length: 0 }
    }

    pub(super) fn from_parts(parts: &[&str]) -> Option<Self> {
        let mut short = Self::new();
        parts.iter().try_for_each(|part| short.push(part)).map(|()| short)
    }

    pub(super) fn display(text: fmt::Arguments<'_>) -> Option<Self> {
        let mut short = Self::new();
        fmt::write(&mut short, text).ok().map(|()| short)
    }

    /// 16 octets in network order.
    pub fn guid(octets: [u8; 16]) -> Self {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut short = Self { bytes: [b'-'; Self::CAPACITY], length: 36 };
        let mut at = 0;
        for (index, octet) in octets.into_iter().enumerate() {
            if matches!(index, 4 | 6 | 8 | 10) {
                at += 1;
            }
            short.bytes[at] = DIGITS[usize::from(octet >> 4)];
            short.bytes[at + 1] = DIGITS[usize::from(octet & 15)];
            at += 2;
        }
        short
    }

    pub(super) fn push(&mut self, text: &str) -> Option<()> {
        self.room(text.len())?.copy_from_slice(text.as_bytes());
        Some(())
    }

    /// Appends `number` in exactly so many digits.
    pub(super) fn push_digits(&mut self, mut number: u64, digits: usize) -> Option<()> {
        for digit in self.room(digits)?.iter_mut().rev() {
            *digit = b'0' + u8::try_from(number % 10).unwrap_or_default();
            number /= 10;
        }
        Some(())
    }

    /// Takes away the zeros at the end.
    pub(super) fn trim_zeros(&mut self) {
        while self.as_bytes().ends_with(b"0") {
            self.length -= 1;
        }
    }

    /// The next octets, which become part of the text.
    fn room(&mut self, length: usize) -> Option<&mut [u8]> {
        let start = usize::from(self.length);
        let room = self.bytes.get_mut(start..start + length)?;
        self.length += u8::try_from(length).ok()?;
        Some(room)
    }

    pub(super) fn without_trailing_zeros(mut self) -> Self {
        if self.as_str().contains('.') {
            let trimmed = self.as_str().trim_end_matches('0').trim_end_matches('.').len();
            self.length = u8::try_from(trimmed).unwrap_or(self.length);
        }
        self
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        // Only digits and whole `str`s are ever put in, so this cannot fail.
        std::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    /// The text's octets.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }
}

impl PartialEq for Short {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl fmt::Write for Short {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.push(text).ok_or(fmt::Error)
    }
}

impl fmt::Debug for Short {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.as_str())
    }
}
