//! The model -> the service document (JSON Format 4.01 section 5).

use super::control::{Control, json_string};
use crate::edm::Edm;
use crate::plan::JsonFormat;

/// The list of entity sets.
pub fn service_document(edm: &Edm, format: JsonFormat, root: &str) -> String {
    let control = Control::new(format, root.to_owned());
    let context = if control.none() { String::new() } else { format!("{},", control.context("")) };
    let sets = edm.sets().iter().map(|set| {
        let url = percent_encoding::utf8_percent_encode(&set.name, percent_encoding::NON_ALPHANUMERIC)
            .to_string()
            .replace("%5F", "_");
        format!("{{\"name\":{},\"kind\":\"EntitySet\",\"url\":{}}}", json_string(&set.name), json_string(&url))
    });
    format!("{{{context}\"value\":[{}]}}", sets.collect::<Vec<_>>().join(","))
}
