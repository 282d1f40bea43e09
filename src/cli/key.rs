//! `deltalink key`: a fresh signing key.

use std::process::ExitCode;

use super::say;
use crate::error::Result;
use crate::token::Keyring;

#[expect(clippy::unnecessary_wraps, reason = "the shape of every command")]
pub(super) fn run() -> Result<ExitCode> {
    say(Keyring::generate_key());
    Ok(ExitCode::SUCCESS)
}
