//! What a sink writes -> one part of a batch: its beginning once the first octets come, its end with the last.

use std::ops::ControlFlow;

use super::Answers;
use crate::response::body::{Body, Head};
use crate::response::reply::{Content, Reply};

/// Makes the beginning of an answer from what the database says of it.
pub type Opener = Box<dyn FnOnce(&Head) -> Reply + Send>;

/// The body of one answer.
pub(super) struct Part {
    answers: Answers,
    id: Option<String>,
    head: Head,
    opener: Option<Opener>,
    /// Once the answer has begun.
    reply: Option<Reply>,
    /// Content that cannot be written piece by piece.
    kept: Vec<u8>,
}

impl Part {
    pub(super) fn new(answers: Answers, id: Option<&str>, opener: Opener) -> Self {
        let (id, opener) = (id.map(str::to_owned), Some(opener));
        Self { answers, id, head: Head::default(), opener, reply: None, kept: Vec::new() }
    }

    /// Begins the answer with its first octets, which may be `all` of it.
    fn begin(&mut self, all: Option<&[u8]>) {
        let Some(opener) = self.opener.take() else { return };
        let reply = opener(&self.head);
        let length = match &reply.content {
            Content::Follows => all,
            Content::Nothing => Some(&[][..]),
            Content::Whole(octets) => Some(octets.as_slice()),
        };
        self.answers.lock().begin(self.id.as_deref(), &reply, length);
        self.reply = Some(reply);
    }
}

impl Body for Part {
    fn head(&mut self, head: Head) -> ControlFlow<()> {
        self.head = head;
        ControlFlow::Continue(())
    }

    fn chunk(&mut self, octets: Vec<u8>) -> ControlFlow<()> {
        self.begin(None);
        let Some(reply) = self.reply.as_ref().filter(|reply| reply.content == Content::Follows) else {
            return ControlFlow::Continue(());
        };
        let mut writing = self.answers.lock();
        if writing.streams(reply) {
            return writing.content(&octets);
        }
        self.kept.extend_from_slice(&octets);
        ControlFlow::Continue(())
    }

    fn last(&mut self, octets: Vec<u8>) -> ControlFlow<()> {
        self.begin(Some(&octets));
        let Some(reply) = &self.reply else { return ControlFlow::Break(()) };
        let mut content = std::mem::take(&mut self.kept);
        match &reply.content {
            Content::Follows => content.extend_from_slice(&octets),
            Content::Nothing => {}
            Content::Whole(octets) => content.clone_from(octets),
        }
        let mut writing = self.answers.lock();
        writing.end(reply, &content);
        writing.flush()
    }

    fn left(&self) -> bool {
        self.answers.lock().body.left()
    }
}
