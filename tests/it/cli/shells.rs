//! `completions` and `man`: they know every command and every option, and nothing of the environment that they were made in.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use crate::support::process::{deltalink, run};

const SHELLS: [&str; 4] = ["bash", "fish", "powershell", "zsh"];

fn printed(arguments: &[&str]) -> String {
    run(&std::env::temp_dir(), arguments).expect(0).out
}

/// The first word of each indented line below `heading`: commands, or options where they are listed.
fn listed(help: &str, heading: &str) -> BTreeSet<String> {
    let lines = help.lines().skip_while(|line| *line != heading).skip(1).take_while(|line| !line.is_empty());
    let names = lines.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    names.filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

/// Every command, and its long options.
fn commands() -> BTreeMap<String, BTreeSet<String>> {
    let commands = listed(&printed(&["--help"]), "Commands:");
    let options = |command: &String| {
        let help = printed(&[command, "--help"]);
        let lines = help.lines().map(str::trim_start).filter(|line| line.starts_with('-'));
        let words = lines.flat_map(|line| line.split_whitespace().take(2));
        let options = words.filter_map(|word| word.strip_prefix("--"));
        options.map(str::to_owned).collect::<BTreeSet<_>>()
    };
    let found: BTreeMap<_, _> =
        commands.iter().filter(|name| *name != "help").map(|name| (name.clone(), options(name))).collect();
    assert!(found.len() >= 9 && found["serve"].contains("signing-key-file"), "{found:?}");
    found
}

#[test]
fn completions_name_every_command_and_option() {
    for shell in SHELLS {
        let script = printed(&["completions", shell]);
        for (command, options) in commands() {
            assert!(script.contains(&command), "{shell}: {command}");
            for option in options {
                assert!(script.contains(&option), "{shell}: {command} --{option}");
            }
        }
    }
}

#[test]
fn completions_are_scripts_that_their_shells_read() {
    for shell in ["bash", "fish", "zsh"] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("deltalink");
        std::fs::write(&file, printed(&["completions", shell])).unwrap();
        match Command::new(shell).arg("-n").arg(&file).output() {
            Ok(output) => assert!(output.status.success(), "{shell}: {output:?}"),
            Err(_) => println!("SKIPPED: {shell} is not there"),
        }
    }
}

#[test]
fn an_unknown_shell_is_refused_with_those_that_are_known() {
    let error = run(&std::env::temp_dir(), &["completions", "cmd"]).expect(2).err;
    for shell in SHELLS {
        assert!(error.contains(shell), "{error}");
    }
}

/// A manual page as it is read: without its hyphens' and quotation marks' escapes.
fn read(page: &str) -> String {
    page.replace("\\-", "-").replace("\\*(Aq", "'")
}

#[test]
fn each_command_has_a_page_that_explains_its_options_and_their_variables() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(run(folder.path(), &["man", "--out", "man/pages"]).expect(0).out, "");
    let pages = folder.path().join("man/pages");
    let commands = commands();
    assert_eq!(std::fs::read_dir(&pages).unwrap().count(), commands.len() + 1, "{commands:?}");
    let first = read(&std::fs::read_to_string(pages.join("deltalink.1")).unwrap());
    assert_eq!(first, read(&printed(&["man"])), "the first page is the one that is printed");
    for (command, options) in commands {
        assert!(first.contains(&format!("deltalink-{command}(1)")), "{command} in {first}");
        let page = read(&std::fs::read_to_string(pages.join(format!("deltalink-{command}.1"))).unwrap());
        for option in options {
            assert!(page.contains(&format!("--{option}")), "--{option} in {page}");
            let variable = format!("DELTALINK_{}", option.to_uppercase().replace('-', "_"));
            assert!(option == "help" || page.contains(&variable), "{variable} in {page}");
        }
    }
}

#[test]
fn pages_and_completions_hold_nothing_of_the_environment() {
    for arguments in [&["man"][..], &["man", "--out", "pages"], &["completions", "bash"]] {
        let folder = tempfile::tempdir().unwrap();
        let mut command = deltalink(folder.path());
        command.args(arguments).env("DELTALINK_DATABASE", "mssql://hush@hush/hush").env("DELTALINK_LISTEN", "hush:1");
        let output = command.output().unwrap();
        assert!(output.status.success() && !String::from_utf8_lossy(&output.stdout).contains("hush"), "{output:?}");
        for page in pages(folder.path()) {
            assert!(!std::fs::read_to_string(&page).unwrap().contains("hush"), "{}", page.display());
        }
    }
}

fn pages(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder.join("pages")).into_iter().flatten();
    entries.map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn a_folder_that_cannot_be_made_is_told() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), "").unwrap();
    let error = run(folder.path(), &["man", "--out", "file/pages"]).expect(1).err;
    assert!(error.contains("cannot be written into file/pages"), "{error}");
}
