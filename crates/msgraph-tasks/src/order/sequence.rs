//! Which hint orders which list.

use msgraph_core::{Entity, Id, NewOrderHint, OrderHint, Request, Versioned};
use msgraph_model::{
    PlannerAssignedToTaskBoardTaskFormat, PlannerAssignedToTaskBoardTaskFormatUpdate, PlannerBucket,
    PlannerBucketTaskBoardTaskFormat, PlannerBucketTaskBoardTaskFormatUpdate, PlannerBucketUpdate,
    PlannerProgressTaskBoardTaskFormat, PlannerProgressTaskBoardTaskFormatUpdate, PlannerTask, PlannerTaskUpdate, User,
};
use msgraph_request::v1;

use super::Arrangement;

/// A list that Planner sorts: which objects hold its order hints, and how the service is asked for a place.
///
/// <https://learn.microsoft.com/graph/api/resources/planner-overview>
pub trait Sequence {
    /// The object that holds the hint of an item: the item itself, or what orders a task on one of the boards.
    type Record: Entity + 'static;

    /// The hint of an item; an empty one means the same as none.
    fn hint<'r>(&self, record: &'r Self::Record) -> Option<&'r OrderHint>;

    /// The request for a place.
    fn request(&self, current: &Versioned<Self::Record>, hint: NewOrderHint) -> Request<Versioned<Self::Record>>;

    /// The list as the service sorts it. An object that came without an id is left out.
    fn arrangement<'o>(
        &self,
        objects: impl IntoIterator<Item = &'o Versioned<Self::Record>>,
    ) -> Arrangement<KeyOf<Self>>
    where
        Self::Record: 'o,
    {
        let item = |object: &Versioned<Self::Record>| Some((object.id()?.clone(), self.hint(object).cloned()));
        objects.into_iter().filter_map(item).collect()
    }
}

/// The id of an item of a list.
pub type KeyOf<S> = Id<<<S as Sequence>::Record as Entity>::Key>;

/// The buckets of a plan, from left to right.
///
/// <https://learn.microsoft.com/graph/api/plannerbucket-update>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Buckets;

/// The flat list of all tasks of a plan.
///
/// <https://learn.microsoft.com/graph/api/plannertask-update>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FlatList;

/// The list of all tasks of a user, over all plans, by `assigneePriority`.
///
/// <https://learn.microsoft.com/graph/api/plannertask-update>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MyTasks;

/// One column of the board by bucket. The formats are those of the tasks in the bucket; a task that came from another bucket
/// is [put in](Arrangement::insert).
///
/// <https://learn.microsoft.com/graph/api/plannerbuckettaskboardtaskformat-update>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BucketColumn;

/// One column of the board by progress.
///
/// <https://learn.microsoft.com/graph/api/plannerprogresstaskboardtaskformat-update>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProgressColumn;

/// One column of the board by assignee: that of a user, or of the tasks that nobody is assigned to.
///
/// <https://learn.microsoft.com/graph/api/plannerassignedtotaskboardtaskformat-update>
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AssigneeColumn {
    /// The tasks that this user is assigned to.
    User(Id<User>),
    /// The tasks that nobody is assigned to.
    Unassigned,
}

impl Sequence for Buckets {
    type Record = PlannerBucket;

    fn hint<'r>(&self, bucket: &'r PlannerBucket) -> Option<&'r OrderHint> {
        bucket.order_hint.as_ref()
    }

    fn request(&self, current: &Versioned<PlannerBucket>, hint: NewOrderHint) -> Request<Versioned<PlannerBucket>> {
        v1::planner().update(current, PlannerBucketUpdate::new().order_hint(hint))
    }
}

impl Sequence for FlatList {
    type Record = PlannerTask;

    fn hint<'r>(&self, task: &'r PlannerTask) -> Option<&'r OrderHint> {
        task.order_hint.as_ref()
    }

    fn request(&self, current: &Versioned<PlannerTask>, hint: NewOrderHint) -> Request<Versioned<PlannerTask>> {
        v1::planner().update(current, PlannerTaskUpdate::new().order_hint(hint))
    }
}

impl Sequence for MyTasks {
    type Record = PlannerTask;

    fn hint<'r>(&self, task: &'r PlannerTask) -> Option<&'r OrderHint> {
        task.assignee_priority.as_ref()
    }

    fn request(&self, current: &Versioned<PlannerTask>, hint: NewOrderHint) -> Request<Versioned<PlannerTask>> {
        v1::planner().update(current, PlannerTaskUpdate::new().assignee_priority(hint))
    }
}

impl Sequence for BucketColumn {
    type Record = PlannerBucketTaskBoardTaskFormat;

    fn hint<'r>(&self, format: &'r Self::Record) -> Option<&'r OrderHint> {
        format.order_hint.as_ref()
    }

    fn request(&self, current: &Versioned<Self::Record>, hint: NewOrderHint) -> Request<Versioned<Self::Record>> {
        let update = PlannerBucketTaskBoardTaskFormatUpdate::new().order_hint(hint);
        v1::planner().update(current, update)
    }
}

impl Sequence for ProgressColumn {
    type Record = PlannerProgressTaskBoardTaskFormat;

    fn hint<'r>(&self, format: &'r Self::Record) -> Option<&'r OrderHint> {
        format.order_hint.as_ref()
    }

    fn request(&self, current: &Versioned<Self::Record>, hint: NewOrderHint) -> Request<Versioned<Self::Record>> {
        let update = PlannerProgressTaskBoardTaskFormatUpdate::new().order_hint(hint);
        v1::planner().update(current, update)
    }
}

impl Sequence for AssigneeColumn {
    type Record = PlannerAssignedToTaskBoardTaskFormat;

    /// That of the user; where there is none, the service sorts by the hint for tasks that nobody is assigned to.
    fn hint<'r>(&self, format: &'r Self::Record) -> Option<&'r OrderHint> {
        let of_user = match self {
            Self::User(user) => format
                .order_hints_by_assignee
                .as_ref()
                .and_then(|hints| hints.get(user)),
            Self::Unassigned => None,
        };
        of_user.or(format.unassigned_order_hint.as_ref())
    }

    fn request(&self, current: &Versioned<Self::Record>, hint: NewOrderHint) -> Request<Versioned<Self::Record>> {
        let update = PlannerAssignedToTaskBoardTaskFormatUpdate::new();
        let update = match self {
            Self::User(user) => update.set_order_hint(user, hint),
            Self::Unassigned => update.unassigned_order_hint(hint),
        };
        v1::planner().update(current, update)
    }
}
