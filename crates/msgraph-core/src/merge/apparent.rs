//! Conflicts that only look like some: nobody's wish is in the other's way.

use std::collections::BTreeMap;

use super::three_way::{Conflict, Side};
use crate::{OrderHint, Raw};

impl Conflict {
    /// The side to take where the conflict only looks like one, since the service wrote more into a member of an open map than
    /// anybody asked for: an order hint for what had none, or who ticked an item, and when. `None` where it is one.
    pub fn apparent(&self) -> Option<Side> {
        self.field.key()?;
        let is_new = self.base.as_ref().is_none_or(Raw::is_null);
        // The service gives a place to what has none; nobody else asked for another.
        if is_new && self.mine.as_ref().is_some_and(is_place) && self.theirs.is_some() {
            return Some(Side::Mine);
        }
        self.wants_the_same().then_some(Side::Theirs)
    }

    /// Whoever assigns somebody that another assigned, or ticks an item that another ticked, has what they wanted.
    fn wants_the_same(&self) -> bool {
        let (Some(mine), Some(theirs)) = (members(self.mine.as_ref()), members(self.theirs.as_ref())) else {
            return false;
        };
        let base = members(self.base.as_ref()).unwrap_or_default();
        let mut wanted = mine.iter().filter(|(name, value)| base.get(*name) != Some(*value));
        wanted.all(|(name, value)| name.contains('@') || is_place(value) || theirs.get(name) == Some(value))
    }
}

fn members(value: Option<&Raw>) -> Option<BTreeMap<String, Raw>> {
    value?.decode().ok()
}

/// Whether this is an order hint that asks for a place: of what others placed, their place is as good.
fn is_place(value: &Raw) -> bool {
    value.decode::<OrderHint>().is_ok_and(|hint| hint.is_new())
}
