//! What is exposed: turns a database's [`Catalog`] into the [`Edm`] that clients see, and stored values into values
//! of that model's types.

mod catalog;
mod change_log;
mod entity_path;
mod entity_type;
mod exact;
mod exposure;
mod facts;
mod fit;
#[cfg(test)]
mod fixture;
mod instant;
mod model;
mod name;
mod navigation;
mod obstacle;
mod restricted;
mod short;
mod temporal;
mod types;
mod unique;
mod value;

pub use catalog::{
    Catalog, Column, ForeignKey, IndexColumn, Proofs, Rights, RowStorage, Table, Tracking, UniqueIndex, Withheld,
};
pub use change_log::ChangeLog;
pub use entity_path::{bare_key, entity_path, key_path};
pub use entity_type::{is_type_name, model_namespace};
pub use exact::{Moment, Ticks};
pub use exposure::{Exposure, NavigationExposure, NavigationNames, TableExposure};
pub use facts::{AbandonedLog, Commits, DatabaseTracking, Facts, FileFacts, ServerFacts};
pub use fit::{Fitted, Misfit, fit};
pub use instant::{clock, day_after, day_of, instant, offset, ticks_of_day};
pub use model::{Edm, EntitySet, Property, expose, obstacle};
pub(crate) use name::{continues_identifier, starts_identifier};
pub use name::{identifier, is_identifier};
pub use navigation::NavigationProperty;
pub use obstacle::{Obstacle, Unexposed};
pub use restricted::Visible;
pub use short::Short;
pub use temporal::{canonical_date, canonical_date_time_offset, canonical_time_of_day};
pub use types::EdmType;
pub use value::{Row, Value, ValueRef};
