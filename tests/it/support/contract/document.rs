//! `openapi.yaml` as a table: path and method to operation, status to response, with every schema compiled.

use std::collections::BTreeMap;

use serde_json::Value;

use super::schemas::{Schema, Schemas};
use super::template::Template;

const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// All that the document describes.
pub(super) struct Document {
    paths: Vec<PathItem>,
    method_not_allowed: Response,
}

struct PathItem {
    template: Template,
    /// By method, in lower case.
    operations: BTreeMap<String, Operation>,
}

/// A method of a path.
pub(super) struct Operation {
    id: String,
    responses: BTreeMap<u16, Response>,
}

/// What a status comes with.
pub(super) struct Response {
    /// By name, in lower case.
    pub(super) headers: BTreeMap<String, Header>,
    /// By media type, without parameters; empty where there is no body.
    pub(super) content: BTreeMap<String, Media>,
    /// `x-defect`
    pub(super) defect: bool,
}

/// A header of a response.
pub(super) struct Header {
    pub(super) required: bool,
    integer: bool,
    schema: Schema,
}

/// A content type of a response.
pub(super) struct Media {
    json: bool,
    /// `x-content-type`, the media type with its parameters
    content_type: Option<Schema>,
    pub(super) schema: Option<Schema>,
}

impl Document {
    pub(super) fn load(schemas: &Schemas) -> Self {
        let root = Node::root(schemas);
        let paths = root.child("paths").expect("paths");
        let components = root.child("components").expect("components");
        let responses = components.child("responses").expect("shared responses");
        Self {
            paths: paths.children().map(|(path, item)| PathItem::load(&path, &item)).collect(),
            method_not_allowed: Response::load(&responses.child("MethodNotAllowed").expect("MethodNotAllowed")),
        }
    }

    pub(super) fn operations(&self) -> impl Iterator<Item = &Operation> {
        self.paths.iter().flat_map(|item| item.operations.values())
    }

    /// The operation's name and the response that describes a status.
    pub(super) fn find(&self, method: &str, path: &str, status: u16) -> Result<(&str, &Response), String> {
        match self.operation(method, path) {
            Some(operation) => operation.response(status),
            None if status == 405 => Ok(("MethodNotAllowed", &self.method_not_allowed)),
            None => Err("no operation is declared for the path and method".to_owned()),
        }
    }

    fn operation(&self, method: &str, path: &str) -> Option<&Operation> {
        let ranked = self.paths.iter().filter_map(|item| Some((item.template.rank(path)?, item)));
        let (_, item) = ranked.min_by(|(one, _), (other, _)| one.cmp(other))?;
        let method = if method == "HEAD" { "GET" } else { method };
        item.operations.get(&method.to_ascii_lowercase())
    }
}

impl PathItem {
    fn load(path: &str, item: &Node) -> Self {
        let operations = METHODS.iter().filter_map(|method| {
            let operation = item.child(method)?;
            Some(((*method).to_owned(), Operation::load(&operation)))
        });
        Self { template: Template::parse(path), operations: operations.collect() }
    }
}

impl Operation {
    fn load(operation: &Node) -> Self {
        let responses = operation.child("responses").expect("responses");
        let by_status = responses.children().map(|(status, response)| {
            let status = status.parse().expect("explicit statuses only");
            (status, Response::load(&response))
        });
        Self { id: operation.text("operationId").expect("an operationId").to_owned(), responses: by_status.collect() }
    }

    /// The statuses that are no defects, each with the name of the operation.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (String, u16)> {
        let expected = self.responses.iter().filter(|(_, response)| !response.defect);
        expected.map(|(status, _)| (self.id.clone(), *status))
    }

    fn response(&self, status: u16) -> Result<(&str, &Response), String> {
        match self.responses.get(&status) {
            Some(response) => Ok((&self.id, response)),
            None => Err(format!("the status is not declared for {}", self.id)),
        }
    }
}

impl Response {
    fn load(response: &Node) -> Self {
        let headers = response.child("headers");
        let headers = headers.iter().flat_map(Node::children);
        let content = response.child("content");
        let content = content.iter().flat_map(Node::children);
        Self {
            headers: headers.map(|(name, header)| (name.to_ascii_lowercase(), Header::load(&header))).collect(),
            content: content.map(|(name, media)| (name.clone(), Media::load(&name, &media))).collect(),
            defect: response.flag("x-defect"),
        }
    }
}

impl Header {
    fn load(header: &Node) -> Self {
        let schema = header.child("schema").expect("a schema for the header");
        Self {
            required: header.flag("required"),
            integer: schema.text("type") == Some("integer"),
            schema: schema.compile(),
        }
    }

