//! A message of a client into the request that it is.

use std::io;
use std::sync::Arc;

use bytes::Buf;

use super::declarations::declared;
use super::login::Login;
use super::octets::{malformed, take, take_short_text, utf16};
use super::packet::{ATTENTION, BATCH, Message, RPC, TRANSACTION_MANAGER};
use super::parameter::{Parameter, take_parameter};
use super::value::Value;

/// What a client asked for, and where it stood.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) kind: Kind,
    /// The statements; none for a procedure.
    pub(crate) sql: String,
    /// The types of the parameters, as `sp_executesql` is told.
    pub(crate) declarations: String,
    pub(crate) parameters: Vec<Parameter>,
    /// The number of the connection; the peer's first is 1.
    pub(crate) connection: u64,
    pub(crate) login: Arc<Login>,
    pub(crate) in_transaction: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind {
    Batch,
    ExecuteSql,
    /// A procedure other than `sp_executesql`, by its name.
    Rpc(String),
    TransactionManager(Transaction),
    /// Not a request, but that the last one is not wanted any more. Recorded, and never handled.
    Attention,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Transaction {
    Begin { isolation: u8 },
    Commit,
    Rollback,
    Save(String),
}

impl Request {
    pub(super) fn decode(message: &Message, connection: u64, login: &Arc<Login>, open: bool) -> io::Result<Self> {
        let mut request = Self {
            kind: Kind::Batch,
            sql: String::new(),
            declarations: String::new(),
            parameters: Vec::new(),
            connection,
            login: Arc::clone(login),
            in_transaction: open,
        };
        let octets = &mut &message.octets[..];
        match message.kind {
            BATCH => {
                skip_headers(octets)?;
                request.sql = utf16(octets)?;
            }
            RPC => {
                skip_headers(octets)?;
                request.take_call(octets)?;
            }
            TRANSACTION_MANAGER => {
                skip_headers(octets)?;
                request.kind = Kind::TransactionManager(take_transaction(octets)?);
            }
            ATTENTION => request.kind = Kind::Attention,
            kind => return Err(malformed(&format!("a message of the unknown kind {kind}"))),
        }
        Ok(request)
    }

    /// An attention to it: from the same connection, without what was asked.
    pub(super) fn attention(&self) -> Self {
        let (sql, declarations) = (String::new(), String::new());
        Self { kind: Kind::Attention, sql, declarations, parameters: Vec::new(), ..self.clone() }
    }

    fn take_call(&mut self, octets: &mut &[u8]) -> io::Result<()> {
        let name = take_procedure(octets)?;
        let _options = octets.try_get_u16_le()?;
        while !octets.is_empty() {
            self.parameters.push(take_parameter(octets)?);
        }
        if name != EXECUTE_SQL {
            self.kind = Kind::Rpc(name);
            return Ok(());
        }
        self.kind = Kind::ExecuteSql;
        let mut texts = self.parameters.drain(..self.parameters.len().min(2)).map(|parameter| match parameter.value {
            Value::Text(text) => Ok(text),
            other => Err(malformed(&format!("sp_executesql of {other:?}"))),
        });
        self.sql = texts.next().ok_or_else(|| malformed("sp_executesql without a statement"))??;
        self.declarations = texts.next().transpose()?.unwrap_or_default();
        drop(texts);
        for (index, parameter) in self.parameters.iter_mut().enumerate() {
            parameter.declared = declared(&self.declarations, &parameter.name, index);
        }
        Ok(())
    }
}

const EXECUTE_SQL: &str = "sp_executesql";

/// A procedure has a name, or one of a few numbers.
fn take_procedure(octets: &mut &[u8]) -> io::Result<String> {
    match octets.try_get_u16_le()? {
        u16::MAX => match octets.try_get_u16_le()? {
            10 => Ok(EXECUTE_SQL.to_owned()),
            number => Ok(format!("#{number}")),
        },
        units => utf16(take(octets, usize::from(units) * 2)?),
    }
}

fn take_transaction(octets: &mut &[u8]) -> io::Result<Transaction> {
    match octets.try_get_u16_le()? {
        5 => Ok(Transaction::Begin { isolation: octets.try_get_u8()? }),
        7 => Ok(Transaction::Commit),
        8 => Ok(Transaction::Rollback),
        9 => Ok(Transaction::Save(take_short_text(octets)?)),
        kind => Err(malformed(&format!("a transaction request of the unknown kind {kind}"))),
    }
}

/// Every request begins with headers, and the octets that all of them take.
fn skip_headers(octets: &mut &[u8]) -> io::Result<()> {
    let all = octets.try_get_u32_le()?.checked_sub(4).ok_or_else(|| malformed("headers shorter than their length"))?;
    take(octets, all as usize)?;
    Ok(())
}
