//! `deltalink man`: the command line -> its manual pages, in the language of `man`.
//!
//! A newcomer's trap: the pages are made from the same words as `--help`, so what they say is changed where the options are.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Command};
use clap_mangen::Man;

use super::say_text;
use crate::error::{Error, Result};

/// Prints the manual page, or writes a page for each command.
#[derive(Debug, Args)]
pub(super) struct Manual {
    /// Folder to write a page for each command into, instead of printing the first one
    #[arg(long, env = "DELTALINK_OUT", value_name = "FOLDER")]
    out: Option<PathBuf>,
}

impl Manual {
    pub(super) fn run(self, command: Command) -> Result<ExitCode> {
        match self.out {
            Some(folder) => write_all(command, &folder)?,
            None => print_first(command)?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn print_first(command: Command) -> Result<()> {
    let mut page = Vec::new();
    Man::new(command.disable_help_subcommand(true)).render(&mut page).map_err(Error::internal)?;
    say_text(&page);
    Ok(())
}

fn write_all(command: Command, folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder).and_then(|()| clap_mangen::generate_to(command, folder)).map_err(|error| {
        let message = format!("The manual pages cannot be written into {}", folder.display());
        Error::configuration(message).caused_by(error)
    })
}
