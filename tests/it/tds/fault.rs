//! An error or a message of the server.

/// What a server says went wrong, or only says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Fault {
    pub(crate) number: u32,
    pub(crate) state: u8,
    /// How bad it is: up to 10 for information, from 20 on the connection is lost.
    pub(crate) class: u8,
    pub(crate) message: String,
}

impl Fault {
    /// An error of the ordinary class 16.
    pub(crate) fn new(number: u32, message: &str) -> Self {
        Self { number, state: 1, class: 16, message: message.to_owned() }
    }

    pub(crate) fn state(self, state: u8) -> Self {
        Self { state, ..self }
    }

    pub(crate) fn class(self, class: u8) -> Self {
        Self { class, ..self }
    }

    /// What is said of a statement that nobody has taught the peer.
    pub(super) fn unknown(statement: &str) -> Self {
        let start: String = statement.chars().take(200).collect();
        Self::new(102, &format!("Incorrect syntax near '{start}'.")).class(15)
    }
}
