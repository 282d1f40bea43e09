//! The configuration file.

use deltalink::config::Config;
use deltalink::edm::expose;

use super::{model, outcome};

pub(super) fn run(input: &[u8]) -> u64 {
    let text = String::from_utf8_lossy(input);
    match Config::parse(&text) {
        Err(error) => outcome::told(&error, input),
        Ok(config) => {
            let (edm, unexposed) = expose(model::catalog(), &config.exposure());
            outcome::of(&(format!("{:?}", config.settings()), edm.sets().len(), unexposed.len()))
        }
    }
}
