//! Fields that two sides changed, each to something else.

use std::fmt;

use msgraph_core::merge::{Conflict, Side};

/// What to do with a field that both sides changed, each to something else.
///
/// A clock does not decide: who wrote last is not who is right.
#[derive(Default)]
#[non_exhaustive]
pub enum OnConflict<'c> {
    /// The edit fails with all conflicts, and nothing of it is written.
    #[default]
    Fail,
    /// My value is written.
    Mine,
    /// The other value stays; what else I changed is written.
    Theirs,
    /// The function decides on each field.
    Ask(Box<dyn FnMut(&Conflict) -> Side + Send + 'c>),
}

impl<'c> OnConflict<'c> {
    /// Lets a function decide on each field.
    pub fn ask(decide: impl FnMut(&Conflict) -> Side + Send + 'c) -> Self {
        Self::Ask(Box::new(decide))
    }

    /// The side that this policy is for; `None` where the edit fails.
    pub(super) fn side(&mut self, conflict: &Conflict) -> Option<Side> {
        match self {
            Self::Fail => None,
            Self::Mine => Some(Side::Mine),
            Self::Theirs => Some(Side::Theirs),
            Self::Ask(decide) => Some(decide(conflict)),
        }
    }
}

impl fmt::Debug for OnConflict<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Fail => "Fail",
            Self::Mine => "Mine",
            Self::Theirs => "Theirs",
            Self::Ask(_) => "Ask",
        })
    }
}

/// A field that both sides changed, each to something else, and the side that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Settled {
    /// The field: what it was, what I wanted, and what somebody else made of it.
    pub conflict: Conflict,
    /// The side that was taken.
    pub side: Side,
}
