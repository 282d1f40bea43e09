//! The login message into who wants what; and what the server says to it.

use std::io;

use bytes::{Buf, BytesMut};

use super::collation::Collation;
use super::fault::Fault;
use super::octets::{malformed, take, utf16};
use super::token::{
    DONE, FAILED, put_access_token_acknowledged, put_collation, put_database, put_done, put_error, put_info,
    put_login_acknowledged, put_packet_size, put_routing,
};

/// Who wants to log in, to what, and how.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Login {
    pub(crate) user: String,
    pub(crate) password: String,
    pub(crate) database: String,
    pub(crate) application: String,
    /// The client's machine.
    pub(crate) host: String,
    /// The server, by the name that the client has for it.
    pub(crate) server: String,
    pub(crate) packet_size: usize,
    /// `ApplicationIntent=ReadOnly`.
    pub(crate) read_only: bool,
    /// The token of Entra ID, where it takes the place of user and password.
    pub(crate) access_token: Option<String>,
    pub(crate) channel: Channel,
}

/// How a connection is encrypted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Channel {
    Plain,
    /// The login only: encryption is "off" at both ends.
    LoginOnly,
    /// All of it, from the prelogin on.
    Encrypted,
    /// All of it, from the first octet on: TDS 8.
    Strict,
}

/// What is to become of a login.
#[derive(Clone, Debug)]
pub(crate) enum Verdict {
    Admit,
    Refuse(Fault),
    /// The client is to log in elsewhere, as gateways of Azure SQL say.
    Route(String, u16),
    /// The client never hears of it.
    NoAnswer,
}

impl Login {
    pub(super) fn decode(octets: &[u8], channel: Channel) -> io::Result<Self> {
        let mut numbers = octets;
        take(&mut numbers, 8)?;
        let packet_size = numbers.try_get_u32_le()? as usize;
        let field = |offset| field(octets, offset);
        Ok(Self {
            host: field(36)?,
            user: field(40)?,
            password: password(text_octets(octets, 44)?)?,
            application: field(48)?,
            server: field(52)?,
            database: field(68)?,
            packet_size: if packet_size == 0 { 4096 } else { packet_size.clamp(512, 32767) },
            read_only: flags(octets, 26)? & 0x20 != 0,
            access_token: if flags(octets, 27)? & 0x10 == 0 { None } else { access_token(octets)? },
            channel,
        })
    }

    /// The answer to it, and whether the session begins.
    pub(super) fn answer(&self, verdict: &Verdict) -> (BytesMut, bool) {
        let mut out = BytesMut::new();
        if let Verdict::Refuse(fault) = verdict {
            put_error(&mut out, fault);
            put_done(&mut out, DONE, FAILED, 0);
            return (out, false);
        }
        let database = if self.database.is_empty() { "master" } else { &self.database };
        put_database(&mut out, database);
        let message = format!("Changed database context to '{database}'.");
        put_info(&mut out, &Fault::new(5701, &message).state(2).class(0));
        put_collation(&mut out, Collation::LATIN1);
        put_login_acknowledged(&mut out);
        put_packet_size(&mut out, self.packet_size);
        if self.access_token.is_some() {
            put_access_token_acknowledged(&mut out);
        }
        if let Verdict::Route(host, port) = verdict {
            put_routing(&mut out, host, *port);
        }
        put_done(&mut out, DONE, 0, 0);
        (out, matches!(verdict, Verdict::Admit))
    }
}

fn flags(octets: &[u8], offset: usize) -> io::Result<u8> {
    octets.get(offset).copied().ok_or_else(|| malformed("a login without flags"))
}

fn at(octets: &[u8], offset: usize) -> io::Result<&[u8]> {
    octets.get(offset..).ok_or_else(|| malformed("a login that points outside of itself"))
}

/// The octets of a text, for which offset and length stand at `place`.
fn text_octets(octets: &[u8], place: usize) -> io::Result<&[u8]> {
    let mut table = at(octets, place)?;
    let (offset, units) = (table.try_get_u16_le()?, table.try_get_u16_le()?);
    take(&mut at(octets, offset.into())?, usize::from(units) * 2)
}

fn field(octets: &[u8], place: usize) -> io::Result<String> {
    utf16(text_octets(octets, place)?)
}

/// Passwords have their octets turned and flipped, which hides them from nobody.
fn password(octets: &[u8]) -> io::Result<String> {
    let octets: Vec<u8> = octets.iter().map(|octet| (octet ^ 0xA5).rotate_left(4)).collect();
    utf16(&octets)
}

/// Looks for an access token among the features that the client asks for.
fn access_token(octets: &[u8]) -> io::Result<Option<String>> {
    const ACCESS_TOKEN: u8 = 2;
    const END: u8 = 0xFF;
    let pointer = usize::from(at(octets, 56)?.try_get_u16_le()?);
    let mut features = at(octets, at(octets, pointer)?.try_get_u32_le()? as usize)?;
    loop {
        let feature = features.try_get_u8()?;
        if feature == END {
            return Ok(None);
        }
        let length = features.try_get_u32_le()? as usize;
        let mut data = take(&mut features, length)?;
        if feature == ACCESS_TOKEN {
            let _library = data.try_get_u8()?;
            let length = data.try_get_u32_le()? as usize;
            return utf16(take(&mut data, length)?).map(Some);
        }
    }
}
