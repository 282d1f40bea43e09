//! The fuzz targets on stable Rust, for about half a minute: every input of `fuzz/corpus`, and what a mutator makes of them.
//!
//! `cargo fuzz` runs the same targets with a nightly compiler, for as long as one likes. The run here is always the same, so that a
//! failure can be repeated; `DELTALINK_FUZZ_SECONDS` gives each target so many seconds instead, and a seed of its own.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails, in its helpers too")]

#[path = "../chance.rs"]
mod chance;
mod corpus;
mod mutator;
mod smoke;
mod targets;

use targets::ALL;

/// One test a target, so that they run beside each other and can be named.
macro_rules! smoke {
    ($($test:ident: $target:literal, $inputs:literal;)*) => {
        $(
            #[test]
            fn $test() {
                smoke::run($target, $inputs);
            }
        )*

        #[test]
        fn every_target_has_its_smoke_run_and_its_corpus() {
            let run = [$($target),*];
            for (target, _) in ALL {
                assert!(run.contains(&target) && !corpus::of(target).is_empty(), "{target}");
            }
        }
    };
}

smoke! {
    batches_are_read_or_refused: "batch", 12_000;
    configurations_are_read_or_refused: "configuration", 12_000;
    connection_strings_are_read_or_refused_and_keep_their_secrets: "connection_string", 25_000;
    expressions_become_statements_or_are_refused: "expression", 12_000;
    headers_are_read_or_passed_over: "headers", 6_000;
    requests_as_octets_are_answered_and_never_with_an_error_of_ours: "http", 3_000;
    keys_become_parameters_or_are_refused: "key", 5_000;
    tokens_that_were_altered_are_refused: "token", 6_000;
    urls_become_statements_or_are_refused: "url", 12_000;
}

#[test]
fn every_target_is_one_of_cargo_fuzz_too() {
    let manifest = include_str!("../../fuzz/Cargo.toml");
    for (target, _) in ALL {
        assert!(manifest.contains(&format!("path = \"fuzz_targets/{target}.rs\"")), "{target}");
    }
}
