//! `[metrics]`: where the operator hears how the gateway is.

use serde::{Deserialize, Serialize};

/// Where the operator hears how the gateway is.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Metrics {
    /// As `--metrics-listen`.
    pub listen: Option<String>,
}
