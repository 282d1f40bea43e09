//! An element of XML -> its text.
//!
//! What a newcomer would get wrong is white space in attributes: readers fold it unless it is escaped.

/// An XML element: children or text, never both.
#[derive(Default)]
pub(super) struct Element {
    name: &'static str,
    attributes: Vec<(&'static str, String)>,
    children: Vec<Element>,
    text: String,
}

impl Element {
    pub(super) fn new(name: &'static str) -> Self {
        Self { name, ..Self::default() }
    }

    pub(super) fn saying(name: &'static str, text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::new(name) }
    }

    pub(super) fn with(mut self, attribute: &'static str, value: impl Into<String>) -> Self {
        self.attributes.push((attribute, value.into()));
        self
    }

    pub(super) fn containing(mut self, children: impl IntoIterator<Item = Element>) -> Self {
        self.children.extend(children);
        self
    }

    /// On lines of its own, indented by `depth` steps.
    pub(super) fn write(&self, depth: usize, out: &mut String) {
        let indent = "  ".repeat(depth);
        out.extend([&indent, "<", self.name]);
        for (attribute, value) in &self.attributes {
            out.extend([" ", attribute, "=\"", &escape(value), "\""]);
        }
        if self.children.is_empty() && self.text.is_empty() {
            out.push_str("/>\n");
        } else {
            out.push('>');
            self.write_content(&indent, depth, out);
            out.extend(["</", self.name, ">\n"]);
        }
    }

    fn write_content(&self, indent: &str, depth: usize, out: &mut String) {
        out.push_str(&escape(&self.text));
        if !self.children.is_empty() {
            out.push('\n');
            self.children.iter().for_each(|child| child.write(depth + 1, out));
            out.push_str(indent);
        }
    }
}

/// `text` for both attributes and content; white space is escaped because readers fold it in attributes.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\t' | '\n' | '\r' => escaped.extend(["&#", &u32::from(character).to_string(), ";"]),
            _ => escaped.push(character),
        }
    }
    escaped
}
