//! `serve` with a certificate: HTTPS, and a renewed certificate without a restart.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::support::process::{Process, deltalink};
use crate::support::sqlite::Database;

/// Writes a fresh certificate for `localhost` and its key.
fn certificate(folder: &Path) -> CertificateDer<'static> {
    let pair = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    std::fs::write(folder.join("cert.pem"), pair.cert.pem()).unwrap();
    std::fs::write(folder.join("key.pem"), pair.signing_key.serialize_pem()).unwrap();
    pair.cert.der().clone()
}

/// The whole answer to a request by HTTPS, if `trusted` is the certificate that is shown.
fn ask(port: u16, trusted: &CertificateDer<'static>, path: &str) -> Result<String, std::io::Error> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connection = ClientConnection::new(Arc::new(config), ServerName::try_from("localhost").unwrap()).unwrap();
    let mut stream = StreamOwned::new(connection, TcpStream::connect(("127.0.0.1", port))?);
    write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    match stream.read_to_end(&mut answer) {
        // The server closes the connection as HTTP allows, without a word of TLS.
        Err(error) if answer.is_empty() => Err(error),
        _ => Ok(String::from_utf8_lossy(&answer).into_owned()),
    }
}

fn serving(database: &Database) -> (Process, u16) {
    let mut command = deltalink(database.folder.path());
    command.args(["serve", "--database", "sqlite:test.db", "--listen", "127.0.0.1:0"]);
    command.args(["--tls-certificate", "cert.pem", "--tls-key", "key.pem"]);
    let process = Process::start(command);
    let port = process.wait_for(|_, err| {
        let rest = err.split_once("serving https://127.0.0.1:")?.1;
        rest.split_once('/')?.0.parse().ok()
    });
    (process, port)
}

#[test]
fn rows_and_links_are_served_by_https_and_browsers_are_told_to_stay_there() {
    let database = Database::shop();
    let trusted = certificate(database.folder.path());
    let (_process, port) = serving(&database);
    let answer = ask(port, &trusted, "/odata/Orders?$deltatoken=latest").unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains(&format!("\"https://localhost:{port}/odata/Orders?$deltatoken=")), "{answer}");
    assert!(answer.to_lowercase().contains("strict-transport-security: max-age=31536000"), "{answer}");
    let stranger = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    assert!(ask(port, stranger.cert.der(), "/healthz").is_err());
    // Plain HTTP gets no answer that could be taken for one.
    let mut plain = TcpStream::connect(("127.0.0.1", port)).unwrap();
    write!(plain, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    let mut said = Vec::new();
    let _ = plain.read_to_end(&mut said);
    assert!(!said.starts_with(b"HTTP"), "{said:?}");
}

#[test]
fn a_renewed_certificate_is_shown_when_the_operator_asks_for_a_reload() {
    let database = Database::shop();
    let first = certificate(database.folder.path());
    let (process, port) = serving(&database);
    assert!(ask(port, &first, "/healthz").is_ok());
    let second = certificate(database.folder.path());
    process.signal("HUP");
    process.wait_for(|_, err| err.contains("another TLS certificate").then_some(()));
    assert!(ask(port, &second, "/healthz").unwrap().ends_with("ok"));
    assert!(ask(port, &first, "/healthz").is_err());
    process.stop().expect(0);
}

#[test]
fn what_cannot_be_shown_is_refused_at_the_start() {
    let database = Database::shop();
    let arguments = |more: &[&str]| {
        let mut command = deltalink(database.folder.path());
        command.args(["serve", "--database", "sqlite:test.db", "--listen", "127.0.0.1:0"]).args(more);
        Process::start(command).finish()
    };
    let missing = arguments(&["--tls-certificate", "cert.pem", "--tls-key", "key.pem"]).expect(1);
    assert!(missing.err.contains("cert.pem cannot be read"), "{}", missing.err);
    let half = arguments(&["--tls-certificate", "cert.pem"]).expect(2);
    assert!(half.err.contains("--tls-key"), "{}", half.err);
    std::fs::write(database.folder.path().join("half.toml"), "[tls]\ncertificate = 'cert.pem'\n").unwrap();
    let half = arguments(&["--config", "half.toml"]).expect(1);
    assert!(half.err.contains("key"), "{}", half.err);
}
