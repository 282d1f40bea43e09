# Recipes for people. `.ci/run` is what the gate runs and needs no `just`.

# What must be green before a commit is shared
ci: fmt-check clippy doc test deny

# Every test
test:
    cargo test --locked

fmt-check:
    cargo fmt --check

clippy:
    cargo clippy --all-targets --locked -- -D warnings

doc:
    RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --document-private-items --locked

# Licences, bans and sources of dependencies; offline. Needs cargo-deny
deny:
    cargo deny --offline check bans licenses sources

# The demonstration, with rows that keep changing
demo *arguments:
    cargo run --release --locked -- demo --churn {{arguments}}

# A million rows through HTTP in less than 32 MiB (Linux)
memory:
    cargo build --release --locked
    DELTALINK_TEST_BINARY="{{justfile_directory()}}/target/release/deltalink" cargo test --locked --test it memory:: -- --ignored --nocapture

# The tests of writers, followers and restarts, for longer: seconds
soak seconds="600":
    DELTALINK_TEST_SECONDS={{seconds}} cargo test --release --locked --test it -- --nocapture concurrent
