//! The first message of a client, about encryption, into what it asks for; and the server's answer to it.

use std::io;

use bytes::{Buf, BufMut, BytesMut};

use super::octets::{malformed, take};

const VERSION: u8 = 0;
const ENCRYPTION: u8 = 1;
const MARS: u8 = 4;
const ACCESS_TOKEN: u8 = 6;
const END: u8 = 0xFF;

/// What either side says about encryption.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Encryption {
    /// Only for the login.
    Off,
    On,
    NotSupported,
    Required,
}

/// What the client says first.
#[derive(Debug)]
pub(super) struct Prelogin {
    pub(super) encryption: Encryption,
    /// The client is going to log in with an access token.
    access_token: bool,
}

impl Prelogin {
    pub(super) fn decode(octets: &[u8]) -> io::Result<Self> {
        let encryption = match option(octets, ENCRYPTION)? {
            Some([0]) => Encryption::Off,
            Some([1]) => Encryption::On,
            Some([2]) | None => Encryption::NotSupported,
            Some([3]) => Encryption::Required,
            Some(other) => return Err(malformed(&format!("encryption {other:?}"))),
        };
        Ok(Self { encryption, access_token: option(octets, ACCESS_TOKEN)? == Some(&[1]) })
    }

    /// What a server that can encrypt, or cannot, makes of it.
    pub(super) fn agree(&self, possible: bool) -> Encryption {
        match self.encryption {
            _ if !possible => Encryption::NotSupported,
            Encryption::Required => Encryption::On,
            asked => asked,
        }
    }

    /// The server's answer.
    pub(super) fn answer(&self, agreed: Encryption) -> BytesMut {
        let mut options: Vec<(u8, &[u8])> =
            vec![(VERSION, &[16, 0, 0x03, 0xE8, 0, 0]), (ENCRYPTION, agreed.octet()), (MARS, &[0])];
        if self.access_token {
            options.push((ACCESS_TOKEN, &[1]));
        }
        let mut out = BytesMut::new();
        let mut offset = options.len() * 5 + 1;
        for (option, value) in &options {
            out.put_u8(*option);
            out.put_u16(u16::try_from(offset).expect("a short message"));
            out.put_u16(u16::try_from(value.len()).expect("a short value"));
            offset += value.len();
        }
        out.put_u8(END);
        for (_, value) in options {
            out.put_slice(value);
        }
        out
    }
}

impl Encryption {
    fn octet(self) -> &'static [u8] {
        match self {
            Self::Off => &[0],
            Self::On => &[1],
            Self::NotSupported => &[2],
            Self::Required => &[3],
        }
    }
}

/// The value of an option: a table of all of them stands in front.
fn option(octets: &[u8], wanted: u8) -> io::Result<Option<&[u8]>> {
    let table = &mut &octets[..];
    loop {
        let option = table.try_get_u8()?;
        if option == END {
            return Ok(None);
        }
        let (offset, length) = (table.try_get_u16()?, table.try_get_u16()?);
        if option == wanted {
            let mut rest =
                octets.get(usize::from(offset)..).ok_or_else(|| malformed("an option outside of prelogin"))?;
            return take(&mut rest, length.into()).map(Some);
        }
    }
}
