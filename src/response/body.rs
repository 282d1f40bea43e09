//! The way out: a writer's octets -> chunks of about 64 KiB -> whoever sends them.

use std::ops::ControlFlow;

use crate::version::Window;

pub(super) const CHUNK: usize = 64 * 1024;

/// Takes finished parts of an answer. Each call may wait for the reader, and answers `Break` once it has left.
pub trait Body: Send {
    /// The first part: what the status line and headers need.
    fn head(&mut self, head: Head) -> ControlFlow<()>;

    /// Some octets; more follow.
    fn chunk(&mut self, octets: Vec<u8>) -> ControlFlow<()>;

    /// The last octets: only now is the answer whole.
    fn last(&mut self, octets: Vec<u8>) -> ControlFlow<()>;

    /// Whether the reader is known to have left. Asked between parts, where it takes long to make the next one.
    fn left(&self) -> bool {
        false
    }
}

/// What is known before the first octet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// The entity tag of a single entity.
    pub etag: Option<String>,
    /// Whether the answer has no content: a null property.
    pub no_content: bool,
    /// Where the table's history stood, of an answer that depends on it.
    pub window: Option<Window>,
    /// The content coding of the octets that follow.
    pub coding: Option<&'static str>,
}

/// Collects octets into chunks.
pub(super) struct Chunks {
    body: Box<dyn Body>,
    buffer: Vec<u8>,
}

impl Chunks {
    pub(super) fn new(body: Box<dyn Body>) -> Self {
        Self { body, buffer: Vec::new() }
    }

    pub(super) fn head(&mut self, head: Head) {
        // A reader that has left is noticed at the next chunk.
        let _ = self.body.head(head);
    }

    pub(super) fn buffer(&mut self) -> &mut Vec<u8> {
        &mut self.buffer
    }

    /// Sends the buffer if it is full.
    pub(super) fn flush(&mut self) -> ControlFlow<()> {
        if self.buffer.len() < CHUNK {
            return ControlFlow::Continue(());
        }
        let full = std::mem::replace(&mut self.buffer, Vec::with_capacity(CHUNK + CHUNK / 8));
        self.body.chunk(full)
    }

    pub(super) fn left(&self) -> bool {
        self.body.left()
    }

    pub(super) fn finish(&mut self) {
        let _ = self.body.last(std::mem::take(&mut self.buffer));
    }
}
