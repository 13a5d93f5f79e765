//! Links that are no longer accepted, in every spelling that is known.

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    reply::Refusal,
    store::{Kind, Row},
    world::World,
};

/// How the service says that a link is no longer accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Expiry {
    /// 410, with a `Location` where the query begins again.
    Location,
    /// 410 `SyncStateNotFound`, with the generations of the state.
    Generation,
    /// 410 `syncStateNotFound`.
    SyncStateNotFound,
    /// 410 `resyncRequired`.
    ResyncRequired,
    /// 410 `resyncApplyDifferences`.
    ResyncApplyDifferences,
    /// 410 `resyncUploadDifferences`.
    ResyncUploadDifferences,
    /// 404 `ResourceNotFound`.
    ResourceNotFound,
    /// 400 `ErrorInvalidIdMalformed`.
    InvalidIdMalformed,
    /// 400, with a message about the token.
    BadToken,
}

impl Expiry {
    /// Every spelling.
    pub const ALL: [Self; 9] = [
        Self::Location,
        Self::Generation,
        Self::SyncStateNotFound,
        Self::ResyncRequired,
        Self::ResyncApplyDifferences,
        Self::ResyncUploadDifferences,
        Self::ResourceNotFound,
        Self::InvalidIdMalformed,
        Self::BadToken,
    ];
}

/// Which links expire.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Which {
    /// Those that this user got; of everybody where there is none.
    pub(crate) user: Option<String>,
    /// Those whose path begins so, below the version; all where there is none.
    pub(crate) path: Option<String>,
}

/// Lets links expire. Returns how many.
pub(crate) fn expire(world: &mut World, which: &Which, spelling: Expiry) -> usize {
    let is_meant = |row: &&Row| {
        // A listing has links, too; they do not expire so.
        row.text("path").is_some_and(|path| path.ends_with("/delta"))
            && which.user.as_deref().is_none_or(|user| row.text("me") == Some(user))
            && which
                .path
                .as_deref()
                .is_none_or(|path| row.text("path").is_some_and(|of| of.starts_with(path)))
    };
    let rows: Vec<_> = world.store.all(Kind::Token).filter(is_meant).cloned().collect();
    let count = rows.len();
    for mut row in rows {
        row.set("expired", json!(spelling));
        world.store.put(Kind::Token, row);
    }
    count
}

/// The refusal of a link that has expired. `restart` is the URL where its query begins again.
pub(crate) fn refusal(spelling: Expiry, restart: &str) -> Refusal {
    let text = "The sync state is no longer available. Begin the synchronization again.";
    match spelling {
        Expiry::Location => Refusal::new(410, "resyncRequired", text).header("location", restart),
        Expiry::Generation => Refusal::new(
            410,
            "SyncStateNotFound",
            "The sync state generation is not found; generation=149;[highest=157];[lowest=151]",
        ),
        Expiry::SyncStateNotFound => Refusal::new(410, "syncStateNotFound", text),
        Expiry::ResyncRequired => Refusal::new(410, "resyncRequired", text),
        Expiry::ResyncApplyDifferences => Refusal::new(410, "resyncApplyDifferences", text),
        Expiry::ResyncUploadDifferences => Refusal::new(410, "resyncUploadDifferences", text),
        Expiry::ResourceNotFound => Refusal::new(404, "ResourceNotFound", "Resource could not be discovered."),
        Expiry::InvalidIdMalformed => Refusal::new(400, "ErrorInvalidIdMalformed", "Id is malformed."),
        Expiry::BadToken => Refusal::new(400, "ErrorInvalidUrlQuery", "The delta token in the URL is not valid."),
    }
}
