//! A connection from its first octet to the end: encryption, login, session.

use std::io;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

use super::login::{Channel, Login, Verdict};
use super::octets::malformed;
use super::packet::{FIRST_PACKET_SIZE, LOGIN, Message, Outgoing, PRELOGIN};
use super::peer::Service;
use super::prelogin::{Encryption, Prelogin};
use super::session::Session;
use super::tls;

/// A stream, encrypted or not.
pub(super) type Transport = Box<dyn Duplex>;

pub(super) trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

/// The first octet of a TLS handshake.
const HANDSHAKE: u8 = 0x16;

pub(super) async fn serve(stream: TcpStream, connection: u64, service: Arc<Service>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut first = [0];
    stream.peek(&mut first).await?;
    let (mut transport, login) =
        if first == [HANDSHAKE] { open_strict(stream, &service).await? } else { open(stream, &service).await? };
    service.record.login(&login);

    let verdict = (service.settings.admission)(&login);
    if matches!(verdict, Verdict::NoAnswer) {
        return Message::read(&mut transport).await.map(drop);
    }
    let (answer, admitted) = login.answer(&verdict);
    say(&mut transport, &answer).await?;
    if !admitted {
        return Ok(());
    }
    let packet_size = login.packet_size;
    Session { service, connection, login: Arc::new(login), packet_size }.run(transport).await
}

/// TLS first, and no more about it in the prelogin.
async fn open_strict(stream: TcpStream, service: &Service) -> io::Result<(Transport, Login)> {
    let tls = service.settings.strict.clone().ok_or_else(|| malformed("TDS 8 without a certificate"))?;
    let mut stream = TlsAcceptor::from(tls).accept(stream).await?;
    let said = stream.get_ref().1.alpn_protocol().map(<[u8]>::to_vec);
    assert_eq!(said.as_deref(), Some(&b"tds/8.0"[..]), "TLS, but not for TDS 8");
    let prelogin = Prelogin::decode(Message::read(&mut stream).await?.of_kind(PRELOGIN)?)?;
    say(&mut stream, &prelogin.answer(Encryption::Required)).await?;
    let login = read_login(&mut stream, Channel::Strict).await?;
    Ok((Box::new(stream), login))
}

/// Prelogin first, which may agree on TLS for what follows, or for the login.
async fn open(mut stream: TcpStream, service: &Service) -> io::Result<(Transport, Login)> {
    let prelogin = Prelogin::decode(Message::read(&mut stream).await?.of_kind(PRELOGIN)?)?;
    let agreed = prelogin.agree(service.settings.wrapped.is_some());
    say(&mut stream, &prelogin.answer(agreed)).await?;
    let tls = match &service.settings.wrapped {
        Some(tls) if agreed != Encryption::NotSupported => Arc::clone(tls),
        _ => {
            let login = read_login(&mut stream, Channel::Plain).await?;
            return Ok((Box::new(stream), login));
        }
    };
    let mut stream = tls::accept(stream, tls).await?;
    if agreed == Encryption::Off {
        let login = read_login(&mut stream, Channel::LoginOnly).await?;
        return Ok((Box::new(stream.into_inner().0.into_inner()), login));
    }
    let login = read_login(&mut stream, Channel::Encrypted).await?;
    Ok((Box::new(stream), login))
}

async fn read_login(stream: &mut (impl AsyncRead + Unpin), channel: Channel) -> io::Result<Login> {
    Login::decode(Message::read(stream).await?.of_kind(LOGIN)?, channel)
}

async fn say(stream: &mut (impl AsyncWrite + Unpin), octets: &[u8]) -> io::Result<()> {
    let mut outgoing = Outgoing::new(stream, FIRST_PACKET_SIZE);
    outgoing.buffer().extend_from_slice(octets);
    outgoing.finish().await
}
