//! What each content coding costs: a page of orders of about 1 MB of JSON, in chunks of 64 KiB, as an answer is compressed.
//!
//! See `docs/benchmarks.md`. Printed are octets, and the median time of many rounds, for several levels of each; the gateway's own
//! (`src/http/compress.rs`) are marked.

#![expect(clippy::unwrap_used, reason = "a measurement that cannot be made ends the run")]

use std::fmt::Write as _;
use std::io::Write;
use std::time::{Duration, Instant};

use brotli::enc::BrotliEncoderParams;
use flate2::Compression;
use flate2::write::GzEncoder;

const ROWS: u64 = 5_500;
const CHUNK: usize = 64 * 1024;
const ROUNDS: usize = 15;

fn main() {
    let page = page();
    println!("a page of {} octets in chunks of {CHUNK}; medians of {ROUNDS} rounds\n", page.len());
    println!("  {:<22} {:>9} {:>6} {:>8}", "", "octets", "of all", "ms");
    for (level, window) in [(1, 17), (1, 18), (1, 19), (2, 18), (3, 18), (3, 21), (5, 18)] {
        report("zstd", level, window, (level, window) == (1, 18), &page, || {
            let mut encoder = zstd::Encoder::new(Vec::new(), level).unwrap();
            encoder.window_log(window).unwrap();
            feed(&page, &mut encoder);
            encoder.finish().unwrap()
        });
    }
    for (level, window) in [(1_i32, 18_i32), (3, 18), (4, 18), (4, 22), (5, 18), (6, 18)] {
        report("br", level, window.unsigned_abs(), (level, window) == (1, 18), &page, || {
            let params = BrotliEncoderParams { quality: level, lgwin: window, ..BrotliEncoderParams::default() };
            let mut encoder = brotli::CompressorWriter::with_params(Vec::new(), 16 * 1024, &params);
            feed(&page, &mut encoder);
            encoder.into_inner()
        });
    }
    for level in [1_i32, 2, 3, 4, 6] {
        report("gzip", level, 15, level == 2, &page, || {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::new(level.unsigned_abs()));
            feed(&page, &mut encoder);
            encoder.finish().unwrap()
        });
    }
}

fn feed(page: &[u8], encoder: &mut impl Write) {
    page.chunks(CHUNK).for_each(|chunk| encoder.write_all(chunk).unwrap());
}

fn report(name: &str, level: i32, window: u32, ours: bool, page: &[u8], compress: impl Fn() -> Vec<u8>) {
    let mut times: Vec<Duration> = Vec::with_capacity(ROUNDS);
    let mut octets = 0;
    for _ in 0..ROUNDS {
        let started = Instant::now();
        octets = compress().len();
        times.push(started.elapsed());
    }
    times.sort();
    let (title, percent) = (format!("{name} {level}, window 2^{window}"), octets * 100 / page.len());
    let mark = if ours { " *" } else { "" };
    println!("  {title:<22} {octets:>9} {percent:>5}% {:>8.1}{mark}", times[ROUNDS / 2].as_secs_f64() * 1000.0);
}

/// Orders of seven columns, about 184 octets each. Everything follows from the number, and looks as if it did not.
fn page() -> Vec<u8> {
    let mut text = r#"{"@odata.context":"http://localhost:8080/odata/$metadata#Orders","value":["#.to_owned();
    for id in 1..=ROWS {
        let scattered = id.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let (number, tail) = (scattered >> 32, scattered.rotate_left(17) & 0xFFFF_FFFF_FFFF);
        let dish = ["soup", "noodles", "\\\"special\\\"", "Käsespätzle"][(number >> 8 & 3) as usize];
        let comma = if id > 1 { "," } else { "" };
        write!(
            text,
            r#"{comma}{{"Id":{id},"Customer":"{number:08x}-{:04x}-4{:03x}-a{:03x}-{tail:012x}","PlacedAt":"2026-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z","Total":{}.{:02},"Quantity":{},"Paid":{},"Note":"{dish}, table {}, no onions"}}"#,
            scattered & 0xFFFF, scattered >> 20 & 0xFFF, scattered >> 9 & 0xFFF,
            id / 500 % 12 + 1, id / 50 % 28 + 1, number % 24, number % 60, number / 7 % 60, number % 1000,
            number % 10_000, number / 3 % 100, number % 99 + 1, number & 64 == 0, number % 60,
        )
        .unwrap();
    }
    text.push_str("]}");
    text.into_bytes()
}
