//! What the binary says of itself.

use crate::support::process::run;

const COMMANDS: [&str; 11] =
    ["apikey", "check", "completions", "config", "demo", "key", "man", "prune", "serve", "track", "untrack"];

fn help(arguments: &[&str]) -> String {
    run(&std::env::temp_dir(), arguments).expect(0).out
}

#[test]
fn the_help_lists_every_command_and_says_where_to_begin() {
    let help = help(&["--help"]);
    for command in COMMANDS {
        assert!(help.lines().any(|line| line.trim_start().starts_with(&format!("{command} "))), "{command} in {help}");
    }
    assert!(help.contains("deltalink demo") && help.contains("DELTALINK_LOG"), "{help}");
}

#[test]
fn every_option_of_every_command_explains_itself_and_names_its_environment_variable() {
    for command in COMMANDS {
        let help = help(&[command, "--help"]);
        // An option's explanation may go over several lines; the next option ends it.
        let options = help.split("\n      --").skip(1);
        for option in options {
            let option = option.split_whitespace().collect::<Vec<_>>().join(" ");
            if option.starts_with("help") {
                continue;
            }
            let name = option.split(' ').next().unwrap();
            let variable = format!("[env: DELTALINK_{}", name.to_uppercase().replace('-', "_"));
            assert!(option.contains(&variable), "{command}: {option}");
            assert!(option.split(' ').count() > 5, "{command}: {option}");
        }
    }
}

#[test]
fn a_misused_command_line_ends_with_2_and_points_to_the_help() {
    for arguments in [&["frobnicate"][..], &["track"], &["track", "--all", "Orders"], &["serve", "--no-such-option"]] {
        let outcome = run(&std::env::temp_dir(), arguments).expect(2);
        assert!(outcome.err.contains("--help"), "{outcome:?}");
    }
}

#[test]
fn a_signing_key_is_43_characters_and_never_the_same() {
    let keys: Vec<String> = (0..3).map(|_| help(&["key"])).collect();
    for key in &keys {
        let key = key.strip_suffix('\n').unwrap();
        assert!(key.len() == 43 && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
    }
    assert!(keys[0] != keys[1] && keys[1] != keys[2] && keys[0] != keys[2]);
}
