//! The octets of a token: writing its parts, and reading them back without trusting them.

use super::{Anchor, ChangePosition, Mark};
use crate::edm::Value;
use crate::version::{ChangeVersion, HistoryMark, Incarnation, Witness};

mod tag {
    pub(super) const NULL: u8 = 0;
    pub(super) const INTEGER: u8 = 1;
    pub(super) const REAL: u8 = 2;
    pub(super) const TEXT: u8 = 3;
    pub(super) const BYTES: u8 = 4;
    pub(super) const ILL_FORMED: u8 = 5;
}

pub(super) struct Writer(Vec<u8>);

impl Writer {
    pub(super) fn new(format: u8, key_id: [u8; 2]) -> Self {
        Self(vec![format, key_id[0], key_id[1]])
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.0
    }

    pub(super) fn byte(&mut self, byte: u8) {
        self.0.push(byte);
    }

    pub(super) fn fixed(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    /// LEB128: seven bits an octet, least significant first.
    pub(super) fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.0.push((number & 0x7F) as u8 | 0x80);
            number >>= 7;
        }
        self.0.push((number & 0x7F) as u8);
    }

    pub(super) fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.fixed(bytes);
    }

    pub(super) fn anchor(&mut self, anchor: &Anchor) {
        self.fixed(&anchor.incarnation.0.to_be_bytes());
        self.number(anchor.since.0);
        self.number(anchor.witness.version.0.wrapping_sub(anchor.since.0));
        self.fixed(&anchor.witness.mark.0.to_be_bytes());
    }

    pub(super) fn mark(&mut self, mark: Mark) {
        self.fixed(&mark.principal.to_be_bytes());
        self.fixed(&mark.rights.to_be_bytes());
    }

    pub(super) fn values(&mut self, values: &[Value]) {
        self.number(values.len() as u64);
        for value in values {
            self.value(value);
        }
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::Null => self.byte(tag::NULL),
            Value::Integer(number) => {
                self.byte(tag::INTEGER);
                self.number(zigzag(*number));
            }
            Value::Real(number) => {
                self.byte(tag::REAL);
                self.fixed(&number.to_be_bytes());
            }
            Value::Text(text) => {
                self.byte(tag::TEXT);
                self.text(text);
            }
            Value::Bytes(bytes) => {
                self.byte(tag::BYTES);
                self.bytes(bytes);
            }
            Value::IllFormed(bytes) => {
                self.byte(tag::ILL_FORMED);
                self.bytes(bytes);
            }
        }
    }
}

/// Signed to unsigned, small magnitudes first.
fn zigzag(number: i64) -> u64 {
    (number.cast_unsigned() << 1) ^ (number >> 63).cast_unsigned()
}

fn unzigzag(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ -((number & 1).cast_signed())
}

/// Reads forward; every step is `None` when the octets do not hold what is asked for.
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// After the format and the key id.
    pub(super) fn new(signed: &'a [u8], format: u8) -> Option<Self> {
        match signed {
            [first, _, _, rest @ ..] if *first == format => Some(Self(rest)),
            _ => None,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        self.fixed::<1>().map(|[byte]| byte)
    }

    pub(super) fn fixed<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (bytes, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*bytes)
    }

    pub(super) fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7F);
            if bits << shift >> shift != bits {
                return None;
            }
            number |= bits << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        let (bytes, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(bytes)
    }

    pub(super) fn text(&mut self) -> Option<String> {
        self.bytes().and_then(|bytes| std::str::from_utf8(bytes).ok()).map(str::to_owned)
    }

    /// A count, and as many items. A count beyond the octets that are left fails before anything is reserved.
    pub(super) fn list<T>(&mut self, item: impl Fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let count = usize::try_from(self.number()?).ok()?;
        (count <= self.0.len()).then(|| (0..count).map(|_| item(self)).collect())?
    }

    pub(super) fn anchor(&mut self) -> Option<Anchor> {
        let incarnation = Incarnation(u32::from_be_bytes(self.fixed()?));
        let since = self.number()?;
        let version = ChangeVersion(since.checked_add(self.number()?)?);
        let mark = HistoryMark(u64::from_be_bytes(self.fixed()?));
        Some(Anchor { incarnation, since: ChangeVersion(since), witness: Witness { version, mark } })
    }

    pub(super) fn mark(&mut self) -> Option<Mark> {
        let principal = u32::from_be_bytes(self.fixed()?);
        Some(Mark { principal, rights: u64::from_be_bytes(self.fixed()?) })
    }

    pub(super) fn change_position(&mut self) -> Option<ChangePosition> {
        let upper = ChangeVersion(self.number()?);
        let version = ChangeVersion(self.number()?);
        let deleted = match self.byte()? {
            0 => false,
            1 => true,
            _ => return None,
        };
        Some(ChangePosition { upper, version, deleted, key: self.list(Self::value)? })
    }

    pub(super) fn value(&mut self) -> Option<Value> {
        match self.byte()? {
            tag::NULL => Some(Value::Null),
            tag::INTEGER => self.number().map(|number| Value::Integer(unzigzag(number))),
            tag::REAL => self.fixed().map(|bytes| Value::Real(f64::from_be_bytes(bytes))),
            tag::TEXT => self.text().map(Value::Text),
            tag::BYTES => self.bytes().map(|bytes| Value::Bytes(bytes.to_vec())),
            tag::ILL_FORMED => self.bytes().map(|bytes| Value::IllFormed(bytes.to_vec())),
            _ => None,
        }
    }
}
