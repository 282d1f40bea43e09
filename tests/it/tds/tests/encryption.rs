//! Encryption: none, of the login, of everything, and before everything.

use tiberius::EncryptionLevel;
use tiberius::error::Error;

use super::client::{Connection, config, connect};
use crate::tds::{Authority, Channel, Peer, Reply, Settings};

fn peer(authority: &Authority) -> Peer {
    Settings::new(|_| Some(Reply::new().count(1))).encrypting(authority).start()
}

async fn connect_at(peer: &Peer, level: EncryptionLevel, known: Option<&Authority>) -> tiberius::Result<Connection> {
    let mut config = config(peer);
    config.encryption(level);
    if let Some(authority) = known {
        config.trust_cert_ca(authority.ca_file().display());
    }
    connect(config).await
}

#[tokio::test]
async fn a_connection_is_encrypted_as_far_as_the_client_asks() {
    let authority = Authority::new();
    for (level, channel) in [
        (EncryptionLevel::NotSupported, Channel::Plain),
        (EncryptionLevel::Off, Channel::LoginOnly),
        (EncryptionLevel::On, Channel::Encrypted),
        (EncryptionLevel::Required, Channel::Encrypted),
        (EncryptionLevel::Strict, Channel::Strict),
    ] {
        let peer = peer(&authority);
        let mut connection = connect_at(&peer, level, Some(&authority)).await.unwrap();
        assert_eq!(connection.execute("x".repeat(50_000), &[]).await.unwrap().total(), 1, "{level:?}");
        assert_eq!(peer.logins()[0].channel, channel);
    }
}

#[tokio::test]
async fn the_certificate_is_for_the_address_as_well() {
    let authority = Authority::new();
    for level in [EncryptionLevel::Required, EncryptionLevel::Strict] {
        let peer = peer(&authority);
        let mut config = config(&peer);
        config.host("127.0.0.1");
        config.encryption(level);
        config.trust_cert_ca(authority.ca_file().display());
        connect(config).await.unwrap();
    }
}

#[tokio::test]
async fn a_certificate_of_an_unknown_authority_is_refused() {
    let (authority, other) = (Authority::new(), Authority::new());
    for level in [EncryptionLevel::Required, EncryptionLevel::Strict] {
        for known in [None, Some(&other)] {
            let peer = peer(&authority);
            let error = connect_at(&peer, level, known).await.err().unwrap();
            assert!(matches!(&error, Error::Tls(text) if text.contains("certificate was rejected")), "{error:?}");
            assert!(peer.logins().is_empty());
        }
    }
}

#[tokio::test]
async fn a_peer_without_a_certificate_does_not_encrypt() {
    let peer = Settings::new(|_| Some(Reply::new())).start();
    let error = connect_at(&peer, EncryptionLevel::Required, None).await.err().unwrap();
    assert!(matches!(error, Error::Protocol(_)), "{error:?}");
    assert!(connect_at(&peer, EncryptionLevel::Strict, None).await.is_err());
    let off = connect_at(&peer, EncryptionLevel::Off, None).await;
    assert!(off.is_err(), "tiberius has begun to do without encryption where it only asks for that of the login");
    connect_at(&peer, EncryptionLevel::NotSupported, None).await.unwrap();
    assert_eq!(peer.logins().len(), 1);
}
