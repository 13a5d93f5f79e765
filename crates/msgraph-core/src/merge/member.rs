//! A member of an open map that both sides changed: an object is merged property by property.

use std::collections::BTreeMap;

use crate::Raw;

/// What two sides made of one member.
pub(super) struct Member {
    /// Theirs, with my changes.
    pub(super) mine_over_theirs: Raw,
    /// Whether both sides changed one property, each to something else.
    pub(super) is_conflict: bool,
}

/// Merges a member; `None` where one of the sides holds no object.
pub(super) fn merge(base: Option<&Raw>, mine: Option<&Raw>, theirs: Option<&Raw>) -> Option<Member> {
    let (mine, mut merged) = (properties(mine?)?, properties(theirs?)?);
    let base = base.and_then(properties).unwrap_or_default();
    let mut is_conflict = false;
    let changed = mine.iter().filter(|(name, value)| base.get(*name) != Some(*value));
    for (name, value) in changed {
        let their = merged.get(name);
        is_conflict |= their != base.get(name) && their != Some(value);
        merged.insert(name.clone(), value.clone());
    }
    for name in base.keys().filter(|name| !mine.contains_key(*name)) {
        is_conflict |= merged.get(name).is_some_and(|their| base.get(name) != Some(their));
        merged.remove(name);
    }
    let mine_over_theirs = Raw::from_value(&merged).ok()?;
    Some(Member {
        mine_over_theirs,
        is_conflict,
    })
}

fn properties(value: &Raw) -> Option<BTreeMap<String, Raw>> {
    value.decode().ok()
}
