//! What `openapi.yaml` cannot say about JSON payloads: how a body depends on the headers beside it, and on the query.

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

/// Entities hold others only where these were expanded. What is one, an entity or a property, has a tag unless it holds others;
/// what is many has none, unless these are changes.
pub(super) fn check_against_query(headers: &Headers, query: &str, raw: &[u8]) -> Result<(), String> {
    let (Some(form), Ok(body)) = (Form::of(headers), serde_json::from_slice::<Value>(raw)) else {
        return Ok(());
    };
    let expanding = asks(query, "expand");
    if !expanding && !asks(query, "skiptoken") && form.entities(&body).any(holds_others) {
        return Err("an entity holds others, but nothing was expanded".to_owned());
    }
    match (form.is_one(&body), headers.value("etag")) {
        (Some(true), None) if !expanding => Err("what is one has no ETag".to_owned()),
        (Some(true), Some(tag)) if expanding => Err(format!("the ETag {tag} is not that of what was expanded, too")),
        (Some(false), Some(tag)) if !form.is_of_changes(&body) => Err(format!("a page of entities has the ETag {tag}")),
        _ => Ok(()),
    }
}

/// Whether the query has an option, with or without `$` and in any case.
fn asks(query: &str, option: &str) -> bool {
    let names = query.split('&').filter_map(|pair| pair.split('=').next());
    names.map(|name| name.replace("%24", "$")).any(|name| name.trim_start_matches('$').eq_ignore_ascii_case(option))
}

/// Other objects than those that annotations have.
fn holds_others(entity: &Map<String, Value>) -> bool {
    entity.iter().any(|(name, value)| !name.contains('@') && (value.is_object() || value.is_array()))
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

    /// The entities of a page, or the one that the body is; of a property, nothing that matters.
    fn entities<'v>(&self, body: &'v Value) -> impl Iterator<Item = &'v Map<String, Value>> {
        let whole = match self.is_one(body) {
            Some(true) => Some(body),
            _ => None,
        };
        let items = body.get("value").and_then(Value::as_array).filter(|_| whole.is_none());
        items.into_iter().flatten().chain(whole).filter_map(Value::as_object)
    }

    /// Whether the context names one entity or one property; it is not there without metadata, and names nothing in the
    /// service document.
    fn is_one(&self, body: &Value) -> Option<bool> {
        let fragment = self.fragment(body)?;
        Some(!self.is_of_changes(body) && fragment.contains('/'))
    }

    fn is_of_changes(&self, body: &Value) -> bool {
        self.fragment(body).is_some_and(|fragment| fragment.ends_with("/$delta"))
    }

    fn fragment<'b>(&self, body: &'b Value) -> Option<&'b str> {
        Some(body.get(self.name("context"))?.as_str()?.split_once('#')?.1)
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
    fn a_tag_belongs_to_what_is_one_and_holds_no_others() {
        const ENTITY: &str = r#"{"@context":"http://h/odata/$metadata#A/$entity","Id":1}"#;
        const HOLDING: &str = r#"{"@context":"http://h/odata/$metadata#A/$entity","Id":1,"B":[]}"#;
        const PROPERTY: &str = r#"{"@context":"http://h/odata/$metadata#A(1)/N","value":1}"#;
        const PAGE: &str = r#"{"@context":"http://h/odata/$metadata#A","value":[{"Id":1}]}"#;
        let outcome = |query: &str, tag: Option<&str>, body: &str| {
            let pairs = [("OData-Version", "4.01"), ("Content-Type", "application/json;metadata=minimal")];
            let pairs = pairs.into_iter().chain(tag.map(|tag| ("ETag", tag)));
            let pairs: Vec<_> = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            check_against_query(&Headers::collect(&pairs)?, query, body.as_bytes())
        };
        for one in [ENTITY, PROPERTY] {
            outcome("", Some("W/\"1\""), one).expect("a tag");
            outcome("", None, one).expect_err("no tag");
        }
        outcome("%24Expand=B", None, HOLDING).expect("an expanded entity");
        outcome("$expand=B", Some("W/\"1\""), HOLDING).expect_err("a tag");
        outcome("$select=expand", Some("W/\"1\""), HOLDING).expect_err("nothing was expanded");
        outcome("", None, PAGE).expect("a page");
        outcome("", Some("W/\"1\""), PAGE).expect_err("a page with a tag");
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
