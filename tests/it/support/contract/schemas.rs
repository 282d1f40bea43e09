//! `openapi.yaml` and `schemas/*.schema.json` as one set of documents in which every reference finds its target.

use std::fs;
use std::path::Path;

use jsonschema::error::ValidationErrorKind;
use jsonschema::{Registry, RegistryBuilder, ValidationError, Validator};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::content::shortened;

const BASE: &str = "https://contract.test/";
const OPENAPI: &str = "openapi.yaml";

/// All documents of the contract.
pub(super) struct Schemas {
    pub(super) openapi: Value,
    registry: Registry<'static>,
}

/// A compiled schema.
pub(super) struct Schema(Validator);

impl Schemas {
    pub(super) fn load(directory: &Path) -> Self {
        let documents = documents(directory);
        let (_, openapi) = documents[0].clone();
        let registry = Registry::new()
            .extend(documents.into_iter().map(|(name, document)| (format!("{BASE}{name}"), document)))
            .and_then(RegistryBuilder::prepare);
        Self { openapi, registry: registry.expect("documents whose references resolve") }
    }

    /// The schema that stands in `openapi.yaml` at a JSON pointer.
    pub(super) fn compile(&self, pointer: &str) -> Schema {
        self.compile_reference(&format!("{BASE}{OPENAPI}#{}", fragment(pointer)))
    }

    fn compile_reference(&self, reference: &str) -> Schema {
        let schema = json!({ "$ref": reference });
        let validator = jsonschema::options().with_registry(&self.registry).build(&schema);
        Schema(validator.unwrap_or_else(|error| panic!("{reference}: {error}")))
    }
}

impl Schema {
    /// A schema for strings.
    pub(super) fn pattern(pattern: &str) -> Self {
        let schema = json!({ "type": "string", "pattern": pattern });
        Self(jsonschema::validator_for(&schema).unwrap_or_else(|error| panic!("{pattern}: {error}")))
    }

    pub(super) fn check(&self, value: &Value) -> Result<(), String> {
        if self.0.is_valid(value) {
            return Ok(());
        }
        let errors: Vec<_> = self.0.iter_errors(value).collect();
        Err(describe(&errors))
    }
}

fn documents(directory: &Path) -> Vec<(String, Value)> {
    let openapi = serde_norway::from_str(&text(&directory.join(OPENAPI)));
    let mut documents = vec![(OPENAPI.to_owned(), openapi.expect("YAML in openapi.yaml"))];
    for entry in fs::read_dir(directory.join("schemas")).expect("a folder of schemas") {
        let path = entry.expect("a schema").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        // The vocabulary stands there too.
        if !name.ends_with(".schema.json") {
            continue;
        }
        let schema = serde_json::from_str(&text(&path)).unwrap_or_else(|error| panic!("{name}: {error}"));
        documents.push((format!("schemas/{name}"), schema));
    }
    documents
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn fragment(pointer: &str) -> impl std::fmt::Display + '_ {
    const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'~').remove(b'-').remove(b'.').remove(b'_');
    utf8_percent_encode(pointer, KEPT)
}

/// The first of several errors. Where no alternative fits, the error of the one that comes closest.
fn describe(errors: &[ValidationError]) -> String {
    let Some(error) = errors.first() else {
        return String::new();
    };
    match alternatives(error) {
        Some(alternatives) => describe(closest(alternatives)),
        None => format!("/{}: {}", place(error), message(error)),
    }
}

fn message(error: &ValidationError) -> String {
    let rule = error.schema_path();
    match error.kind() {
        ValidationErrorKind::OneOfMultipleValid { .. } => {
            format!("fits several alternatives of {rule} at once")
        }
        ValidationErrorKind::Not { schema } => format!("must not match {schema}"),
        _ => shortened(&error.to_string()),
    }
}

fn place(error: &ValidationError) -> String {
    error.instance_path().to_string().trim_start_matches('/').to_owned()
}

fn alternatives<'a>(error: &'a ValidationError) -> Option<&'a [Vec<ValidationError<'static>>]> {
    match error.kind() {
        ValidationErrorKind::OneOfNotValid { context } | ValidationErrorKind::AnyOf { context } => Some(context),
        _ => None,
    }
}

