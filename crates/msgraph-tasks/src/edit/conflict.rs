//! Fields that two sides changed, each to something else.

use std::{collections::BTreeMap, fmt};

use msgraph_core::{
    OrderHint, Raw,
    merge::{Conflict, Side},
};

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

/// The side to take where two sides changed a field, and yet nobody's wish is in the other's way.
pub(super) fn obvious(conflict: &Conflict) -> Option<Side> {
    conflict.field.key()?;
    let is_new = conflict.base.as_ref().is_none_or(Raw::is_null);
    // The service gives a place to what has none; nobody else asked for another.
    if is_new && conflict.mine.as_ref().is_some_and(is_place) && conflict.theirs.is_some() {
        return Some(Side::Mine);
    }
    is_the_same(conflict).then_some(Side::Theirs)
}

/// Whether two sides wanted the same of a member, although the service wrote more into theirs: whoever assigns somebody that
/// another assigned, or ticks an item that another ticked, has what they wanted.
fn is_the_same(conflict: &Conflict) -> bool {
    let (Some(mine), Some(theirs)) = (members(conflict.mine.as_ref()), members(conflict.theirs.as_ref())) else {
        return false;
    };
    let base = members(conflict.base.as_ref()).unwrap_or_default();
    let mut wanted = mine.iter().filter(|(name, value)| base.get(*name) != Some(*value));
    wanted.all(|(name, value)| name.contains('@') || is_place(value) || theirs.get(name) == Some(value))
}

fn members(value: Option<&Raw>) -> Option<BTreeMap<String, Raw>> {
    value?.decode().ok()
}

/// Whether this is an order hint that asks for a place: of what others placed, their place is as good.
fn is_place(value: &Raw) -> bool {
    value.decode::<OrderHint>().is_ok_and(|hint| hint.is_new())
}
