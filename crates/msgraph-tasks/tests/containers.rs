//! Plans in each of their containers, on the emulator.
#![cfg(feature = "beta")]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on panics"
)]

mod support;

use msgraph_emulator::Emulator;
use msgraph_tasks::{
    Container, Id, Planner, beta,
    model::{PlannerContainerType, PlannerPlan, PlannerRosterCreate},
};
use support::{plan, planner, user};

async fn kind(planner: &Planner, plan: &Id<PlannerPlan>) -> Option<PlannerContainerType> {
    let call = planner.client().call(beta::planner().plan(plan).get());
    let plan = call.prefer("include-unknown-enum-members").send().await.unwrap();
    plan.container.as_ref().and_then(|container| container.r#type.clone())
}

#[tokio::test]
async fn a_plan_is_made_in_each_container_and_moved_to_a_group() {
    let planner = planner(&Emulator::new(), "adele");
    let group = plan(&planner).await;
    assert_eq!(kind(&planner, &group).await, Some(PlannerContainerType::Group));
    let me = user(&planner, "adele").await;
    let own = planner.create_plan("Mine", &Container::User(me)).await.unwrap();
    let own = own.id().unwrap();
    assert_eq!(kind(&planner, own).await, Some(PlannerContainerType::User));
    let create = beta::planner().rosters().create(PlannerRosterCreate::new());
    let roster = planner.client().send(create).await.unwrap();
    let container = Container::Roster(roster.id().unwrap().clone());
    let shared = planner.create_plan("Ours", &container).await.unwrap();
    assert_eq!(
        kind(&planner, shared.id().unwrap()).await,
        Some(PlannerContainerType::Roster)
    );
    let file = "https://graph.microsoft.com/beta/drives/b!1/items/01ABC".to_owned();
    let file = planner.create_plan("File", &Container::DriveItem(file)).await.unwrap();
    assert_eq!(
        kind(&planner, file.id().unwrap()).await,
        Some(PlannerContainerType::DriveItem)
    );
    let read = planner.client().send(beta::planner().plan(&group).get()).await.unwrap();
    let id = Id::new(read.container.as_ref().unwrap().container_id.clone().unwrap());
    planner.move_to_group(own, &id).await.unwrap();
    assert_eq!(kind(&planner, own).await, Some(PlannerContainerType::Group));
}

#[tokio::test]
async fn favourites_are_kept_in_order() {
    let planner = planner(&Emulator::new(), "adele");
    let (one, two) = (plan(&planner).await, plan(&planner).await);
    planner.add_favorite(&one, "One").await.unwrap();
    let both = planner.add_favorite(&two, "Two").await.unwrap();
    let references = both.value.favorite_plan_references.clone().unwrap();
    assert!(references.get(&one).unwrap().order_hint < references.get(&two).unwrap().order_hint);
    let again = planner.add_favorite(&two, "Two").await.unwrap();
    assert!(!again.is_changed);
    let left = planner.remove_favorite(&one).await.unwrap();
    assert_eq!(left.value.favorite_plan_references.as_ref().unwrap().len(), 1);
}
