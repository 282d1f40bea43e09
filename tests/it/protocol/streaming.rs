//! Long answers in little memory, and statements of more than one packet.

use super::served::Served;
use super::table::{Row, Table, column};
use crate::tds::Value;

/// As many as SQL Server's tables have without sparse ones, but for the key.
const COLUMNS: usize = 1023;

fn long_name(number: usize) -> String {
    format!("C{number:0>126}")
}

#[test]
fn a_statement_may_be_longer_than_a_packet() {
    let columns = std::iter::once(column("Id", "int"));
    let columns = columns.chain((0..COLUMNS).map(|number| column(&long_name(number), "tinyint"))).collect();
    let row: Row = std::iter::once(1.into())
        .chain((0..COLUMNS).map(|number| Value::Int((number % 256).try_into().unwrap())))
        .collect();
    let served = Served::of(Table::new("T", &["Id"], columns).rows([row]));
    let entity = served.get("/odata/T").expect(200).value().remove(0);
    assert_eq!(entity.as_object().unwrap().len(), COLUMNS + 1);
    assert_eq!(entity[long_name(1022)], 1022 % 256);
    let requests = served.peer.requests();
    let longest = requests.iter().max_by_key(|request| request.sql.len()).unwrap();
    assert!(longest.sql.len() > 100_000 && longest.login.packet_size == 4096, "{} octets", longest.sql.len());
    served.get("/odata/T(1)").expect(200);
}

#[cfg(target_os = "linux")]
#[test]
fn fifty_thousand_rows_pass_through_in_little_memory() {
    use std::io::Read;

    use super::database::Database;
    use super::served::binary;
    use crate::support::process::Process;

    const ROWS: u64 = 50_000;
    const ALLOWED_KIB: u64 = 12 * 1024;
    let filler =
        |number: u64| -> Row { vec![i64::try_from(number).unwrap().into(), "0123456789".repeat(100).as_str().into()] };
    let columns = vec![column("Id", "int"), column("Filler", "nvarchar(1000)")];
    let database = Database::of([Table::new("Big", &["Id"], columns).made_rows(ROWS, filler)]);
    let peer = database.settings().start();
    let folder = tempfile::tempdir().unwrap();
    let (process, client) = Process::serving(binary(folder.path(), &peer, &["serve"]));
    client.get("/odata/Big?$top=1").expect(200);
    let memory = |name: &str| -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", process.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with(name)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    };
    let before = memory("VmRSS");
    let url = format!("{}/odata/Big", client.base);
    let answer = ureq::get(&url).header("Prefer", "odata.track-changes, odata.maxpagesize=50000").call().unwrap();
    let mut body = answer.into_body().into_reader();
    let (mut piece, mut octets, mut end) = (vec![0; 64 * 1024], 0, Vec::new());
    while let read @ 1.. = body.read(&mut piece).unwrap() {
        octets += read;
        end.extend_from_slice(&piece[..read]);
        end.drain(..end.len().saturating_sub(1000));
    }
    let peak = memory("VmHWM");
    assert!(octets > 50_000_000 && String::from_utf8_lossy(&end).contains("\"@odata.deltaLink\":\""), "{octets}");
    assert!(peak - before < ALLOWED_KIB, "grew from {before} to {peak} KiB for {octets} octets");
    assert_eq!(database.lock().only().rows.made(), ROWS + 1);
}
