//! A target -> its corpus and so many mutated inputs, run; the one that fails is kept and named.

use std::collections::HashSet;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::time::{Duration, Instant};
use std::{env, fs};

use crate::chance::Chance;
use crate::corpus;
use crate::mutator::mutated;
use crate::targets::{ALL, Target};

/// An input that takes so long, without optimisation and on a busy machine, takes far too long.
const TOO_LONG: Duration = Duration::from_secs(10);
/// New outcomes are kept as beginnings of further inputs, up to so many.
const POOL: usize = 4_000;
/// The stack of a server's thread. Here, nothing is optimised, and frames are larger.
const STACK: usize = 2 * 1024 * 1024;

/// Runs `target` on its corpus and on `inputs` others.
#[track_caller]
pub(crate) fn run(target: &'static str, inputs: usize) {
    let run = std::thread::Builder::new().stack_size(STACK).spawn(move || Smoke::new(target).run(inputs)).unwrap();
    assert!(run.join().is_ok(), "the target {target} failed: see above");
}

struct Smoke {
    name: &'static str,
    target: Target,
    pool: Vec<Vec<u8>>,
    outcomes: HashSet<u64>,
    /// Where the input lies that is being run: it is still there when the process has ended by it.
    latest: PathBuf,
    ran: usize,
}

impl Smoke {
    fn new(name: &'static str) -> Self {
        let (_, target) = ALL.into_iter().find(|(known, _)| *known == name).unwrap();
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("fuzz");
        fs::create_dir_all(&folder).unwrap();
        Self { name, target, pool: corpus::of(name), outcomes: HashSet::new(), latest: folder.join(name), ran: 0 }
    }

    fn run(mut self, inputs: usize) {
        for input in self.pool.clone() {
            let outcome = self.one(&input);
            self.outcomes.insert(outcome);
        }
        let kept = self.pool.len();
        let seconds = env::var("DELTALINK_FUZZ_SECONDS").ok().map(|text| text.parse().expect("a number of seconds"));
        let seed = if seconds.is_some() { getrandom::u64().unwrap() } else { 1 };
        let (mut chance, begun) = (Chance::of(seed), Instant::now());
        let goes_on = |ran: usize| match seconds {
            Some(seconds) => begun.elapsed() < Duration::from_secs(seconds),
            None => ran < inputs,
        };
        while goes_on(self.ran) {
            let input = mutated(&self.pool, &mut chance);
            let outcome = self.one(&input);
            if self.outcomes.insert(outcome) && self.pool.len() < POOL {
                self.pool.push(input);
            }
        }
        let words = format!(
            "{}: {} inputs in {:?}, {kept} of the corpus, {} outcomes, seed {seed}\n",
            self.name,
            self.ran,
            begun.elapsed(),
            self.outcomes.len()
        );
        // Past the test runner, which shows what macros print for tests that fail only.
        std::io::stderr().write_all(words.as_bytes()).unwrap();
    }

    fn one(&mut self, input: &[u8]) -> u64 {
        self.ran += 1;
        fs::write(&self.latest, input).unwrap();
        let begun = Instant::now();
        let outcome = catch_unwind(AssertUnwindSafe(|| (self.target)(input))).ok();
        let (took, place) = (begun.elapsed(), self.latest.display());
        match outcome {
            Some(outcome) if took < TOO_LONG => outcome,
            Some(_) => panic!("{took:?} for the input in {place}: {:?}", String::from_utf8_lossy(input)),
            None => panic!("the input is in {place}: {:?}", String::from_utf8_lossy(input)),
        }
    }
}
