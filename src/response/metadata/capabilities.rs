//! What the service and its entity sets can do and cannot -> annotations of the vocabulary `Org.OData.Capabilities.V1`.
//!
//! What a newcomer would get wrong: silence is not modesty. Where nothing is said, clients expect everything to work, so each thing that
//! does not is denied aloud; `IsolationSupported` and `CallbackSupported` cannot say no: only their absence does.

use super::annotations::{
    Annotation, Expression, annotation, change_tracking, description, flag, restriction, strings,
};
use crate::edm::{Edm, EntitySet};

/// The service as a whole: what it is, then what it cannot do.
pub(super) fn of_service(edm: &Edm) -> Vec<Annotation> {
    // One level for all versions that are announced: of 4.0 alone it would be a higher one.
    let level = Expression::EnumMember { ty: "Capabilities.ConformanceLevelType", member: "Intermediate" };
    let mut annotations = vec![
        annotation("Core.ODataVersions", Expression::String("4.0 4.01".into())),
        flag("Core.ConventionalIDs", true),
        flag("Core.DereferenceableIDs", true),
        annotation("Capabilities.ConformanceLevel", level),
        annotation("Capabilities.SupportedFormats", strings(&FORMATS)),
        annotation("Capabilities.SupportedMetadataFormats", strings(&METADATA_FORMATS)),
        annotation("Capabilities.FilterFunctions", strings(&FUNCTIONS)),
        flag("Capabilities.BatchSupported", true),
        flag("Capabilities.BatchContinueOnErrorSupported", true),
        annotation("Capabilities.BatchSupport", batch()),
        flag("Capabilities.KeyAsSegmentSupported", edm.key_as_segment),
    ];
    annotations.extend(UNSUPPORTED.map(|term| flag(term, false)));
    annotations
}

fn batch() -> Expression {
    Expression::Record(vec![
        ("Supported", Expression::Boolean(true)),
        ("ContinueOnErrorSupported", Expression::Boolean(true)),
        ("ReferencesInRequestBodiesSupported", Expression::Boolean(false)),
        ("ReferencesAcrossChangeSetsSupported", Expression::Boolean(false)),
        ("EtagReferencesSupported", Expression::Boolean(false)),
        ("RequestDependencyConditionsSupported", Expression::Boolean(false)),
        ("SupportedFormats", strings(&["multipart/mixed", "application/json"])),
    ])
}

/// The formats of data. The prefixed names are understood in every version, the bare ones only by clients of 4.01.
const FORMATS: [&str; 6] = [
    "application/json;odata.metadata=minimal",
    "application/json;odata.metadata=minimal;IEEE754Compatible=true",
    "application/json;odata.metadata=full",
    "application/json;odata.metadata=full;IEEE754Compatible=true",
    "application/json;odata.metadata=none",
    "application/json;odata.metadata=none;IEEE754Compatible=true",
];

/// The formats of `$metadata`.
const METADATA_FORMATS: [&str; 2] = ["application/xml", "application/json"];

/// The functions that expressions may use; a test compares them with what is planned.
const FUNCTIONS: [&str; 27] = [
    "case",
    "ceiling",
    "concat",
    "contains",
    "date",
    "day",
    "endswith",
    "floor",
    "fractionalseconds",
    "hour",
    "indexof",
    "length",
    "maxdatetime",
    "mindatetime",
    "minute",
    "month",
    "now",
    "round",
    "second",
    "startswith",
    "substring",
    "time",
    "tolower",
    "totaloffsetminutes",
    "toupper",
    "trim",
    "year",
];

/// Capabilities of a whole service that this one lacks.
const UNSUPPORTED: [&str; 4] = [
    "Capabilities.AnnotationValuesInQuerySupported",
    "Capabilities.AsynchronousRequestsSupported",
    "Capabilities.CrossJoinSupported",
    "Capabilities.QuerySegmentSupported",
];

/// One entity set: change tracking, then what a read may ask for, then that there is nothing but reading.
pub(super) fn of_entity_set(edm: &Edm, set: &EntitySet) -> Vec<Annotation> {
    let mut annotations: Vec<Annotation> = set.description.iter().map(|text| description(text)).collect();
    annotations.extend([
        annotation("Capabilities.ChangeTracking", change_tracking(set)),
        flag("Capabilities.IndexableByKey", true),
        flag("Capabilities.TopSupported", true),
        flag("Capabilities.SkipSupported", true),
        flag("Capabilities.ComputeSupported", false),
        restriction("Capabilities.SelectSupport", "Supported", true),
        restriction("Capabilities.CountRestrictions", "Countable", true),
        restriction("Capabilities.FilterRestrictions", "Filterable", true),
        restriction("Capabilities.SortRestrictions", "Sortable", true),
        annotation("Capabilities.ExpandRestrictions", expand(edm, set)),
        restriction("Capabilities.SearchRestrictions", "Searchable", true),
        restriction("Capabilities.InsertRestrictions", "Insertable", false),
        restriction("Capabilities.UpdateRestrictions", "Updatable", false),
        restriction("Capabilities.DeleteRestrictions", "Deletable", false),
    ]);
    annotations
}

fn expand(edm: &Edm, set: &EntitySet) -> Expression {
    let expandable = edm.max_expand_depth > 0 && !set.navigation.is_empty();
    let mut restrictions = vec![("Expandable", Expression::Boolean(expandable))];
    if expandable {
        restrictions.push(("MaxLevels", Expression::Integer(edm.max_expand_depth)));
    }
    Expression::Record(restrictions)
}
