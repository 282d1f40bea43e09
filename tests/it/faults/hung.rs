//! A file whose disk does not answer any more: who reads it hangs in the system's own call, where nobody can break that off.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use super::{Served, assert_equal, command, copy, table_of};
use crate::support::patience::{PATIENCE, eventually};
use crate::support::sqlite::Database;

/// Within this the gateway has ended: the ten seconds of `http::SHUTDOWN_SECONDS`, and some.
const BOUND: Duration = Duration::from_secs(20);

/// In the place of the system's call that SQLite reads a file with: waits while there is a file `hangs`, and says so with a file `waits`.
const HANGING: &str = r#"
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/types.h>
#include <unistd.h>

ssize_t pread64(int file, void *into, size_t count, off64_t from) {
    ssize_t (*read)(int, void *, size_t, off64_t) = dlsym(RTLD_NEXT, "pread64");
    while (access("hangs", F_OK) == 0) {
        close(open("waits", O_CREAT | O_WRONLY, 0600));
        usleep(10000);
    }
    return read(file, into, count, from);
}
"#;

/// A library with that call.
fn library(folder: &Path) -> PathBuf {
    let (source, library) = (folder.join("hanging.c"), folder.join("hanging.so"));
    std::fs::write(&source, HANGING).unwrap();
    let compiler = std::env::var("CC").unwrap_or_else(|_| "cc".to_owned());
    let made = Command::new(compiler).args(["-shared", "-fPIC", "-o"]).arg(&library).arg(&source).arg("-ldl").status();
    assert!(made.unwrap().success());
    library
}

/// A gateway on a file that can be made to hang.
struct Scene {
    database: Database,
    served: Served,
    hangs: PathBuf,
    waits: PathBuf,
}

fn scene() -> Scene {
    let database = table_of(20_000, 100);
    let folder = database.folder.path();
    let (hangs, waits) = (folder.join("hangs"), folder.join("waits"));
    let mut command = command(&database, "");
    command.env("LD_PRELOAD", library(folder));
    Scene { served: Served::start(command), database, hangs, waits }
}

impl Scene {
    /// Changes something, so that the file has to be read again, and lets that hang.
    fn hang(&self, change: &str) {
        self.database.execute(change);
        std::fs::write(&self.hangs, "").unwrap();
    }

    /// Asks for what is at `path`; who reads the file for that hangs.
    fn ask(&self, path: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.served.address()).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.served.address()).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        eventually(|| self.waits.exists().then_some(()));
        stream
    }

    fn go_on(&self) {
        for file in [&self.hangs, &self.waits] {
            std::fs::remove_file(file).unwrap();
        }
    }
}

fn rest(mut stream: TcpStream) -> String {
    let mut octets = Vec::new();
    let _ = stream.read_to_end(&mut octets);
    String::from_utf8_lossy(&octets).into_owned()
}

#[test]
fn a_file_that_hangs_hangs_its_readers_only_and_is_read_when_it_answers() {
    let scene = scene();
    let client = &scene.served.client;
    let mut copy = copy(client);
    scene.hang("UPDATE T SET V = 'new' WHERE Id = 5; DELETE FROM T WHERE Id = 6");
    let asked = scene.ask("/odata/T");
    client.get("/odata/").expect(200);
    client.get("/healthz").expect(200);
    client.get("/readyz").expect(503);
    scene.go_on();
    assert!(rest(asked).ends_with("0\r\n\r\n"));
    eventually(|| (client.get("/readyz").status == 200).then_some(()));
    assert_equal(&mut copy, client, &scene.database);
    scene.served.log();
}

#[test]
fn a_gateway_that_is_told_to_end_does_not_wait_for_a_file_that_hangs() {
    // Many rows are read by a thread that may wait, one row by the one that was asked.
    let paths = ["/odata/T", "/odata/T(5)"];
    std::thread::scope(|scope| {
        paths.map(|path| scope.spawn(move || ends_while_it_reads(path))).map(|ended| ended.join().unwrap())
    });
}

fn ends_while_it_reads(path: &str) {
    let scene = scene();
    scene.served.client.get("/odata/T(5)").expect(200);
    scene.hang("DELETE FROM T WHERE Id = 7");
    let asked = scene.ask(path);
    scene.served.process.terminate();
    let told = Instant::now();
    assert_eq!(rest(asked), "");
    let log = scene.served.process.finish().expect(0).err;
    assert_eq!(log.contains("a thread hangs"), path == "/odata/T(5)", "{path}: {log}");
    assert!(told.elapsed() < BOUND, "{path}: {:?}", told.elapsed());
}
