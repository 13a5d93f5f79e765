//! What kinds of objects the replica knows, and what it does with each without asking what it is.
#![cfg_attr(
    feature = "base-task",
    expect(deprecated, reason = "the API before To Do is retired as a whole")
)]

use std::{collections::BTreeMap, fmt, str::FromStr};

use msgraph_core::{
    ETag, Entity, Raw, Record, apply, diff, merge,
    merge::{Conflict, Side},
};
use msgraph_model as model;
use serde::{
    Deserialize, Serialize,
    de::{DeserializeOwned, value::MapDeserializer},
};
use serde_json::value::RawValue;

/// An entity that the replica keeps.
pub trait Replicated: Entity + Clone + Serialize + DeserializeOwned {
    /// What it is called here.
    const KIND: Kind;
}

/// One line a kind: its name here, its entity. Those of the second block are read by a build with a feature, and kept as they came
/// by any other.
macro_rules! kinds {
    (
        { $($(#[$doc:meta])* $kind:ident = $entity:ident,)* }
        $feature:literal { $($(#[$old_doc:meta])* $old:ident = $old_entity:ident,)* }
    ) => {
        /// What an object is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "camelCase")]
        #[non_exhaustive]
        pub enum Kind {
            $($(#[$doc])* $kind,)*
            $($(#[$old_doc])* $old,)*
            /// Of a kind that this build does not know, or that it could not read: kept as it came.
            Unknown,
        }

        impl Kind {
            /// All kinds.
            pub const ALL: &'static [Self] = &[$(Self::$kind,)* $(Self::$old,)* Self::Unknown];

            /// The name of the kind.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$kind => stringify!($kind),)*
                    $(Self::$old => stringify!($old),)*
                    Self::Unknown => "Unknown",
                }
            }

            /// The kind of an object that names its type.
            pub(crate) fn of_type(ty: &str) -> Option<Self> {
                let is = |known: &str| known.eq_ignore_ascii_case(ty) || known.trim_start_matches('#').eq_ignore_ascii_case(ty);
                $(if is(model::$entity::ODATA_TYPE) {
                    return Some(Self::$kind);
                })*
                None
            }

            /// The object, with what a partial one says of it.
            pub(crate) fn overlay(self, object: &str, partial: &str) -> Result<String, Undecodable> {
                match self {
                    $(Self::$kind => overlay::<model::$entity>(object, partial),)*
                    $(#[cfg(feature = $feature)]
                    Self::$old => overlay::<model::$old_entity>(object, partial),)*
                    _ => Ok(partial.to_owned()),
                }
            }

            /// The object as this build writes it: whole, and always with the same text.
            pub(crate) fn normal(self, object: &str) -> Result<String, Undecodable> {
                match self {
                    $(Self::$kind => normal::<model::$entity>(object),)*
                    $(#[cfg(feature = $feature)]
                    Self::$old => normal::<model::$old_entity>(object),)*
                    _ => Ok(object.to_owned()),
                }
            }

            /// What two sides made of an object, with the decision on each conflict.
            pub(crate) fn merge(
                self,
                base: &str,
                mine: &str,
                theirs: &str,
                decide: &mut dyn FnMut(&Conflict) -> Side,
            ) -> Result<String, Undecodable> {
                match self {
                    $(Self::$kind => merged::<model::$entity>(base, mine, theirs, decide),)*
                    $(#[cfg(feature = $feature)]
                    Self::$old => merged::<model::$old_entity>(base, mine, theirs, decide),)*
                    _ => Ok(theirs.to_owned()),
                }
            }
        }

        $(impl Replicated for model::$entity {
            const KIND: Kind = Kind::$kind;
        })*

        $(#[cfg(feature = $feature)]
        impl Replicated for model::$old_entity {
            const KIND: Kind = Kind::$old;
        })*
    };
}

kinds! {
    {
        /// A plan of Planner.
        Plan = PlannerPlan,
        /// The details of a plan.
        PlanDetails = PlannerPlanDetails,
        /// A bucket.
        Bucket = PlannerBucket,
        /// A task of Planner.
        Task = PlannerTask,
        /// The details of a task.
        TaskDetails = PlannerTaskDetails,
        /// The place of a task on the board by assignee.
        AssignedFormat = PlannerAssignedToTaskBoardTaskFormat,
        /// The place of a task on the board by bucket.
        BucketFormat = PlannerBucketTaskBoardTaskFormat,
        /// The place of a task on the board by progress.
        ProgressFormat = PlannerProgressTaskBoardTaskFormat,
        /// What Planner knows of a user.
        PlannerUser = PlannerUser,
        /// A list of To Do.
        TodoList = TodoTaskList,
        /// A task of To Do.
        TodoTask = TodoTask,
    }
    "base-task" {
        /// A list of the retired API before To Do, whatever its type.
        BaseList = BaseTaskListOther,
        /// A task of that API, whatever its type.
        BaseTask = BaseTaskOther,
    }
}

impl Kind {
    /// What belongs to every task of Planner, with its id.
    pub(crate) const TASK_PARTS: &'static [Self] = &[
        Self::TaskDetails,
        Self::AssignedFormat,
        Self::BucketFormat,
        Self::ProgressFormat,
    ];

    /// Whether it has the id of what it belongs to.
    pub(crate) fn is_part(self) -> bool {
        self == Self::PlanDetails || Self::TASK_PARTS.contains(&self)
    }
}

/// Whether a version of an object is later than another; `None` where that cannot be said.
pub(crate) fn is_newer(this: &str, that: &str) -> Option<bool> {
    ETag::<()>::new(this).newer_than(&ETag::new(that))
}

/// Why an object could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Undecodable {
    /// What is wrong, without the object.
    pub reason: String,
}

impl fmt::Display for Undecodable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the object cannot be read: {}", self.reason)
    }
}

impl std::error::Error for Undecodable {}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for Kind {
    type Err = String;

    /// Reads what `Display` writes.
    fn from_str(text: &str) -> Result<Self, String> {
        let kind = Self::ALL.iter().find(|kind| kind.name() == text);
        kind.copied().ok_or_else(|| format!("`{text}` is no kind of object"))
    }
}

/// An object of the replica's, typed.
pub(crate) fn read<R: Replicated>(json: &str) -> Result<R, Undecodable> {
    serde_json::from_str(json).map_err(|error| undecodable(&error))
}

pub(crate) fn write<R: Replicated>(object: &R) -> Result<String, Undecodable> {
    serde_json::to_string(object).map_err(|error| undecodable(&error))
}

fn undecodable(error: &dyn fmt::Display) -> Undecodable {
    let reason = error.to_string();
    Undecodable { reason }
}

fn normal<R: Replicated>(object: &str) -> Result<String, Undecodable> {
    write(&bare::<R>(object)?)
}

/// Reads an object without what says where it came from: its context, and its type where that is the one that it is kept as.
/// What this build does not know is sorted.
fn bare<R: Replicated>(object: &str) -> Result<R, Undecodable> {
    let mut members: BTreeMap<String, &RawValue> = serde_json::from_str(object).map_err(|error| undecodable(&error))?;
    members.remove("@odata.context");
    let is_declared = |ty: &&RawValue| {
        let ty = ty.get().trim_matches('"').trim_start_matches('#');
        ty.eq_ignore_ascii_case(R::ODATA_TYPE.trim_start_matches('#'))
    };
    if members.get("@odata.type").is_some_and(is_declared) {
        members.remove("@odata.type");
    }
    R::deserialize(MapDeserializer::new(members.into_iter())).map_err(|error: serde_json::Error| undecodable(&error))
}

fn overlay<R: Replicated>(object: &str, partial: &str) -> Result<String, Undecodable> {
    let (object, partial) = (read::<R>(object)?, bare::<R>(partial)?);
    let said = diff(&R::default(), &partial);
    // A member that is told as null is not there any more.
    let gone = diff(&partial, &R::default())
        .only(|change| change.field.key().is_some() && change.before.as_ref().is_some_and(Raw::is_null));
    let object = apply(&object, &said).and_then(|object| apply(&object, &gone));
    write(&object.map_err(|error| undecodable(&error))?)
}

fn merged<R: Replicated>(
    base: &str,
    mine: &str,
    theirs: &str,
    decide: &mut dyn FnMut(&Conflict) -> Side,
) -> Result<String, Undecodable> {
    let merge = merge(&read::<R>(base)?, &read::<R>(mine)?, &read::<R>(theirs)?);
    let merged = merge.resolve(decide).map_err(|error| undecodable(&error))?;
    write(&merged)
}
