//! TLS: what is encrypted, whose certificate is believed, and what is said when one is not.

use super::database::Database;
use super::served::{Setup, USUAL, binary, connection_string, gateway, orders};
use crate::support::gateway::Gateway;
use crate::support::process::{Process, deltalink};
use crate::tds::{Authority, Channel, Peer};
use deltalink::error::Error;

fn peer(database: &Database, authority: &Authority) -> Peer {
    database.settings().encrypting(authority).start()
}

fn connect(peer: &Peer, database: &Database, options: String) -> Result<Gateway, Error> {
    gateway(peer, database, Setup { options: options.leak(), ..USUAL })
}

#[test]
fn a_connection_is_encrypted_as_it_was_asked_for() {
    let authority = Authority::new();
    let database = Database::of([orders()]);
    let trusted = format!("CA File={}", authority.ca_file().display());
    for (encrypt, channel) in [
        ("Encrypt=true", Channel::Encrypted),
        ("Encrypt=strict", Channel::Strict),
        ("Encrypt=false", Channel::LoginOnly),
        ("Encrypt=DANGER_PLAINTEXT", Channel::Plain),
    ] {
        let peer = peer(&database, &authority);
        let gateway = connect(&peer, &database, format!("{encrypt};{trusted}")).unwrap();
        assert_eq!(gateway.client().get("/odata/Orders").expect(200).value().len(), 3);
        assert!(peer.logins().iter().all(|login| login.channel == channel), "{encrypt}");
    }
}

#[test]
fn without_a_word_everything_is_encrypted() {
    let authority = Authority::new();
    let database = Database::of([orders()]);
    let peer = peer(&database, &authority);
    let folder = tempfile::tempdir().unwrap();
    let mut command = deltalink(folder.path());
    let trusted = format!("CA File={}", authority.ca_file().display());
    command.arg("check").env("DELTALINK_DATABASE", connection_string(&peer, &trusted));
    Process::start(command).finish().expect(0);
    assert!(peer.logins().iter().all(|login| login.channel == Channel::Encrypted));
}

#[test]
fn any_certificate_is_believed_where_that_is_wanted() {
    let database = Database::of([orders()]);
    let peer = peer(&database, &Authority::new());
    connect(&peer, &database, "Encrypt=true;TrustServerCertificate=true".to_owned()).unwrap();
    assert_eq!(peer.logins()[0].channel, Channel::Encrypted);
}

#[test]
fn a_certificate_of_an_unknown_authority_is_refused_and_it_is_said_what_to_do() {
    let (authority, other) = (Authority::new(), Authority::new());
    let database = Database::of([orders()]);
    let another = format!("CA File={}", other.ca_file().display());
    for options in [another.clone(), format!("{another};Encrypt=strict"), format!("{another};Encrypt=false")] {
        let peer = peer(&database, &authority);
        let folder = tempfile::tempdir().unwrap();
        let mut command = deltalink(folder.path());
        command.arg("serve").env("DELTALINK_DATABASE", connection_string(&peer, &options));
        let error = Process::start(command).finish().expect(1).err;
        assert!(error.contains("certificate is not trusted"), "{options}: {error}");
        assert!(error.contains("CA File") && error.contains("ca-file"), "{options}: {error}");
        assert!(peer.logins().is_empty(), "no password is sent to a stranger");
    }
}

#[test]
fn a_server_that_does_not_encrypt_is_refused() {
    let database = Database::of([orders()]);
    let peer = database.settings().start();
    let error = connect(&peer, &database, "Encrypt=true".to_owned()).err().unwrap();
    assert!(error.message().contains("does not encrypt"), "{error}");
    assert!(peer.logins().is_empty());
}

/// What is said there is also said when a server goes away, so it is tried again before.
#[test]
fn a_server_that_hangs_up_in_the_handshake_may_be_too_old_for_it() {
    let database = Database::of([orders()]);
    let peer = database.settings().start();
    let error = connect(&peer, &database, "Encrypt=strict".to_owned()).err().unwrap();
    assert!(error.message().contains("ended the connection before the login"), "{error}");
    assert!(error.message().contains("Encrypt=strict is used only with"), "{error}");
    assert!(peer.logins().is_empty() && peer.counts().opened > 1);
}

#[test]
fn a_certificate_for_another_name_is_refused_unless_that_name_is_expected() {
    let authority = Authority::new();
    let database = Database::of([orders()]);
    let peer = peer(&database, &authority);
    let trusted = format!("Encrypt=true;CA File={}", authority.ca_file().display());
    let other = format!("{trusted};HostNameInCertificate=db.example");
    let error = connect(&peer, &database, other).err().unwrap();
    assert!(error.message().contains("for another name"), "{error}");
    connect(&peer, &database, format!("{trusted};HostNameInCertificate=localhost")).unwrap();
}

#[test]
fn a_certificate_file_that_is_none_is_told() {
    let database = Database::of([orders()]);
    let peer = peer(&database, &Authority::new());
    let folder = tempfile::tempdir().unwrap();
    let mut command = binary(folder.path(), &peer, &["serve"]);
    command.env("DELTALINK_DATABASE", connection_string(&peer, "CA File=none.pem"));
    let error = Process::start(command).finish().expect(1).err;
    assert!(error.contains("CA file none.pem") && error.contains("cannot be read"), "{error}");
}
