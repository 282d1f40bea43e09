//! What `openapi.yaml` cannot say about JSON payloads: how a body depends on the headers beside it.

use serde_json::{Map, Value};

use super::headers::Headers;

/// 4.0 names the metadata parameter with a prefix, 4.01 without.
pub(super) fn check_content_type(headers: &Headers) -> Result<(), String> {
    let Some(form) = Form::of(headers) else {
        return Ok(());
    };
    if form.prefixed == form.content_type.contains(";odata.metadata=") {
        return Ok(());
    }
    Err(format!("the content type {} is not that of the OData-Version", form.content_type))
}

/// The names of control information follow the version, the context comes first, and counts are strings where
/// numbers are.
pub(super) fn check_body(headers: &Headers, body: &Value, raw: &[u8]) -> Result<(), String> {
    match Form::of(headers) {
        Some(form) => {
            form.check_names(body)?;
            form.check_first_name(raw)?;
            form.check_count(body)
        }
        None => Ok(()),
    }
}

/// The form that the headers announce.
struct Form<'a> {
    content_type: &'a str,
    /// `@odata.nextLink`, as in 4.0, rather than `@nextLink`
    prefixed: bool,
}

impl<'a> Form<'a> {
    /// None where there is no payload, as with errors.
    fn of(headers: &Headers<'a>) -> Option<Self> {
        let content_type = headers.value("content-type")?;
        let prefixed = headers.value("odata-version")? == "4.0";
        content_type.contains("metadata=").then_some(Self { content_type, prefixed })
    }

    fn check_names(&self, value: &Value) -> Result<(), String> {
        match value {
            Value::Array(items) => items.iter().try_for_each(|item| self.check_names(item)),
            Value::Object(members) => self.check_member_names(members),
            _ => Ok(()),
        }
    }

    fn check_member_names(&self, members: &Map<String, Value>) -> Result<(), String> {
        for (name, member) in members {
            if !self.is_name(name) {
                return Err(format!("the name {name} is not that of the OData-Version"));
            }
            self.check_names(member)?;
        }
        Ok(())
    }

    /// Annotations with a namespace, such as `@Core.ValueException`, are the same in all versions.
    fn is_name(&self, name: &str) -> bool {
        let Some((_, term)) = name.split_once('@') else {
            return true;
        };
        if self.prefixed { term.contains('.') } else { !term.starts_with("odata.") }
    }

    fn check_first_name(&self, raw: &[u8]) -> Result<(), String> {
        if self.content_type.contains("metadata=none") {
            return Ok(());
        }
        let context = format!("\"{}\"", self.name("context"));
        let inside = raw.trim_ascii_start().strip_prefix(b"{").unwrap_or_default();
        if inside.trim_ascii_start().starts_with(context.as_bytes()) {
            return Ok(());
        }
        Err(format!("{context} is not the first name in the body"))
    }

    fn check_count(&self, body: &Value) -> Result<(), String> {
        let as_text = self.content_type.contains("IEEE754Compatible=true");
        match body.get(self.name("count")) {
            Some(count) if count.is_string() != as_text => {
                Err(format!("the count {count} is not written as the content type says"))
            }
            _ => Ok(()),
        }
    }

    fn name(&self, term: &str) -> String {
        let prefix = if self.prefixed { "@odata." } else { "@" };
        format!("{prefix}{term}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(version: &str, content_type: &str, body: &str) -> Result<(), String> {
        let pairs = [("OData-Version", version), ("Content-Type", content_type)];
        let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let headers = Headers::collect(&pairs)?;
        check_content_type(&headers)?;
        let value = serde_json::from_str(body).expect("JSON");
        check_body(&headers, &value, body.as_bytes())
    }

    #[test]
    fn the_metadata_parameter_follows_the_version() {
        check("4.0", "application/json;odata.metadata=none", "{}").expect("prefixed in 4.0");
        check("4.01", "application/json;metadata=none", "{}").expect("bare in 4.01");
        check("4.0", "application/json;metadata=none", "{}").expect_err("bare in 4.0");
        check("4.01", "application/json;odata.metadata=none", "{}").expect_err("prefixed in 4.01");
    }

    #[test]
    fn names_follow_the_version() {
        const V40: &str = "application/json;odata.metadata=minimal";
        const V401: &str = "application/json;metadata=minimal";
        let body40 = r#"{"@odata.context":"c","value":[{"A@Core.ValueException":{"value":"x"},"A":null}]}"#;
        let body401 = body40.replace("odata.", "");
        check("4.0", V40, body40).expect("the names of 4.0");
        check("4.01", V401, &body401).expect("the names of 4.01");
        check("4.0", V40, &body401).expect_err("other names in 4.0");
        check("4.01", V401, body40).expect_err("other names in 4.01");
    }

    #[test]
    fn the_context_comes_first() {
        const TYPE: &str = "application/json;odata.metadata=full";
        check("4.0", TYPE, r#"{"value":[],"@odata.context":"c"}"#).expect_err("last");
        check("4.0", TYPE, r#" { "@odata.context":"c","value":[]}"#).expect("first");
    }

    #[test]
    fn a_count_is_a_string_where_numbers_are() {
        const TYPE: &str = "application/json;odata.metadata=none";
        const TEXT: &str = "application/json;odata.metadata=none;IEEE754Compatible=true";
        check("4.0", TYPE, r#"{"@odata.count":1}"#).expect("a number");
        check("4.0", TEXT, r#"{"@odata.count":"1"}"#).expect("a string");
        check("4.0", TEXT, r#"{"@odata.count":1}"#).expect_err("a number");
    }
}
