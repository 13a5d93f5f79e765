//! When a request is sent again, and how long that waits.

use std::time::{Duration, SystemTime};

use http::{
    HeaderMap, StatusCode,
    header::{DATE, RETRY_AFTER},
};
use msgraph_core::request::Replay;

use crate::{
    Environment,
    transport::{Incoming, TransportError},
};

/// How often a request is sent, and how long it waits between.
///
/// The waits double from [`base`](Self::base) up to [`most`](Self::most), each shortened by chance to between a half and the
/// whole. Where the service says how long to wait, that is how long it waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// How often a request is sent at most, the first time included.
    pub attempts: u32,
    /// The first wait.
    pub base: Duration,
    /// The longest wait that the service did not ask for.
    pub most: Duration,
}

impl RetryPolicy {
    /// Each request is sent once.
    pub const NEVER: Self = Self {
        attempts: 1,
        base: Duration::ZERO,
        most: Duration::ZERO,
    };

    /// The same with so many attempts; at least one.
    #[must_use]
    pub fn attempts(self, attempts: u32) -> Self {
        let attempts = attempts.max(1);
        Self { attempts, ..self }
    }

    /// The same with these waits.
    #[must_use]
    pub fn waits(self, base: Duration, most: Duration) -> Self {
        Self { base, most, ..self }
    }

    /// How long the wait before an attempt is, where the service says nothing; the second attempt is number 2.
    pub(crate) fn backoff(&self, attempt: u32, random: u64) -> Duration {
        let doublings = attempt.saturating_sub(2).min(30);
        let whole = self.base.saturating_mul(1 << doublings).min(self.most);
        // 53 bits are what a double holds.
        #[expect(clippy::cast_precision_loss, reason = "it has no more than 53 bits")]
        let share = (random >> 11) as f64 / (1_u64 << 53) as f64;
        whole.mul_f64(share.mul_add(0.5, 0.5))
    }
}

impl Default for RetryPolicy {
    /// Four attempts, that wait one second at first and a minute at most.
    fn default() -> Self {
        Self {
            attempts: 4,
            base: Duration::from_secs(1),
            most: Duration::from_mins(1),
        }
    }
}

/// How one attempt ended.
pub(crate) enum Outcome {
    Response(Incoming),
    Failure(TransportError),
}

/// What to do after an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is over.
    Done,
    /// It may be tried again. Whether the attempt may have been carried out matters to what comes after.
    Again { maybe_applied: bool },
}

/// Whether sending a request twice does no harm. What an ETag guards cannot be done twice, and what came of it can be told.
fn is_repeatable(replay: Replay) -> bool {
    matches!(replay, Replay::Harmless | Replay::Checked)
}

/// Whether a request that was answered so may be sent again.
pub(crate) fn may_repeat(status: u16, replay: Replay) -> bool {
    match status {
        // The service refused to look at it.
        429 => true,
        503 | 504 => is_repeatable(replay),
        _ => false,
    }
}

/// Whether a request may be sent again after an attempt that ended so.
pub(crate) fn judge(outcome: &Outcome, replay: Replay) -> Verdict {
    let repeatable = is_repeatable(replay);
    let unless_applied = |maybe_applied| {
        if repeatable {
            Verdict::Again { maybe_applied }
        } else {
            Verdict::Done
        }
    };
    match outcome {
        Outcome::Failure(error) if error.is_not_sent() => Verdict::Again { maybe_applied: false },
        Outcome::Failure(error) if error.is_final() => Verdict::Done,
        Outcome::Failure(_) => unless_applied(true),
        Outcome::Response(incoming) => {
            let status = incoming.head.status;
            let maybe_applied = status != StatusCode::TOO_MANY_REQUESTS;
            if may_repeat(status.as_u16(), replay) {
                Verdict::Again { maybe_applied }
            } else {
                Verdict::Done
            }
        }
    }
}

/// How long the service asks to wait: whole seconds, a fraction, or a date, which is compared with the service's own.
pub(crate) fn retry_after(headers: &HeaderMap, environment: &dyn Environment) -> Option<Duration> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    parse_retry_after(text(RETRY_AFTER)?, text(DATE), environment)
}

/// The same from the values of both headers.
pub(crate) fn parse_retry_after(value: &str, date: Option<&str>, environment: &dyn Environment) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse::<f64>() {
        // Neither infinite nor no number.
        return Duration::try_from_secs_f64(seconds)
            .ok()
            .or((seconds < 0.0).then_some(Duration::ZERO));
    }
    let until = httpdate::parse_http_date(value).ok()?;
    let sent = date.and_then(|date| httpdate::parse_http_date(date).ok());
    let now: SystemTime = sent.unwrap_or_else(|| environment.now());
    Some(until.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed;

    impl Environment for Fixed {
        fn now(&self) -> SystemTime {
            httpdate::parse_http_date("Sat, 21 Nov 2026 12:00:00 GMT").unwrap()
        }

        fn random(&self) -> u64 {
            0
        }
    }

    /// D7: of a date, not only the seconds of a minute count, and no local clock or zone does.
    #[test]
    fn d7_retry_after_in_every_spelling() {
        let cases = [
            ("7", None, Some(Duration::from_secs(7))),
            ("2.128", None, Some(Duration::from_millis(2128))),
            (" 3 ", None, Some(Duration::from_secs(3))),
            ("-5", None, Some(Duration::ZERO)),
            ("86400", None, Some(Duration::from_hours(24))),
            ("Sat, 21 Nov 2026 12:02:05 GMT", None, Some(Duration::from_secs(125))),
            (
                "Sat, 21 Nov 2026 12:02:05 GMT",
                Some("Sat, 21 Nov 2026 12:02:00 GMT"),
                Some(Duration::from_secs(5)),
            ),
            ("Sat, 21 Nov 2026 11:00:00 GMT", None, Some(Duration::ZERO)),
            ("soon", None, None),
            ("inf", None, None),
            ("NaN", None, None),
            ("", None, None),
        ];
        for (value, date, expected) in cases {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, value.parse().unwrap());
            if let Some(date) = date {
                headers.insert(DATE, date.parse().unwrap());
            }
            assert_eq!(retry_after(&headers, &Fixed), expected, "{value}");
        }
    }

    #[test]
    fn waits_double_within_their_limits() {
        let policy = RetryPolicy::default();
        let seconds = |attempt, random| policy.backoff(attempt, random).as_secs_f64();
        assert!((seconds(2, 0) - 0.5).abs() < 1e-9);
        assert!(seconds(2, u64::MAX) <= 1.0);
        assert!((seconds(4, 0) - 2.0).abs() < 1e-9);
        assert!(seconds(40, u64::MAX) <= 60.0);
    }
}
