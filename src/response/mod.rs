//! How an answer is written: a planned read and the rows that a backend lends -> octets of OData JSON or text.
//!
//! The writers *are* the row sinks: they encode where the row is, and only finished chunks leave the thread. Documents
//! that need no rows are written at once. Links to further pages and changes are made here, because only here is known
//! which row was the last.

mod batch;
mod body;
mod changes;
mod control;
mod count;
mod entity;
mod expand;
mod found;
mod history;
mod metadata;
mod misfit;
mod origins;
mod reading;
mod reference;
mod removed;
mod reply;
mod rows;
mod service_document;
mod single;
mod tail;
mod value;

use std::sync::Arc;

pub use batch::{Answers, Envelope, Opener};
pub use body::{Body, Head};
pub use metadata::{csdl_json, csdl_xml};
pub use reply::{Content, Reply};
pub use service_document::service_document;

use crate::backend::RowSink;
use crate::plan::{Read, Shape, Target};
use crate::token::Keyring;

/// What answers depend on beside the plan.
#[derive(Clone, Debug)]
pub struct Style {
    /// The absolute URL of the service root, ending in a slash.
    pub root: String,
    /// The model's namespace.
    pub namespace: String,
    /// What `id` of a deletion in OData 4.0 holds.
    pub deleted_id: DeletedId,
}

/// What `id` of a deletion in OData 4.0 holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeletedId {
    /// The entity's URL, as the protocol says.
    #[default]
    EntityUrl,
    /// The bare key, as Dataverse sends it.
    Key,
}

/// The sink that writes the answer to `read` into `body`.
pub fn sink(read: Box<Read>, style: &Style, keyring: Arc<Keyring>, body: Box<dyn Body>) -> Box<dyn RowSink> {
    match &read.target {
        Target::Rows(page) => Box::new(rows::RowsSink::new(page.clone(), read, style, keyring, body)),
        Target::Changes(_) | Target::Latest => Box::new(changes::ChangesSink::new(read, style, keyring, body)),
        Target::ChangeCount(_) | Target::Count => Box::new(count::CountSink::new(body)),
        Target::Entity(_) if matches!(read.shape, Shape::References) => {
            Box::new(single::ReferenceSink::new(read, style, body))
        }
        Target::Entity(_) => Box::new(single::EntitySink::new(read, style, &keyring, body)),
        Target::Property { .. } => Box::new(single::PropertySink::new(read, style, body)),
    }
}
