//! Ratios, side by side in one run: each pair takes turns, and the median of the turns counts.

use std::time::{Duration, Instant};

/// The line above the ratios.
pub fn head() {
    println!("{:<66} {:>6}  {:<8}", "", "ratio", "limit");
}

/// How many times as long `one` takes as `other`: the median of turns.
pub fn ratio(name: &str, limit: &str, mut one: impl FnMut(), mut other: impl FnMut()) {
    ratio_of(name, limit, |count| repeated(count, &mut one), |count| repeated(count, &mut other));
}

/// The same of what can only be timed from inside: each does its work so many times, and says how long that took.
pub fn ratio_of(name: &str, limit: &str, mut one: impl FnMut(u32) -> Duration, mut other: impl FnMut(u32) -> Duration) {
    let mut count = 1;
    while other(count) < Duration::from_millis(5) {
        count *= 2;
    }
    let mut turns: Vec<(f64, f64)> = Vec::new();
    for _ in 0..101 {
        let (a, b) = (one(count).as_secs_f64(), other(count).as_secs_f64());
        turns.push((a / b, a / f64::from(count) * 1e6));
    }
    turns.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (median, micros) = turns[turns.len() / 2];
    println!("{name:<66} {median:6.2}  {limit:<8} {micros:9.3} us here");
}

/// How long it takes to do `work` so many times.
pub fn repeated(count: u32, mut work: impl FnMut()) -> Duration {
    let start = Instant::now();
    for _ in 0..count {
        work();
    }
    start.elapsed()
}