fn closest<'a>(alternatives: &'a [Vec<ValidationError<'static>>]) -> &'a [ValidationError<'static>] {
    let closest = alternatives.iter().min_by_key(|errors| distance(errors));
    closest.map_or(&[], Vec::as_slice)
}

fn distance(errors: &[ValidationError]) -> usize {
    errors.iter().map(weight).sum()
}

/// What tells the alternatives apart weighs most, then errors near the root; those further down are mere details.
fn weight(error: &ValidationError) -> usize {
    match alternatives(error) {
        Some(alternatives) => distance(closest(alternatives)),
        None if is_of_another_kind(error) => 1000,
        None => 100 >> (2 * place(error).split_terminator('/').count().min(3)),
    }
}

/// The context says what an object is; so does the mark of a deletion.
fn is_of_another_kind(error: &ValidationError) -> bool {
    let decides = |name: &str| name.ends_with("context") || name == "@removed";
    match error.kind() {
        ValidationErrorKind::Required { property } => property.as_str().is_some_and(decides),
        ValidationErrorKind::AdditionalProperties { unexpected }
        | ValidationErrorKind::UnevaluatedProperties { unexpected } => unexpected.iter().any(|name| decides(name)),
        _ => decides(&place(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loaded() -> Schemas {
        Schemas::load(Path::new(env!("CARGO_MANIFEST_DIR")))
    }

    /// Calls `visit` with every object of a document and its JSON pointer.
    fn walk(value: &Value, pointer: &str, visit: &mut impl FnMut(&Value, &str)) {
        match value {
            Value::Object(members) => {
                visit(value, pointer);
                for (name, member) in members {
                    let name = name.replace('~', "~0").replace('/', "~1");
                    walk(member, &format!("{pointer}/{name}"), visit);
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    walk(item, &format!("{pointer}/{index}"), visit);
                }
            }
            _ => {}
        }
    }

    fn examples(object: &Value) -> Vec<&Value> {
        let one = object.get("example").into_iter();
        let named = object.get("examples").and_then(Value::as_object);
        let named = named.into_iter().flat_map(|named| named.values());
        one.chain(named.filter_map(|example| example.get("value"))).collect()
    }

    #[test]
    fn every_reference_resolves() {
        let schemas = loaded();
        for (name, document) in documents(Path::new(env!("CARGO_MANIFEST_DIR"))) {
            let base = jsonschema::uri::from_str(&format!("{BASE}{name}")).expect("an address");
            let resolver = schemas.registry.resolver(base);
            walk(&document, "", &mut |object, pointer| {
                if let Some(Value::String(reference)) = object.get("$ref") {
                    let target = resolver.lookup(reference);
                    assert!(target.is_ok(), "{name}{pointer}: {reference} leads nowhere");
                }
            });
        }
    }

    #[test]
    fn every_example_fits_the_schema_beside_it() {
        let schemas = loaded();
        let mut count = 0;
        walk(&schemas.openapi, "", &mut |object, pointer| {
            if object.get("schema").is_some() {
                let schema = schemas.compile(&format!("{pointer}/schema"));
                for example in examples(object) {
                    count += 1;
                    assert_eq!(schema.check(example), Ok(()), "{pointer}");
                }
            }
        });
        assert!(count > 20, "only {count} examples were found");
    }

    #[test]
    fn every_schema_is_one_and_fits_its_own_examples() {
        let schemas = loaded();
        for (name, document) in documents(Path::new(env!("CARGO_MANIFEST_DIR"))).into_iter().skip(1) {
            assert!(jsonschema::meta::is_valid(&document), "{name} is not a JSON Schema");
            assert_eq!(document.get("$id"), name.strip_prefix("schemas/").map(Value::from).as_ref());
            let schema = schemas.compile_reference(&format!("{BASE}{name}"));
            let examples = document.get("examples").and_then(Value::as_array).expect("examples");
            for example in examples {
                assert_eq!(schema.check(example), Ok(()), "{name}");
            }
        }
    }

    #[test]
    fn an_error_is_that_of_the_closest_alternative() {
        let schemas = loaded();
        let schema = schemas.compile_reference(&format!("{BASE}schemas/entity-collection.schema.json"));
        let context = "http://localhost/odata/$metadata#Orders";
        let page = json!({ "@context": context, "value": [{ "Id": 1, "@etag": "1" }] });
        let problem = schema.check(&page).expect_err("a strong entity tag");
        assert!(problem.starts_with("/value/0/@etag: "), "{problem}");
    }
}
