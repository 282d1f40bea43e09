# Recipes for people. `.ci/run` is what the gate runs and needs no `just`.

# What must be green before a commit is shared
ci: fmt-check clippy doc tsql deny

# Every test
test:
    cargo test --locked

# Every test, and then the T-SQL that they sent, parsed with Microsoft's own parser. Needs Python, and the network once
tsql:
    rm -rf target/tsql/recorded
    DELTALINK_TEST_TSQL="{{justfile_directory()}}/target/tsql/recorded" cargo test --locked
    tests/tsql/run target/tsql/recorded

fmt-check:
    cargo fmt --check

clippy:
    cargo clippy --all-targets --locked -- -D warnings

doc:
    RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --document-private-items --locked

# Licences, bans and sources of dependencies, and known weaknesses where they can be had. Needs cargo-deny
deny:
    deploy/supply-chain

# What is in deploy/, judged by the programs that it is for, where they are
deploy:
    cargo build --locked
    deploy/check

# What is released: a binary of less than 20 MB that lists its dependencies, the Debian package, an SBOM and checksums, in
# target/package. Needs cargo-auditable, cargo-cyclonedx, cargo-deb and cargo-deny, in PATH or in target/tools/bin
release:
    deploy/release

# The demonstration, with rows that keep changing
demo *arguments:
    cargo run --release --locked -- demo --churn {{arguments}}

# Clients that others have written, against the built gateway. Needs Python, Node.js, and the network once
clients *which:
    tests/clients/run {{which}}

# The explorer in Chromium, against the built gateway; `--update` writes the README's pictures. Needs Python, Node.js, and the network once
browser *arguments:
    tests/browser/run {{arguments}}

# A thousand clients before nginx before two gateways. Needs Python, and nginx or Debian's packages
proxy:
    tests/proxy/run

# A million rows through HTTP in less than 32 MiB (Linux)
memory:
    cargo build --release --locked
    DELTALINK_TEST_BINARY="{{justfile_directory()}}/target/release/deltalink" cargo test --locked --test it memory:: -- --ignored --nocapture

# The fuzz targets on stable Rust, each for so many seconds, with other inputs each time. With a nightly compiler and cargo-fuzz: `cargo +nightly fuzz run url`
fuzz seconds="60":
    DELTALINK_FUZZ_SECONDS={{seconds}} cargo test --locked --test fuzz_smoke

# The benchmarks of docs/benchmarks.md, on an idle machine: http (a quarter of an hour; `--quick`: a minute, prints only), rows or query
bench which="http" *arguments:
    {{ if which == "http" { "benches/http/run" } else { "cargo bench --locked --bench " + which + " --" } }} {{arguments}}

# The tests of writers, followers and restarts, and of the replica, for longer: rounds and cases
soak rounds="300" cases="1500":
    DELTALINK_TEST_ROUNDS={{rounds}} DELTALINK_TEST_CASES={{cases}} cargo test --release --locked --test it -- --nocapture concurrent replica::
