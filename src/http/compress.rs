//! The parts of an answer -> the same in the content coding that the client accepts.
//!
//! It happens where the parts are written, in the thread that reads the database: so what is kept for others is kept encoded, and a
//! reader who is slow slows this down too. A newcomer's trap: the head waits here for the first octets, since only they tell whether
//! it is worth it; and an answer that breaks off gets no end from its coding either.

use std::io;
use std::ops::ControlFlow;
use std::sync::OnceLock;

use super::encoding::{Accepted, Coding, Encoder};
use crate::response::{Body, Content, Head, Reply};

/// What is shorter leaves as it is: it fits into one packet, and the coding would take longer than it saves.
const SMALL: usize = 1024;

/// `body`, for a client that takes what `accepted` says.
pub(super) fn into<B: Body + 'static>(body: B, accepted: Accepted) -> Box<dyn Body> {
    match accepted.coding {
        Some(coding) => {
            Box::new(Compressing { body, coding, plain: accepted.plain, state: State::Waiting(Head::default()) })
        }
        None => Box::new(body),
    }
}

/// The same reply for a client that takes what `accepted` says.
pub(super) fn document(reply: Reply, accepted: Accepted) -> Reply {
    let Content::Whole(octets) = &reply.content else { return reply };
    let Some(coding) = worthwhile(accepted, octets.len()) else { return reply };
    // What cannot be encoded is still right as it is.
    match whole(coding, octets) {
        Ok(output) => coded(reply, coding, output),
        Err(_) => reply,
    }
}

/// A text that stays as it is, and each of its codings from the first time on that somebody takes it.
pub(super) struct Lasting {
    text: String,
    codings: [OnceLock<Option<Vec<u8>>>; Coding::ALL.len()],
}

impl Lasting {
    pub(super) fn new(text: String) -> Self {
        Self { text, codings: [const { OnceLock::new() }; Coding::ALL.len()] }
    }

    /// `reply` with this text, for a client that takes what `accepted` says.
    pub(super) fn in_reply(&self, reply: Reply, accepted: Accepted) -> Reply {
        let coding = worthwhile(accepted, self.text.len());
        match coding.and_then(|coding| Some((coding, self.coded(coding)?))) {
            Some((coding, octets)) => coded(reply, coding, octets.to_vec()),
            None => Reply { content: Content::Whole(self.text.as_bytes().to_vec()), ..reply },
        }
    }

    fn coded(&self, coding: Coding) -> Option<&[u8]> {
        let place = Coding::ALL.iter().position(|one| *one == coding)?;
        self.codings.get(place)?.get_or_init(|| whole(coding, self.text.as_bytes()).ok()).as_deref()
    }
}

/// The coding for so many octets, if they are worth one.
fn worthwhile(accepted: Accepted, octets: usize) -> Option<Coding> {
    accepted.coding.filter(|_| !accepted.plain || octets >= SMALL)
}

fn coded(mut reply: Reply, coding: Coding, octets: Vec<u8>) -> Reply {
    reply.headers.push(("Content-Encoding", coding.name().to_owned()));
    Reply { content: Content::Whole(octets), ..reply }
}

fn whole(coding: Coding, octets: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = Encoder::new(coding)?;
    let mut output = encoder.encode(octets)?;
    output.extend(encoder.finish()?);
    Ok(output)
}

struct Compressing<B> {
    body: B,
    coding: Coding,
    /// Whether the client takes octets as they are, too.
    plain: bool,
    state: State,
}

enum State {
    /// Nothing has come but the head.
    Waiting(Head),
    Encoding(Encoder),
    /// The answer has no content, or cannot go on.
    Over,
}

