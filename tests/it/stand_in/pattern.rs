//! A skeleton of `sql/mssql` and a statement -> what stands in the slots, if the statement was made from the skeleton.

type Slots<'a> = Vec<(String, &'a str)>;

/// The slots of a statement that was made from `skeleton`, by name; `None` for any other statement.
pub(crate) fn slots<'a>(skeleton: &str, statement: &'a str) -> Option<Slots<'a>> {
    let (found, rest) = beginning(skeleton, statement.trim_end())?;
    rest.is_empty().then_some(found)
}

/// The slots of each of several statements, one behind the other, that were made from `skeleton`.
pub(crate) fn repeated<'a>(skeleton: &str, statements: &'a str) -> Option<Vec<Slots<'a>>> {
    let mut all = Vec::new();
    let mut rest = statements.trim();
    while !rest.is_empty() {
        let (found, left) = beginning(skeleton, rest)?;
        all.push(found);
        rest = left.trim_start();
    }
    Some(all)
}

/// The slots of the statement that `text` begins with, and what follows it.
fn beginning<'a>(skeleton: &str, text: &'a str) -> Option<(Slots<'a>, &'a str)> {
    let lines: Vec<&str> = skeleton.lines().filter(|line| !line.starts_with("--")).collect();
    let skeleton = lines.join("\n");
    let mut parts = skeleton.trim_end().split('{');
    let mut rest = text.strip_prefix(parts.next()?)?;
    let mut found = Vec::new();
    for part in parts {
        let (name, literal) = part.split_once('}')?;
        // What follows the slot ends it, unless a parenthesis is open there; the last one ends with the text.
        let end = if literal.is_empty() { rest.len() } else { end(rest, literal)? };
        found.push((name.to_owned(), &rest[..end]));
        rest = &rest[end + literal.len()..];
    }
    Some((found, rest))
}

/// Where `literal` first stands behind something whole.
fn end(text: &str, literal: &str) -> Option<usize> {
    text.match_indices(literal).map(|(at, _)| at).find(|&at| is_whole(&text[..at]))
}

/// Whether every parenthesis, name and text in it is closed.
fn is_whole(text: &str) -> bool {
    let (mut depth, mut until) = (0, None);
    for character in text.chars() {
        match (until, character) {
            (Some(end), character) if character == end => until = None,
            (None, '[') => until = Some(']'),
            (None, '\'') => until = Some('\''),
            (None, '(') => depth += 1,
            (None, ')') => depth -= 1,
            _ => {}
        }
    }
    depth == 0 && until.is_none()
}

/// The slot `name`.
#[track_caller]
pub(crate) fn slot<'a>(slots: &[(String, &'a str)], name: &str) -> &'a str {
    slots.iter().find(|(slot, _)| slot == name).unwrap_or_else(|| panic!("no slot {name} in {slots:?}")).1
}

#[test]
fn a_statement_is_told_by_its_skeleton() {
    let skeleton = "-- A comment.\nSELECT {columns} FROM {table} AS t WHERE {where}\n";
    let found = slots(skeleton, "SELECT t.[A], t.[B] FROM [dbo].[T] AS t WHERE t.[A] > @P1").unwrap();
    assert_eq!((slot(&found, "columns"), slot(&found, "where")), ("t.[A], t.[B]", "t.[A] > @P1"));
    let nested = "SELECT t.[A], (SELECT v.a FROM (VALUES (N')')) AS v(a)) FROM [dbo].[T] AS t WHERE 1 = 1";
    assert_eq!(slot(&slots(skeleton, nested).unwrap(), "table"), "[dbo].[T]");
    assert!(slots(skeleton, "SELECT 1 FROM T WHERE 1 = 1").is_none());
    assert!(slots("COMMIT;\n", "COMMIT; DROP TABLE T").is_none());
    let both = repeated("SELECT {column};\n", "SELECT a;\nSELECT b;\n").unwrap();
    assert_eq!((slot(&both[0], "column"), slot(&both[1], "column")), ("a", "b"));
    assert!(repeated("SELECT {column};\n", "SELECT a;\nCOMMIT;").is_none());
}
