//! The first page's target -> all pages, by following their links. Nothing is kept but counts, and the beginning and the end of a page.
//!
//! Rows are counted by their opening braces, which no text of the benchmark's rows has. So a page of N rows counts as N
//! objects and as many more as its server puts around rows.

use crate::answer::find;
use crate::connection::Connection;
use crate::url::resolve;

/// How much of a page's end is searched for its link, and of its beginning: CAP's stand there.
const END: usize = 2048;
const BEGINNING: usize = 512;
/// What stands before the link to the next page: OData's, and datasette's.
const NEXT: [&str; 2] = ["\"@odata.nextLink\":\"", "\"next_url\": \""];
const DELTA: &str = "\"@odata.deltaLink\":\"";

/// What was read.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) objects: usize,
    pub(crate) octets: usize,
    pub(crate) pages: usize,
    /// What the last page's delta link asks for.
    pub(crate) delta: Option<String>,
}

/// Reads to the last page.
pub(crate) fn read(connection: &mut Connection, target: &str, prefer: &str) -> Tally {
    read_while(connection, target, prefer, |_| true)
}

/// Reads to the last page, or until `go_on`, which is told how many octets have come, says no.
pub(crate) fn read_while(
    connection: &mut Connection,
    target: &str,
    prefer: &str,
    mut go_on: impl FnMut(usize) -> bool,
) -> Tally {
    let mut read = Tally::default();
    let mut next = Some(target.to_owned());
    while let Some(target) = next {
        let (mut beginning, mut end) = (Vec::with_capacity(BEGINNING), Vec::with_capacity(2 * END));
        let whole = connection.get(&target, prefer, |octets| {
            read.objects += count(octets, b'{');
            read.octets += octets.len();
            beginning.extend_from_slice(&octets[..octets.len().min(BEGINNING - beginning.len())]);
            append(&mut end, octets);
            go_on(octets.len())
        });
        if !whole {
            break;
        }
        read.pages += 1;
        let links = NEXT.iter().flat_map(|before| [link(&end, before), link(&beginning, before)]);
        next = links.flatten().next().map(|link| resolve(&target, &link));
        read.delta = link(&end, DELTA).map(|link| resolve(&target, &link));
    }
    read
}

/// Counted in blocks, so that the compiler compares many octets at a time.
fn count(octets: &[u8], wanted: u8) -> usize {
    let block = |block: &[u8]| block.iter().map(|&octet| u8::from(octet == wanted)).fold(0, u8::wrapping_add);
    octets.chunks(255).map(|octets| usize::from(block(octets))).sum()
}

/// Keeps the last octets.
fn append(end: &mut Vec<u8>, octets: &[u8]) {
    let new = &octets[octets.len().saturating_sub(END)..];
    end.drain(..(end.len() + new.len()).saturating_sub(END));
    end.extend_from_slice(new);
}

fn link(end: &[u8], before: &str) -> Option<String> {
    let begun = &end[find(end, before.as_bytes())? + before.len()..];
    let link = &begun[..find(begun, b"\"")?];
    Some(String::from_utf8_lossy(link).into_owned())
}