impl<B: Body> Compressing<B> {
    /// The encoder; begun, and told of in the head, with the first octets.
    fn encoder(&mut self) -> io::Result<Encoder> {
        match std::mem::replace(&mut self.state, State::Over) {
            State::Encoding(encoder) => Ok(encoder),
            State::Waiting(head) => {
                let encoder = Encoder::new(self.coding)?;
                // A reader that has left is noticed at the next chunk.
                let _ = self.body.head(Head { coding: Some(self.coding.name()), ..head });
                Ok(encoder)
            }
            State::Over => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    fn encode(&mut self, octets: &[u8]) -> io::Result<Vec<u8>> {
        let mut encoder = self.encoder()?;
        let output = encoder.encode(octets)?;
        self.state = State::Encoding(encoder);
        Ok(output)
    }

    fn finish(&mut self, octets: &[u8]) -> io::Result<Vec<u8>> {
        let mut encoder = self.encoder()?;
        let mut output = encoder.encode(octets)?;
        output.extend(encoder.finish()?);
        Ok(output)
    }
}

impl<B: Body> Body for Compressing<B> {
    fn head(&mut self, head: Head) -> ControlFlow<()> {
        self.state = State::Waiting(head);
        ControlFlow::Continue(())
    }

    fn chunk(&mut self, octets: Vec<u8>) -> ControlFlow<()> {
        match self.encode(&octets) {
            Ok(output) if output.is_empty() => ControlFlow::Continue(()),
            Ok(output) => self.body.chunk(output),
            // Without its last part, the answer is cut off.
            Err(_) => ControlFlow::Break(()),
        }
    }

    fn last(&mut self, octets: Vec<u8>) -> ControlFlow<()> {
        match &self.state {
            State::Waiting(head) if head.no_content || (self.plain && octets.len() < SMALL) => {
                let _ = self.body.head(head.clone());
                self.state = State::Over;
                self.body.last(octets)
            }
            _ => match self.finish(&octets) {
                Ok(output) => self.body.last(output),
                Err(_) => ControlFlow::Break(()),
            },
        }
    }

    fn left(&self) -> bool {
        self.body.left()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    /// What a body was given.
    #[derive(Clone, Default)]
    struct Given(Arc<Mutex<Parts>>);

    /// Heads, octets, and whether they have ended.
    type Parts = (Vec<Head>, Vec<u8>, bool);

    impl Body for Given {
        fn head(&mut self, head: Head) -> ControlFlow<()> {
            self.0.lock().unwrap().0.push(head);
            ControlFlow::Continue(())
        }

        fn chunk(&mut self, octets: Vec<u8>) -> ControlFlow<()> {
            assert!(!octets.is_empty() && !self.0.lock().unwrap().0.is_empty());
            self.0.lock().unwrap().1.extend(octets);
            ControlFlow::Continue(())
        }

        fn last(&mut self, octets: Vec<u8>) -> ControlFlow<()> {
            let mut given = self.0.lock().unwrap();
            assert!(!given.0.is_empty());
            given.1.extend(octets);
            given.2 = true;
            ControlFlow::Continue(())
        }
    }

    /// The coding that was told, the octets, and whether they have ended.
    fn given(accepted: Accepted, act: impl FnOnce(&mut dyn Body)) -> (Option<&'static str>, Vec<u8>, bool) {
        let given = Given::default();
        act(&mut *into(given.clone(), accepted));
        let (heads, octets, ended) = given.0.lock().unwrap().clone();
        assert!(heads.len() <= 1, "{heads:?}");
        (heads.first().and_then(|head| head.coding), octets, ended)
    }

    const ZSTD: Accepted = Accepted { coding: Some(Coding::Zstd), plain: true };

    fn answer(body: &mut dyn Body, last: Vec<u8>) {
        let _ = body.head(Head::default());
        let _ = body.last(last);
    }

    #[test]
    fn what_is_small_leaves_as_it_is_unless_that_is_refused() {
        let small = vec![b'x'; SMALL - 1];
        assert_eq!(given(ZSTD, |body| answer(body, small.clone())), (None, small.clone(), true));
        let coded = given(Accepted { plain: false, ..ZSTD }, |body| answer(body, small));
        assert_eq!((coded.0, coded.1.len() < 100), (Some("zstd"), true));
        let coded = given(ZSTD, |body| answer(body, vec![b'x'; SMALL]));
        assert_eq!((coded.0, coded.1.len() < 100), (Some("zstd"), true));
    }

    #[test]
    fn what_lasts_is_encoded_once_for_each_coding() {
        let text = "said again and again; ".repeat(100);
        let lasting = Lasting::new(text.clone());
        for coding in Coding::ALL {
            let (first, second) = (lasting.coded(coding).unwrap(), lasting.coded(coding).unwrap());
            assert!(std::ptr::eq(first, second) && first.len() < 200, "{coding:?}");
        }
        assert_eq!(zstd::decode_all(lasting.coded(Coding::Zstd).unwrap()).unwrap(), text.as_bytes());
    }

    #[test]
    fn no_content_stays_none() {
        let nothing = given(Accepted { plain: false, ..ZSTD }, |body| {
            let _ = body.head(Head { no_content: true, ..Head::default() });
            let _ = body.last(Vec::new());
        });
        assert_eq!(nothing, (None, Vec::new(), true));
    }

    #[test]
    fn what_breaks_off_has_no_end() {
        let broken = given(ZSTD, |body| {
            let _ = body.head(Head::default());
            for number in 0..100_000_u32 {
                let _ = body.chunk(number.wrapping_mul(0x9E37_79B9).to_be_bytes().to_vec());
            }
        });
        assert_eq!((broken.0, broken.1.is_empty(), broken.2), (Some("zstd"), false, false));
        zstd::decode_all(broken.1.as_slice()).expect_err("half a frame is none");
    }
}
