use std::fmt;

/// Some of the versions of an API, each by its number: the place of its document among those that were merged.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Versions(u8);

impl Versions {
    /// None.
    pub const NONE: Self = Self(0);
    /// Every version there may be.
    pub const ALL: Self = Self(u8::MAX);

    /// One version.
    pub fn only(number: usize) -> Self {
        Self(1_u8.checked_shl(u32::try_from(number).unwrap_or(u32::MAX)).unwrap_or(0))
    }

    /// Whether this version is one of them.
    pub fn has(self, number: usize) -> bool {
        self.0 & Self::only(number).0 != 0
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Those of both.
    pub fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Those of either.
    pub fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The number of the first.
    pub fn first(self) -> usize {
        self.0.trailing_zeros() as usize
    }
}

/// The numbers, as in `{0, 1}`.
impl fmt::Debug for Versions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::ALL {
            return formatter.write_str("all");
        }
        let numbers: Vec<_> = (0..8)
            .filter(|number| self.has(*number))
            .map(|number| number.to_string())
            .collect();
        write!(formatter, "{{{}}}", numbers.join(", "))
    }
}
