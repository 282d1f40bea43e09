//! Answers to the requests of a batch, one after the other -> the body of one response.
//!
//! Nothing is collected: a part's octets leave as its sink writes them, between what the envelope puts around them. So what
//! goes wrong in the middle of a part cuts the whole response off, as it does with an answer of its own.

mod json;
mod multipart;
mod part;

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::body::{Body, CHUNK, Head};
use super::reply::{Content, Reply};
pub use part::Opener;

/// How the parts are put together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Envelope {
    /// One JSON object.
    Json,
    /// `multipart/mixed`.
    Multipart {
        /// What separates the parts; nothing that they hold.
        boundary: String,
    },
}

impl Envelope {
    /// As in `Content-Type`.
    pub fn content_type(&self) -> String {
        match self {
            Self::Json => "application/json".to_owned(),
            Self::Multipart { boundary } => format!("multipart/mixed; boundary={boundary}"),
        }
    }
}

/// The answers of one batch on their way out, for whoever writes the next one.
#[derive(Clone)]
pub struct Answers(Arc<Mutex<Writing>>);

struct Writing {
    envelope: Envelope,
    body: Box<dyn Body>,
    buffer: Vec<u8>,
    /// Parts begun so far.
    begun: usize,
    /// The status of the last part.
    status: u16,
    /// Whether its end has still to come.
    open: bool,
    /// Whether octets have left.
    sent: bool,
}

impl Answers {
    /// No answers yet.
    pub fn new(envelope: Envelope, body: Box<dyn Body>) -> Self {
        let (buffer, status) = (Vec::new(), 0);
        Self(Arc::new(Mutex::new(Writing { envelope, body, buffer, begun: 0, status, open: false, sent: false })))
    }

    fn lock(&self) -> MutexGuard<'_, Writing> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The body to which the request `id` is answered; `opener` makes its beginning.
    pub fn part(&self, id: Option<&str>, opener: Opener) -> Box<dyn Body> {
        Box::new(part::Part::new(self.clone(), id, opener))
    }

    /// Writes an answer that is there as a whole. It is kept until the next [`Self::flush`].
    pub fn whole(&self, id: Option<&str>, reply: &Reply) {
        let mut writing = self.lock();
        let content = if let Content::Whole(octets) = &reply.content { octets.as_slice() } else { &[] };
        writing.begin(id, reply, Some(content));
        writing.end(reply, content);
    }

    /// How many answers have been begun.
    pub fn begun(&self) -> usize {
        self.lock().begun
    }

    /// Whether the last answer that was begun has not come to its end.
    pub fn is_open(&self) -> bool {
        self.lock().open
    }

    /// The status of the last answer.
    pub fn status(&self) -> u16 {
        self.lock().status
    }

    /// Whether there is so much that it should leave.
    pub fn is_full(&self) -> bool {
        self.lock().buffer.len() >= CHUNK
    }

    /// Sends what is there, if it is enough. May wait for the reader, and answers `Break` once it has left.
    pub fn flush(&self) -> ControlFlow<()> {
        self.lock().flush()
    }

    /// Writes the end. May wait for the reader.
    pub fn finish(&self) {
        let mut writing = self.lock();
        let Writing { envelope, buffer, begun, .. } = &mut *writing;
        match envelope {
            Envelope::Json => json::finish(buffer, *begun),
            Envelope::Multipart { boundary } => multipart::finish(buffer, boundary),
        }
        let rest = std::mem::take(buffer);
        writing.announce();
        // Whoever has left misses nothing.
        let _ = writing.body.last(rest);
    }
}

impl Writing {
    /// Writes what stands before the content of an answer. The length is told where it is known.
    fn begin(&mut self, id: Option<&str>, reply: &Reply, content: Option<&[u8]>) {
        let first = self.begun == 0;
        self.begun += 1;
        (self.status, self.open) = (reply.status, true);
        match &self.envelope {
            Envelope::Json => json::begin(&mut self.buffer, first, id, reply),
            Envelope::Multipart { boundary } => {
                multipart::begin(&mut self.buffer, boundary, id, reply, content.map(<[u8]>::len));
            }
        }
    }

    /// Whether the content of an answer may be written piece by piece.
    fn streams(&self, reply: &Reply) -> bool {
        matches!(self.envelope, Envelope::Multipart { .. }) || json::is_json(reply)
    }

    fn content(&mut self, octets: &[u8]) -> ControlFlow<()> {
        self.buffer.extend_from_slice(octets);
        self.flush()
    }

    /// Writes the last piece of the content, and what stands behind it.
    fn end(&mut self, reply: &Reply, content: &[u8]) {
        match &self.envelope {
            Envelope::Json => json::end(&mut self.buffer, reply, content),
            Envelope::Multipart { .. } => multipart::end(&mut self.buffer, content),
        }
        self.open = false;
    }

