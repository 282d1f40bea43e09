//! The header `traceparent` of a request -> the trace that it belongs to, and the same header for the answer.
//!
//! A newcomer's trap: a header that is wrong in any way counts as none, as the standard wants it, and a new trace begins; but a version
//! that is newer than the one known here is read as far as it is known.
//!
//! Source: W3C Trace Context, sections 3.2 and 4.3.

use std::cell::Cell;
use std::fmt;
use std::hash::{BuildHasher, RandomState};

/// Digits of a trace's id, of a span's, and of the header in the version that is known.
const TRACE: usize = 32;
const SPAN: usize = 16;
const WHOLE: usize = 55;
/// The flag that says: the caller may record the trace.
const SAMPLED: u8 = 1;

/// The id of a trace; never 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceId(pub u128);

/// The id of one step of a trace; never 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpanId(pub u64);

/// Where a request stands in its trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trace {
    /// The trace.
    pub id: TraceId,
    /// The caller's step, where there is one.
    pub parent: Option<SpanId>,
    /// Our own.
    pub span: SpanId,
    /// Whether the trace may be recorded.
    pub sampled: bool,
}

impl Trace {
    /// Goes on with the trace that `header` names; begins one where it names none.
    pub fn follow(header: Option<&str>) -> Self {
        let span = SpanId(random());
        if let Some(Named { id, parent, sampled }) = header.and_then(named) {
            return Self { id, parent: Some(parent), span, sampled };
        }
        let id = TraceId(u128::from(random()) << 64 | u128::from(random()));
        Self { id, parent: None, span, sampled: true }
    }

    /// The header as the answer has it: with our own step.
    pub fn header(&self) -> String {
        let mut header = String::with_capacity(WHOLE);
        header.push_str("00-");
        push_hexadecimal(&mut header, self.id.0, TRACE);
        header.push('-');
        push_hexadecimal(&mut header, self.span.0.into(), SPAN);
        header.push('-');
        push_hexadecimal(&mut header, u128::from(self.sampled) * u128::from(SAMPLED), 2);
        header
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hexadecimal(self.0, TRACE))
    }
}

impl fmt::Display for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hexadecimal(self.0.into(), SPAN))
    }
}

fn hexadecimal(number: u128, digits: usize) -> String {
    let mut text = String::with_capacity(digits);
    push_hexadecimal(&mut text, number, digits);
    text
}

/// Ids are written for each request, and the machinery of formatting would take three times as long.
fn push_hexadecimal(text: &mut String, number: u128, digits: usize) {
    const DIGITS: [u8; 16] = *b"0123456789abcdef";
    let nibble = |digit: usize| DIGITS[(number >> (4 * digit) & 0xf) as usize];
    text.extend((0..digits).rev().map(|digit| char::from(nibble(digit))));
}

/// What a header names.
struct Named {
    id: TraceId,
    parent: SpanId,
    sampled: bool,
}

fn named(header: &str) -> Option<Named> {
    let (version, rest) = part(header, 2)?;
    let (id, rest) = part(rest, TRACE)?;
    let (parent, rest) = part(rest, SPAN)?;
    let flags = rest.get(..2).filter(|flags| is_hexadecimal(flags))?;
    let known = version == "00" && header.len() == WHOLE;
    let newer = version != "00"
        && version != "ff"
        && rest.get(2..).is_some_and(|more| more.is_empty() || more.starts_with('-'));
    if !known && !newer {
        return None;
    }
    let id = u128::from_str_radix(id, 16).ok().filter(|id| *id != 0)?;
    let parent = u64::from_str_radix(parent, 16).ok().filter(|parent| *parent != 0)?;
    let flags = u8::from_str_radix(flags, 16).ok()?;
    Some(Named { id: TraceId(id), parent: SpanId(parent), sampled: flags & SAMPLED != 0 })
}

/// The first `digits` of `text`, and what follows the hyphen behind them.
fn part(text: &str, digits: usize) -> Option<(&str, &str)> {
    let (part, rest) = text.split_at_checked(digits)?;
    Some((part, rest.strip_prefix('-')?)).filter(|(part, _)| is_hexadecimal(part))
}

fn is_hexadecimal(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

thread_local! {
    /// Each thread has keys of its own, which it was given by the system once.
    static DRAWN: (RandomState, Cell<u64>) = (RandomState::new(), Cell::new(0));
}

/// Not 0. Ids are to differ and need not be secret, and asking the system for each would cost more than the rest of a trace.
fn random() -> u64 {
    DRAWN.with(|(keys, count)| {
        count.set(count.get().wrapping_add(1));
        keys.hash_one(count.get()).max(1)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HEADER: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn a_trace_goes_on_with_a_step_of_ours() {
        let trace = Trace::follow(Some(HEADER));
        assert_eq!(trace.id.to_string(), "4bf92f3577b34da6a3ce929d0e0e4736");
        assert_eq!(trace.parent.unwrap().to_string(), "00f067aa0ba902b7");
        assert!(trace.sampled && Some(trace.span) != trace.parent);
        assert_eq!(trace.header(), format!("00-{}-{}-01", trace.id, trace.span));
        assert!(!Trace::follow(Some(&format!("{}00", &HEADER[..53]))).sampled);
    }

    #[test]
    fn a_newer_version_is_read_as_far_as_it_is_known() {
        for header in [format!("cc{}", &HEADER[2..]), format!("01{}-what-comes", &HEADER[2..])] {
            assert_eq!(Trace::follow(Some(&header)).parent, Trace::follow(Some(HEADER)).parent, "{header}");
        }
    }

    #[test]
    fn what_is_wrong_counts_as_none() {
        let zeros = |from: usize, to: usize| format!("{}{}{}", &HEADER[..from], "0".repeat(to - from), &HEADER[to..]);
        let upper = HEADER.to_uppercase();
        let (newer, longer) = (format!("01{}.x", &HEADER[2..]), format!("{HEADER}-x"));
        let invalid = format!("ff{}", &HEADER[2..]);
        for header in [
            "",
            "00",
            &HEADER[..54],
            &zeros(3, 35),
            &zeros(36, 52),
            &upper,
            &newer,
            &longer,
            &invalid,
            "00-+bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-äbf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01",
        ] {
            let trace = Trace::follow(Some(header));
            assert!(trace.parent.is_none() && trace.sampled, "{header}");
        }
    }

    #[test]
    fn no_two_are_the_same_in_any_thread() {
        let draw = || (0..1000).map(|_| random()).collect::<Vec<_>>();
        let drawn = [draw(), std::thread::spawn(draw).join().unwrap()].concat();
        let different: std::collections::HashSet<u64> = drawn.iter().copied().collect();
        assert_eq!(different.len(), drawn.len());
    }

    proptest! {
        #[test]
        fn whatever_comes_there_is_a_trace_that_others_can_go_on_with(header in ".{0,80}") {
            let trace = Trace::follow(Some(&header));
            let next = Trace::follow(Some(&trace.header()));
            prop_assert_eq!((next.id, next.parent, next.sampled), (trace.id, Some(trace.span), trace.sampled));
        }

        #[test]
        fn what_we_say_is_kept(id in 1..=u128::MAX, span in 1..=u64::MAX, sampled: bool) {
            let said = Trace { id: TraceId(id), parent: None, span: SpanId(span), sampled };
            let heard = Trace::follow(Some(&said.header()));
            prop_assert_eq!((heard.id, heard.parent, heard.sampled), (said.id, Some(said.span), sampled));
        }
    }
}
