//! The requests that an edit of each kind is sent by.

use msgraph_core::{
    ETag, Id, Raw, Request, Versioned, Writes,
    request::{Beta, Method, V1},
};
use msgraph_model as model;
use msgraph_request::{beta, v1};

use crate::{Collection, Kind, Replicated, Row};

/// An entity that can be edited here.
pub trait Sendable: Replicated {
    /// What is sent for it.
    type Update: Writes<Record = Self> + Send;

    /// Reads it.
    #[doc(hidden)]
    fn read_request(row: &Row) -> Request<Raw>;

    /// Updates it, as it was read.
    #[doc(hidden)]
    fn update_request(row: &Row, current: &Versioned<Self>, update: Self::Update) -> Request<Versioned<Self>>;

    /// Deletes it, as it was read; `None` where that is not possible.
    #[doc(hidden)]
    fn delete_request(row: &Row, etag: Option<&ETag<Self>>) -> Option<Request<()>>;
}

/// The list that a task of To Do is in.
fn list(row: &Row) -> Id<model::TodoTaskList> {
    match &row.collection {
        Collection::TodoTasks(list) => Id::new(&**list),
        _ => Id::new(&*row.key.id),
    }
}

/// An entity of Planner: its update, the way to it, and whether it can be deleted.
macro_rules! planner {
    ($($entity:ident, $update:ident, |$id:ident| $path:expr, $delete:expr;)*) => {
        $(impl Sendable for model::$entity {
            type Update = model::$update;

            fn read_request(row: &Row) -> Request<Raw> {
                let $id = &Id::new(&*row.key.id);
                Request::raw::<Beta>(Method::Get, $path.get().path())
            }

            fn update_request(_: &Row, current: &Versioned<Self>, update: Self::Update) -> Request<Versioned<Self>> {
                beta::planner().update(current, update)
            }

            fn delete_request(row: &Row, etag: Option<&ETag<Self>>) -> Option<Request<()>> {
                let delete: fn(&Row, Option<&ETag<Self>>) -> Option<Request<()>> = $delete;
                delete(row, etag)
            }
        })*
    };
}

planner! {
    PlannerPlan, PlannerPlanUpdate, |id| beta::planner().plan(id),
        |row, etag| Some(beta::planner().plan(&Id::new(&*row.key.id)).delete(etag?));
    PlannerPlanDetails, PlannerPlanDetailsUpdate, |id| beta::planner().plan(id).details(), |_, _| None;
    PlannerBucket, PlannerBucketUpdate, |id| beta::planner().bucket(id),
        |row, etag| Some(beta::planner().bucket(&Id::new(&*row.key.id)).delete(etag?));
    PlannerTask, PlannerTaskUpdate, |id| beta::planner().task(id),
        |row, etag| Some(beta::planner().task(&Id::new(&*row.key.id)).delete(etag?));
    PlannerTaskDetails, PlannerTaskDetailsUpdate, |id| beta::planner().task(id).details(), |_, _| None;
    PlannerAssignedToTaskBoardTaskFormat, PlannerAssignedToTaskBoardTaskFormatUpdate,
        |id| beta::planner().task(id).assigned_to_task_board_format(), |_, _| None;
    PlannerBucketTaskBoardTaskFormat, PlannerBucketTaskBoardTaskFormatUpdate,
        |id| beta::planner().task(id).bucket_task_board_format(), |_, _| None;
    PlannerProgressTaskBoardTaskFormat, PlannerProgressTaskBoardTaskFormatUpdate,
        |id| beta::planner().task(id).progress_task_board_format(), |_, _| None;
}

impl Sendable for model::TodoTask {
    type Update = model::TodoTaskUpdate;

    fn read_request(row: &Row) -> Request<Raw> {
        let request = v1::me().todo().list(&list(row)).task(&Id::new(&*row.key.id)).get();
        Request::raw::<V1>(Method::Get, request.path())
    }

    fn update_request(row: &Row, _: &Versioned<Self>, update: Self::Update) -> Request<Versioned<Self>> {
        v1::me()
            .todo()
            .list(&list(row))
            .task(&Id::new(&*row.key.id))
            .update(update)
    }

    fn delete_request(row: &Row, _: Option<&ETag<Self>>) -> Option<Request<()>> {
        Some(v1::me().todo().list(&list(row)).task(&Id::new(&*row.key.id)).delete())
    }
}

impl Sendable for model::TodoTaskList {
    type Update = model::TodoTaskListUpdate;

    fn read_request(row: &Row) -> Request<Raw> {
        Request::raw::<V1>(Method::Get, v1::me().todo().list(&list(row)).get().path())
    }

    fn update_request(row: &Row, _: &Versioned<Self>, update: Self::Update) -> Request<Versioned<Self>> {
        v1::me().todo().list(&list(row)).update(update)
    }

    fn delete_request(row: &Row, _: Option<&ETag<Self>>) -> Option<Request<()>> {
        Some(v1::me().todo().list(&list(row)).delete())
    }
}

/// Whether the service asks for an ETag: where it does not, an object is read right before it is written.
pub(super) fn has_etags(kind: Kind) -> bool {
    !matches!(kind, Kind::TodoTask | Kind::TodoList)
}
