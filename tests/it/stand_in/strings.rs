//! Functions of text, counted in units of UTF-16 and from 1. Case counts: the stand-in's collation compares units.

/// Where `part` first stands in `text`; 0 where it does not.
pub(super) fn place(part: &str, text: &str) -> i64 {
    match text.find(part) {
        Some(at) if !part.is_empty() => i64::try_from(text[..at].encode_utf16().count()).unwrap() + 1,
        _ => 0,
    }
}

/// `length` units from `start` on; places before the text count.
pub(super) fn part(text: &str, start: i64, length: i64) -> String {
    let end = start.saturating_add(length);
    let units: Vec<u16> =
        text.encode_utf16().zip(1_i64..).filter(|(_, at)| (start..end).contains(at)).map(|(unit, _)| unit).collect();
    String::from_utf16_lossy(&units)
}

/// Unit by unit.
pub(super) fn reversed(text: &str) -> String {
    let mut units: Vec<u16> = text.encode_utf16().collect();
    units.reverse();
    // The halves of a character are in the wrong order, and are as many as before.
    String::from_utf16_lossy(&units)
}

/// `PATINDEX` of a pattern between `%`.
pub(super) fn place_of_pattern(pattern: &str, text: &str) -> i64 {
    let beginning = pattern.strip_prefix('%').unwrap_or(pattern);
    let found = text.char_indices().find(|(at, _)| is_like(&text[*at..], beginning, None));
    found.map_or(0, |(at, _)| i64::try_from(text[..at].encode_utf16().count()).unwrap() + 1)
}

pub(super) fn replaced(text: &str, from: &str, to: &str) -> String {
    if from.is_empty() { text.to_owned() } else { text.replace(from, to) }
}

/// What a pattern is made of.
enum Piece {
    Any,
    Class { characters: Vec<char>, not: bool },
    One,
    Self_(char),
}

/// `LIKE`. Where `%` has to be tried again, only the last one has.
pub(super) fn is_like(text: &str, pattern: &str, escape: Option<char>) -> bool {
    let text: Vec<char> = text.chars().collect();
    let pieces = pieces(pattern, escape);
    let (mut at, mut piece, mut again) = (0, 0, None);
    while at < text.len() {
        if matches!(pieces.get(piece), Some(Piece::Any)) {
            again = Some((piece, at));
            piece += 1;
        } else if pieces.get(piece).is_some_and(|piece| piece.takes(text[at])) {
            at += 1;
            piece += 1;
        } else if let Some((any, from)) = again {
            again = Some((any, from + 1));
            piece = any + 1;
            at = from + 1;
        } else {
            return false;
        }
    }
    pieces[piece..].iter().all(|piece| matches!(piece, Piece::Any))
}

fn pieces(pattern: &str, escape: Option<char>) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        pieces.push(match character {
            escaped if Some(escaped) == escape => Piece::Self_(characters.next().unwrap_or(escaped)),
            '%' => Piece::Any,
            '_' => Piece::One,
            '[' => {
                let inside: Vec<char> = characters.by_ref().take_while(|inside| *inside != ']').collect();
                let not = inside.first() == Some(&'^');
                Piece::Class { characters: inside[usize::from(not)..].to_vec(), not }
            }
            plain => Piece::Self_(plain),
        });
    }
    pieces
}

impl Piece {
    fn takes(&self, character: char) -> bool {
        match self {
            Self::Any => false,
            Self::Class { characters, not } => characters.contains(&character) != *not,
            Self::One => true,
            Self::Self_(itself) => *itself == character,
        }
    }
}

#[test]
fn patterns_find_what_they_say() {
    for (text, pattern, expected) in [
        ("abc", "a%", true),
        ("abc", "%c", true),
        ("abc", "%b%", true),
        ("abab", "%ab", true),
        ("abc", "a_c", true),
        ("abc", "ABC", false),
        ("a[b", "a[b]", false),
        ("ab", "a[^c]", true),
        ("a[b", "%\\[%", true),
        ("100%", "100\\%", true),
        ("100x", "100\\%", false),
        ("", "%", true),
        ("", "_", false),
    ] {
        assert_eq!(is_like(text, pattern, Some('\\')), expected, "{text} like {pattern}");
    }
    assert_eq!(
        (place_of_pattern("%[^ab]%", "ab🦀c"), place_of_pattern("%[^a]%", "aa"), reversed("ab")),
        (3, 0, "ba".into())
    );
    assert_eq!(
        (place("", "abc"), place("c", "🦀c"), part("abc", 0, 2), part("abc", 2, i64::MAX)),
        (0, 3, "a".into(), "bc".into())
    );
}
