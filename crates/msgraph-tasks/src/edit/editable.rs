//! What can be read by its id and updated with its ETag.

use msgraph_core::{Entity, Id, Request, Versioned, Writes};
use msgraph_model as model;
#[cfg(feature = "beta")]
use msgraph_request::beta;
use msgraph_request::v1;

/// An object of Planner that [`Planner::edit`](crate::Planner::edit) can change.
pub trait Editable: Entity + Clone + Send + Sync {
    /// What is sent for it.
    type Update: Writes<Record = Self> + Send;

    /// Through v1.0.
    #[doc(hidden)]
    const V1: Access<Self>;

    /// Through beta.
    #[cfg(feature = "beta")]
    #[doc(hidden)]
    const BETA: Access<Self>;
}

/// The requests that read and update an object, in one version.
#[doc(hidden)]
#[expect(missing_debug_implementations, reason = "two functions")]
pub struct Access<T: Editable> {
    pub(crate) read: fn(&Id<T::Key>) -> Request<Versioned<T>>,
    pub(crate) update: fn(&Versioned<T>, T::Update) -> Request<Versioned<T>>,
}

/// One entity: its update, and the path that leads to it from an id.
macro_rules! editable {
    ($entity:ident, $update:ident, |$id:ident, $planner:ident| $path:expr) => {
        impl Editable for model::$entity {
            type Update = model::$update;

            const V1: Access<Self> = Access {
                read: |$id| {
                    let $planner = v1::planner();
                    $path.get()
                },
                update: |current, update| v1::planner().update(current, update),
            };

            #[cfg(feature = "beta")]
            const BETA: Access<Self> = Access {
                read: |$id| {
                    let $planner = beta::planner();
                    $path.get()
                },
                update: |current, update| beta::planner().update(current, update),
            };
        }
    };
}

editable!(PlannerPlan, PlannerPlanUpdate, |id, planner| planner.plan(id));
editable!(PlannerPlanDetails, PlannerPlanDetailsUpdate, |id, planner| planner
    .plan(id)
    .details());
editable!(PlannerBucket, PlannerBucketUpdate, |id, planner| planner.bucket(id));
editable!(PlannerTask, PlannerTaskUpdate, |id, planner| planner.task(id));
editable!(PlannerTaskDetails, PlannerTaskDetailsUpdate, |id, planner| planner
    .task(id)
    .details());
editable!(
    PlannerAssignedToTaskBoardTaskFormat,
    PlannerAssignedToTaskBoardTaskFormatUpdate,
    |id, planner| planner.task(id).assigned_to_task_board_format()
);
editable!(
    PlannerBucketTaskBoardTaskFormat,
    PlannerBucketTaskBoardTaskFormatUpdate,
    |id, planner| planner.task(id).bucket_task_board_format()
);
editable!(
    PlannerProgressTaskBoardTaskFormat,
    PlannerProgressTaskBoardTaskFormatUpdate,
    |id, planner| planner.task(id).progress_task_board_format()
);

/// What Planner knows of the user who is signed in. It is in beta alone, and there is one: the id does not matter.
#[cfg(feature = "beta")]
impl Editable for model::PlannerUser {
    type Update = model::PlannerUserUpdate;

    const V1: Access<Self> = Self::BETA;

    const BETA: Access<Self> = Access {
        read: |_| beta::me().planner().get(),
        update: |current, update| {
            // Without an ETag the request is refused before it is sent.
            let etag = current.etag().cloned().unwrap_or_else(|| msgraph_core::ETag::new(""));
            beta::me().planner().update(&etag, update)
        },
    };
}
