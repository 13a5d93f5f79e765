//! The state that an emulator begins with.

mod entries;
mod planting;

use std::{error, fmt};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

pub use self::entries::{SeedBucket, SeedGroup, SeedList, SeedPlan, SeedStep, SeedTask, SeedTodo, SeedUser};
use crate::{
    config::Config,
    store::{Kind, Row},
    world::World,
};

/// What an emulator begins with: who there is, what they have, and how it behaves.
///
/// Plans and lists are made by requests, as any client would make them, so that everything about them is as the service makes
/// it. People and groups are named by what stands before the `@` of a name, and by the name that is shown.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Seed {
    /// What ids are drawn from.
    pub seed: u64,
    /// The time at which it begins, such as `2026-01-05T09:00:00Z`; that one unless said otherwise.
    pub now: Option<Timestamp>,
    /// How it behaves.
    pub config: Config,
    /// Who there is; Adele, Bruno, Chika and Dana where nobody is named.
    pub users: Vec<SeedUser>,
    /// The groups; one of everybody where none is named.
    pub groups: Vec<SeedGroup>,
    /// The plans.
    pub plans: Vec<SeedPlan>,
    /// The lists of To Do.
    pub lists: Vec<SeedList>,
}

impl Seed {
    /// Reads a seed from JSON.
    ///
    /// # Errors
    ///
    /// When the text is no seed: with line and column, and what was expected there.
    pub fn parse(text: &str) -> Result<Self, SeedError> {
        serde_json::from_str(text).map_err(|error| {
            let place = format!("line {} column {}", error.line(), error.column());
            let reason = error.to_string();
            let reason = reason.strip_suffix(&format!(" at {place}")).unwrap_or(&reason);
            SeedError::at(place, reason)
        })
    }

    /// A team that prepares a launch: a plan with three buckets and a dozen tasks, and a list of To Do's.
    pub fn demo() -> Self {
        Self {
            plans: vec![entries::launch()],
            lists: vec![entries::errands()],
            ..Self::default()
        }
    }

    /// Users and groups.
    pub(crate) fn world(&self) -> World {
        let mut world = World::default();
        world.counters.seed = self.seed;
        if let Some(now) = self.now {
            world.counters.clock.set(now);
        }
        let built_in = entries::team();
        let users = if self.users.is_empty() { &built_in } else { &self.users };
        let mut ids = Vec::new();
        for user in users {
            let mut row = Row::new(world.guid(), "");
            let principal = user.principal_name();
            row.set("displayName", user.display_name.as_deref().unwrap_or(&user.name));
            row.set("mail", principal.clone());
            row.set("userPrincipalName", principal);
            ids.push((user.name.as_str(), row.id.clone()));
            world.store.put(Kind::User, row);
        }
        let everybody = SeedGroup {
            name: "Product launch".to_owned(),
            members: ids.iter().map(|(name, _)| (*name).to_owned()).collect(),
        };
        let everybody = [everybody];
        let groups = if self.groups.is_empty() {
            &everybody[..]
        } else {
            &self.groups
        };
        for group in groups {
            let mut row = Row::new(world.guid(), "");
            let is_member = |name: &&str| group.members.iter().any(|member| member == name);
            let members = ids.iter().filter(|(name, _)| is_member(name)).map(|(_, id)| id);
            row.set("displayName", group.name.clone());
            row.set("members", json!(members.collect::<Vec<_>>()));
            world.store.put(Kind::Group, row);
        }
        world.store.commit();
        world
    }
}

/// A seed with a fault: nothing of it is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeedError {
    place: String,
    reason: String,
}

impl SeedError {
    pub(crate) fn at(place: impl Into<String>, reason: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            reason: reason.into(),
        }
    }
}

impl fmt::Display for SeedError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the seed has a fault at {}: {}", self.place, self.reason)
    }
}

impl error::Error for SeedError {}
