//! Numbers that look random and follow from a seed.

use serde::{Deserialize, Serialize};

/// A source of numbers. Faults and delays have one of their own, so that they do not change which ids are made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Chance {
    pub(crate) seed: u64,
    drawn: u64,
}

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed, drawn: 0 }
    }

    pub(crate) fn number(&mut self) -> u64 {
        self.drawn += 1;
        mixed(self.seed, self.drawn)
    }

    /// Whether something happens that does so in this share of all cases.
    pub(crate) fn happens(&mut self, probability: f64) -> bool {
        let number = u32::try_from(self.number() >> 32).unwrap_or(u32::MAX);
        f64::from(number) / (f64::from(u32::MAX) + 1.0) < probability
    }

    /// A number of this range, both ends included.
    pub(crate) fn between(&mut self, least: u64, most: u64) -> u64 {
        let width = most.saturating_sub(least).saturating_add(1);
        least + self.number().checked_rem(width).unwrap_or_default()
    }
}

/// `SplitMix64`: any seed does, and it needs no more state than a counter.
pub(crate) fn mixed(seed: u64, drawn: u64) -> u64 {
    let mut mixed = seed.wrapping_add(drawn.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}
