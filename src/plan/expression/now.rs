//! The moment of a request, for `now()`.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::edm::{Moment, Short, Ticks};

/// 1970-01-01, in days since 0001-01-01.
const DAY_1970: i64 = 719_162;
const SECONDS_A_DAY: u64 = 86_400;

/// Now, in canonical text; the one thing in planning that is not the request's or the model's.
pub(in crate::plan) fn now() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let (day, second) = (since.as_secs() / SECONDS_A_DAY, since.as_secs() % SECONDS_A_DAY);
    let time = Ticks { count: second * 10_000_000 + u64::from(since.subsec_nanos() / 100), scale: 7 };
    let day = DAY_1970 + i64::try_from(day).unwrap_or_default();
    Short::moment(Moment { day, time, offset: 0 }).map_or_else(String::new, |moment| moment.as_str().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edm::instant;

    #[test]
    fn now_is_a_moment_of_our_times() {
        assert!(instant(&now()) > instant("2026-01-01T00:00:00Z"), "{}", now());
    }
}