    pub(super) fn check(&self, value: &str) -> Result<(), String> {
        let number = value.parse::<i64>().ok().filter(|_| self.integer);
        self.schema.check(&number.map_or_else(|| Value::from(value), Value::from))
    }
}

impl Media {
    fn load(name: &str, media: &Node) -> Self {
        Self {
            json: name == "application/json" || name.ends_with("+json"),
            content_type: media.text("x-content-type").map(Schema::pattern),
            schema: media.child("schema").map(|schema| schema.compile()),
        }
    }

    pub(super) fn is_json(&self) -> bool {
        self.json
    }

    pub(super) fn check_type(&self, content_type: &str) -> Result<(), String> {
        match &self.content_type {
            Some(pattern) => {
                pattern.check(&Value::from(content_type)).map_err(|problem| format!("the content type: {problem}"))
            }
            None => Ok(()),
        }
    }
}

/// A place in the document.
struct Node<'a> {
    schemas: &'a Schemas,
    pointer: String,
    value: &'a Value,
}

impl<'a> Node<'a> {
    fn root(schemas: &'a Schemas) -> Self {
        Self::at(schemas, String::new())
    }

    /// The node at a JSON pointer, or where it refers to within the document.
    fn at(schemas: &'a Schemas, pointer: String) -> Self {
        let value = schemas.openapi.pointer(&pointer);
        let value = value.unwrap_or_else(|| panic!("there is nothing at {pointer}"));
        match value.get("$ref").and_then(Value::as_str).and_then(|reference| reference.strip_prefix('#')) {
            Some(target) => Self::at(schemas, target.to_owned()),
            None => Self { schemas, pointer, value },
        }
    }

    fn child(&self, name: &str) -> Option<Self> {
        self.value.get(name)?;
        let name = name.replace('~', "~0").replace('/', "~1");
        Some(Self::at(self.schemas, format!("{}/{name}", self.pointer)))
    }

    fn children(&self) -> impl Iterator<Item = (String, Self)> {
        let names = self.value.as_object().into_iter().flat_map(|members| members.keys());
        names.filter_map(|name| Some((name.clone(), self.child(name)?)))
    }

    fn text(&self, name: &str) -> Option<&'a str> {
        self.value.get(name)?.as_str()
    }

    fn flag(&self, name: &str) -> bool {
        self.value.get(name) == Some(&Value::Bool(true))
    }

    fn compile(&self) -> Schema {
        self.schemas.compile(&self.pointer)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    #[test]
    fn operations_have_names_of_their_own() {
        let document = Document::load(&Schemas::load(Path::new(env!("CARGO_MANIFEST_DIR"))));
        let ids: Vec<_> = document.operations().map(|operation| operation.id.as_str()).collect();
        let distinct: BTreeSet<_> = ids.iter().collect();
        assert_eq!(distinct.len(), ids.len(), "{ids:?}");
    }
    /// The contents of all responses, and all parameters.
    fn with_examples(schemas: &Schemas) -> Vec<Node<'_>> {
        let root = Node::root(schemas);
        let components = root.child("components").unwrap();
        let named = |part: &str| components.child(part).unwrap().children().map(|(_, node)| node).collect::<Vec<_>>();
        let operations = root.child("paths").unwrap();
        let operations = operations.children().filter_map(|(_, item)| item.child("get")).collect::<Vec<_>>();
        let responses = operations.iter().filter_map(|operation| operation.child("responses"));
        let responses = responses.flat_map(|by_status| by_status.children().map(|(_, node)| node).collect::<Vec<_>>());
        let contents = responses.chain(named("responses")).filter_map(|response| response.child("content"));
        let media = contents.flat_map(|content| content.children().map(|(_, node)| node).collect::<Vec<_>>());
        media.chain(named("parameters")).filter(|node| node.child("schema").is_some()).collect()
    }

    #[test]
    fn examples_are_what_they_are_examples_of() {
        let schemas = Schemas::load(Path::new(env!("CARGO_MANIFEST_DIR")));
        let mut seen = 0;
        for media in with_examples(&schemas) {
            let named = media.child("examples");
            let named = named.iter().flat_map(Node::children).filter_map(|(_, example)| example.child("value"));
            for example in named.chain(media.child("example")) {
                let outcome = media.child("schema").unwrap().compile().check(example.value);
                outcome.unwrap_or_else(|problem| panic!("{}: {problem}", example.pointer));
                seen += 1;
            }
        }
        assert!(seen > 50, "{seen}");
    }
}
