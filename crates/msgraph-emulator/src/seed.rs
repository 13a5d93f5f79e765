//! The state that an emulator begins with.

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    config::Config,
    store::{Kind, Row},
    world::World,
};

/// What an emulator begins with: who there is, and how it behaves.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Seed {
    /// What ids are drawn from.
    pub seed: u64,
    /// How it behaves.
    pub config: Config,
}

impl Seed {
    /// The state.
    pub(crate) fn world(&self) -> World {
        let mut world = World::default();
        world.counters.seed = self.seed;
        let names = ["Adele Vance", "Bruno Costa", "Chika Obi", "Dana Levi"];
        let mut members = Vec::new();
        for name in names {
            let first = name.split(' ').next().unwrap_or(name).to_ascii_lowercase();
            let mut row = Row::new(world.guid(), "");
            row.set("displayName", name);
            row.set("userPrincipalName", format!("{first}@contoso.example"));
            row.set("mail", format!("{first}@contoso.example"));
            members.push(row.id.clone());
            world.store.put(Kind::User, row);
        }
        let mut group = Row::new(world.guid(), "");
        group.set("displayName", "Product launch");
        group.set("members", json!(members));
        world.store.put(Kind::Group, group);
        world.store.commit();
        world
    }
}
