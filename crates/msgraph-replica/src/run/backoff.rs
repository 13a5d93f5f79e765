//! How long the loop waits after a failure.

use std::time::Duration;

use tokio::time::Instant;

/// The first wait.
const FIRST: Duration = Duration::from_millis(800);
/// The longest.
const MOST: Duration = Duration::from_secs(30);
/// How long nothing may fail, for the waits to begin anew.
const QUIET: Duration = Duration::from_mins(2);

/// Waits that double while something keeps failing. One success does not reset them: what works every other time would be
/// asked without end.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Backoff {
    failures: u32,
    failed_at: Option<Instant>,
}

impl Backoff {
    /// The wait after an attempt that began at a time and failed at another: between a half and the whole of what the number
    /// of failures makes it, by chance, so that many clients do not come back at once.
    pub(super) fn next(&mut self, started: Instant, now: Instant, random: u64) -> Duration {
        let quiet = |failed_at| started.saturating_duration_since(failed_at) > QUIET;
        if self.failed_at.is_some_and(quiet) {
            self.failures = 0;
        }
        let whole = FIRST.saturating_mul(1 << self.failures.min(10)).min(MOST);
        self.failures = self.failures.saturating_add(1);
        self.failed_at = Some(now);
        let half = whole / 2;
        let most = u64::try_from(half.as_millis()).unwrap_or(u64::MAX);
        half.saturating_add(Duration::from_millis(random % most.saturating_add(1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_their_limit_and_begin_anew_after_a_quiet_while() {
        let mut backoff = Backoff::default();
        let now = Instant::now();
        let waits: Vec<_> = (0..8).map(|_| backoff.next(now, now, 0).as_millis()).collect();
        assert_eq!(waits, [400, 800, 1_600, 3_200, 6_400, 12_800, 15_000, 15_000]);
        assert!((15_000..=30_000).contains(&backoff.next(now, now, u64::MAX).as_millis()));
        let soon = now + QUIET;
        assert_eq!(backoff.next(soon, soon, 0).as_millis(), 15_000);
        let later = soon + QUIET + Duration::from_secs(1);
        assert_eq!(backoff.next(later, later, 0).as_millis(), 400);
        assert_eq!(Backoff::default().next(now, now, 400).as_millis(), 800);
    }
}