    fn flush(&mut self) -> ControlFlow<()> {
        if self.buffer.len() < CHUNK {
            return ControlFlow::Continue(());
        }
        self.announce();
        let full = std::mem::take(&mut self.buffer);
        self.body.chunk(full)
    }

    /// The response's own beginning says nothing of its parts.
    fn announce(&mut self) {
        if !std::mem::replace(&mut self.sent, true) {
            let _ = self.body.head(Head::default());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What has left.
    #[derive(Clone, Default)]
    struct Gone(Arc<Mutex<Vec<u8>>>);

    impl Body for Gone {
        fn head(&mut self, _: Head) -> ControlFlow<()> {
            assert!(self.0.lock().unwrap().is_empty());
            ControlFlow::Continue(())
        }

        fn chunk(&mut self, octets: Vec<u8>) -> ControlFlow<()> {
            self.0.lock().unwrap().extend(octets);
            ControlFlow::Continue(())
        }

        fn last(&mut self, octets: Vec<u8>) -> ControlFlow<()> {
            self.chunk(octets)
        }
    }

    impl Gone {
        fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    fn reply(status: u16, content_type: &str, content: Content) -> Reply {
        Reply { status, headers: vec![("Content-Type", content_type.to_owned())], content }
    }

    fn answers(envelope: Envelope) -> (Answers, Gone) {
        let gone = Gone::default();
        (Answers::new(envelope, Box::new(gone.clone())), gone)
    }

    fn opener(content_type: &'static str, content: Content) -> Opener {
        Box::new(move |_| reply(200, content_type, content))
    }

    fn multipart() -> Envelope {
        Envelope::Multipart { boundary: "b".to_owned() }
    }

    #[test]
    fn json_holds_json_as_it_is_and_the_rest_as_strings() {
        let (answers, gone) = answers(Envelope::Json);
        let mut part = answers.part(Some("1"), opener("application/json;metadata=minimal", Content::Follows));
        let _ = part.chunk(b"{\"value\":".to_vec());
        assert!(answers.is_open());
        let _ = part.last(b"[1]}".to_vec());
        assert!(!answers.is_open());
        let mut part = answers.part(Some("\"2"), opener("text/plain", Content::Follows));
        let _ = part.chunk(b"it's \"".to_vec());
        let _ = part.last(b"x\"".to_vec());
        let _ = answers.part(None, opener("application/octet-stream", Content::Follows)).last(vec![255, 254]);
        let _ = answers.part(None, opener("text/plain", Content::Nothing)).last(b"unwanted".to_vec());
        answers.whole(Some("3"), &reply(404, "application/json", Content::Whole(b"{\"error\":{}}".to_vec())));
        assert_eq!((answers.begun(), answers.status()), (5, 404));
        answers.finish();
        let expected = concat!(
            "{\"responses\":[",
            "{\"id\":\"1\",\"status\":200,\"headers\":{\"content-type\":\"application/json;metadata=minimal\"},\"body\":{\"value\":[1]}},",
            "{\"id\":\"\\\"2\",\"status\":200,\"headers\":{\"content-type\":\"text/plain\"},\"body\":\"it's \\\"x\\\"\"},",
            "{\"status\":200,\"headers\":{\"content-type\":\"application/octet-stream\"},\"body\":\"__4\"},",
            "{\"status\":200,\"headers\":{\"content-type\":\"text/plain\"}},",
            "{\"id\":\"3\",\"status\":404,\"headers\":{\"content-type\":\"application/json\"},\"body\":{\"error\":{}}}",
            "]}"
        );
        assert_eq!(gone.text(), expected);
    }

    #[test]
    fn no_answers_are_an_empty_list() {
        for (envelope, expected) in [(Envelope::Json, "{\"responses\":[]}"), (multipart(), "--b--\r\n")] {
            let (answers, gone) = answers(envelope);
            answers.finish();
            assert_eq!(gone.text(), expected);
        }
    }

    #[test]
    fn parts_have_their_lines_and_a_length_where_it_is_known() {
        let (answers, gone) = answers(multipart());
        let _ = answers.part(Some("1"), opener("text/plain", Content::Follows)).last(b"three".to_vec());
        let mut part = answers.part(None, opener("text/plain", Content::Follows));
        let _ = part.chunk(b"two".to_vec());
        let _ = part.last(b"".to_vec());
        answers.finish();
        let head = "--b\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n";
        let reply = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n";
        let expected = format!(
            "{head}Content-ID: 1\r\n\r\n{reply}Content-Length: 5\r\n\r\nthree\r\n{head}\r\n{reply}\r\ntwo\r\n--b--\r\n"
        );
        assert_eq!(gone.text(), expected);
    }

    #[test]
    fn octets_leave_before_their_part_ends() {
        let (answers, gone) = answers(Envelope::Json);
        let mut part = answers.part(None, opener("application/json", Content::Follows));
        let _ = part.chunk(vec![b' '; CHUNK]);
        assert!(gone.text().len() > CHUNK && answers.is_open());
    }
}
