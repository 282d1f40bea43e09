//! What a server says besides rows, as tokens.

use bytes::{BufMut, BytesMut};

use super::collation::Collation;
use super::fault::Fault;
use super::octets::{put_counted, put_short_text, put_text};

const RETURN_STATUS: u8 = 0x79;
const ERROR: u8 = 0xAA;
const INFO: u8 = 0xAB;
const LOGIN_ACKNOWLEDGED: u8 = 0xAD;
const FEATURES_ACKNOWLEDGED: u8 = 0xAE;
const CHANGE: u8 = 0xE3;

/// The end of a statement in a batch.
pub(super) const DONE: u8 = 0xFD;
/// The end of a procedure.
pub(super) const DONE_PROCEDURE: u8 = 0xFE;
/// The end of a statement in a procedure.
pub(super) const DONE_IN_PROCEDURE: u8 = 0xFF;

pub(super) const MORE: u16 = 0x01;
pub(super) const FAILED: u16 = 0x02;
pub(super) const COUNTED: u16 = 0x10;
pub(super) const ATTENTION_SEEN: u16 = 0x20;

pub(super) fn put_done(out: &mut BytesMut, token: u8, status: u16, count: u64) {
    out.put_u8(token);
    out.put_u16_le(status);
    out.put_u16_le(0xC1);
    out.put_u64_le(count);
}

pub(super) fn put_return_status(out: &mut BytesMut, status: u32) {
    out.put_u8(RETURN_STATUS);
    out.put_u32_le(status);
}

pub(super) fn put_error(out: &mut BytesMut, fault: &Fault) {
    put_message(out, ERROR, fault);
}

pub(super) fn put_info(out: &mut BytesMut, fault: &Fault) {
    put_message(out, INFO, fault);
}

fn put_message(out: &mut BytesMut, token: u8, fault: &Fault) {
    out.put_u8(token);
    put_counted(out, |out| {
        out.put_u32_le(fault.number);
        out.put_u8(fault.state);
        out.put_u8(fault.class);
        put_text(out, &fault.message);
        put_short_text(out, "peer");
        put_short_text(out, "");
        out.put_u32_le(1);
    });
}

/// Says that the login is accepted, as a server of 2022 with TDS 7.4.
pub(super) fn put_login_acknowledged(out: &mut BytesMut) {
    out.put_u8(LOGIN_ACKNOWLEDGED);
    put_counted(out, |out| {
        out.put_slice(&[1, 0x74, 0, 0, 4]);
        put_short_text(out, "Microsoft SQL Server");
        out.put_slice(&[16, 0, 0x03, 0xE8]);
    });
}

/// Says that the access token is accepted.
pub(super) fn put_access_token_acknowledged(out: &mut BytesMut) {
    out.put_slice(&[FEATURES_ACKNOWLEDGED, 2, 0, 0, 0, 0, 0xFF]);
}

pub(super) fn put_database(out: &mut BytesMut, name: &str) {
    put_change(out, 1, |out| {
        put_short_text(out, name);
        put_short_text(out, "master");
    });
}

pub(super) fn put_packet_size(out: &mut BytesMut, size: usize) {
    put_change(out, 4, |out| {
        put_short_text(out, &size.to_string());
        put_short_text(out, "4096");
    });
}

pub(super) fn put_collation(out: &mut BytesMut, collation: Collation) {
    put_change(out, 7, |out| {
        out.put_u8(5);
        out.put_slice(&collation.octets());
        out.put_u8(0);
    });
}

/// Sends the client to another server.
pub(super) fn put_routing(out: &mut BytesMut, host: &str, port: u16) {
    put_change(out, 20, |out| {
        put_counted(out, |out| {
            out.put_u8(0);
            out.put_u16_le(port);
            put_text(out, host);
        });
        out.put_u16_le(0);
    });
}

/// Says that a transaction has begun, and how the client is to name it.
pub(super) fn put_transaction_begun(out: &mut BytesMut, name: u64) {
    put_change(out, 8, |out| {
        out.put_u8(8);
        out.put_u64_le(name);
        out.put_u8(0);
    });
}

pub(super) fn put_transaction_ended(out: &mut BytesMut, name: u64, committed: bool) {
    put_change(out, if committed { 9 } else { 10 }, |out| {
        out.put_u8(0);
        out.put_u8(8);
        out.put_u64_le(name);
    });
}

fn put_change(out: &mut BytesMut, kind: u8, put: impl FnOnce(&mut BytesMut)) {
    out.put_u8(CHANGE);
    put_counted(out, |out| {
        out.put_u8(kind);
        put(out);
    });
}
