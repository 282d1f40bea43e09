//! A name -> a quoted identifier: between two marks, the second of which is doubled where it stands in the name.

pub(super) fn quoted(open: char, name: &str, close: char) -> String {
    let mut quoted = String::with_capacity(name.len() + 2);
    quoted.push(open);
    for (number, part) in name.split(close).enumerate() {
        if number > 0 {
            quoted.extend([close, close]);
        }
        quoted.push_str(part);
    }
    quoted.push(close);
    quoted
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn only_the_closing_mark_is_doubled() {
        assert_eq!(quoted('[', "a[b]c]]", ']'), "[a[b]]c]]]]]");
        assert_eq!(quoted('"', "Größe \"1\"", '"'), "\"Größe \"\"1\"\"\"");
        assert_eq!(quoted('"', "", '"'), "\"\"");
    }
}
