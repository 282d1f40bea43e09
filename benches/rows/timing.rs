//! Several ways of doing the same -> how long each takes, measured in turn, and the ratios.

use std::time::{Duration, Instant};

/// Ways of reading the same rows. The first is what the others are compared with.
pub(crate) struct Contest<'a> {
    warm_up: Duration,
    entries: Vec<Entry<'a>>,
}

/// A name, and what is timed.
type Entry<'a> = (&'static str, Box<dyn FnMut() + 'a>);

impl<'a> Contest<'a> {
    pub(crate) fn new(warm_up: Duration) -> Self {
        Self { warm_up, entries: Vec::new() }
    }

    /// Adds a way, if the command line asks for it.
    pub(crate) fn enter(&mut self, name: &'static str, run: impl FnMut() + 'a) {
        let wanted = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
        if wanted.is_none_or(|word| name.contains(&word)) {
            self.entries.push((name, Box::new(run)));
        }
    }

    /// Prints the median rate of each, and the median of its ratios to the first, each within one round.
    pub(crate) fn run(mut self, rounds: usize, rows: u32) {
        for (_, run) in &mut self.entries {
            let started = Instant::now();
            while started.elapsed() < self.warm_up {
                run();
            }
        }
        let mut times = vec![Vec::with_capacity(rounds); self.entries.len()];
        for round in 0..rounds {
            // Nobody is always first.
            for turn in 0..self.entries.len() {
                let entry = (round + turn) % self.entries.len();
                times[entry].push(time(&mut self.entries[entry].1));
            }
        }
        for ((name, _), measured) in self.entries.iter().zip(&times) {
            let rates = measured.iter().map(|seconds| f64::from(rows) / seconds / 1000.0);
            let ratios: Vec<f64> = times[0].iter().zip(measured).map(|(first, this)| first / this).collect();
            let (least, most) =
                ratios.iter().fold((f64::MAX, 0_f64), |(least, most), &ratio| (least.min(ratio), most.max(ratio)));
            let (rate, ratio) = (median(rates.collect()), median(ratios));
            println!("  {name:<14} {rate:>8.0}   x {ratio:.2}   ({least:.2} to {most:.2})");
        }
        println!();
    }
}

fn time(run: &mut dyn FnMut()) -> f64 {
    let started = Instant::now();
    run();
    started.elapsed().as_secs_f64()
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}
