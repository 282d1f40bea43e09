//! What goes before an answer: a status and headers, for a response of its own or for a part of a batch.

/// The beginning of an answer, and what follows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// Names, as HTTP writes them, and values.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub content: Content,
}

/// The body of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// What a sink writes.
    Follows,
    /// There is none, whatever a sink writes.
    Nothing,
    /// This one.
    Whole(Vec<u8>),
}

impl Reply {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}
