//! What a client takes from outside: time and chance, so that a test can repeat a run.

use std::{fmt, time::SystemTime};

/// Where a client gets the date and its random numbers.
///
/// How long it waits is tokio's business, whose clock a test can pause.
pub trait Environment: Send + Sync {
    /// The date and time.
    fn now(&self) -> SystemTime;

    /// A random number.
    fn random(&self) -> u64;
}

/// This machine's clock and random numbers.
#[derive(Debug, Clone, Copy, Default)]
pub struct System;

impl Environment for System {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    fn random(&self) -> u64 {
        fastrand::u64(..)
    }
}

/// An id for a request, in the form of a GUID of version 4.
pub(crate) fn request_id(environment: &dyn Environment) -> RequestId {
    RequestId(environment.random(), environment.random())
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct RequestId(u64, u64);

impl fmt::Display for RequestId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (high, low) = (self.0, self.1);
        write!(
            formatter,
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xfff,
            ((low >> 48) & 0x3fff) | 0x8000,
            low & 0xffff_ffff_ffff
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Ones;

    impl Environment for Ones {
        fn now(&self) -> SystemTime {
            SystemTime::UNIX_EPOCH
        }

        fn random(&self) -> u64 {
            u64::MAX
        }
    }

    #[test]
    fn an_id_is_a_guid() {
        assert_eq!(request_id(&Ones).to_string(), "ffffffff-ffff-4fff-bfff-ffffffffffff");
        assert_ne!(request_id(&System).to_string(), request_id(&System).to_string());
    }
}
