#![no_main]
//! See `tests/fuzz/targets/http.rs`.

#[path = "../../tests/fuzz/targets/mod.rs"]
mod targets;

libfuzzer_sys::fuzz_target!(|input: &[u8]| targets::run("http", input));
