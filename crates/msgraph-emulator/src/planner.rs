//! The rules of Planner.

pub(crate) mod access;
mod boards;
mod buckets;
mod canonical;
pub(crate) mod containers;
mod details;
mod effects;
mod history;
mod limits;
mod messages;
mod order_hint;
mod plan_actions;
mod plans;
mod recurrence;
mod rosters;
pub(crate) mod shown;
mod tasks;
mod users;
mod versions;

use crate::{
    call::{Call, Rule},
    reply::Refusal,
    store::Kind,
    table::Route,
    world::World,
};

/// Writes a body that uses older names in today's terms, before it is judged.
pub(crate) use self::containers::modern;

pub(crate) fn rule(route: &Route) -> Option<Rule> {
    of_users(route)
        .or_else(|| of_plans(route))
        .or_else(|| of_tasks(route))
        .or_else(|| of_rosters(route))
}

fn of_users(route: &Route) -> Option<Rule> {
    Some(match (route.method, route.path) {
        ("GET", "/me/planner") => users::get,
        ("PATCH", "/me/planner") => users::update,
        ("GET", "/me/planner/favoritePlans") => users::favorite_plans,
        ("GET", "/me/planner/myDayTasks") => users::my_day_tasks,
        ("GET", "/me/planner/plans") => users::plans,
        ("GET", "/me/planner/recentPlans") => users::recent_plans,
        ("GET", "/me/planner/rosterPlans") => users::roster_plans,
        ("GET", "/me/planner/tasks") => users::tasks,
        _ => return None,
    })
}

fn of_plans(route: &Route) -> Option<Rule> {
    if let Some(rest) = route.path.strip_prefix("/planner/plans/{plannerPlan-id}") {
        return Some(match (route.method, rest) {
            ("GET", "") => plans::get,
            ("PATCH", "") => plans::update,
            ("DELETE", "") => plans::delete,
            ("GET", "/details") => plans::get_details,
            ("PATCH", "/details") => plans::update_details,
            ("GET", "/buckets") => buckets::of_plan,
            ("GET", "/tasks") => tasks::of_plan,
            ("POST", "/archive") => plan_actions::archive,
            ("POST", "/unarchive") => plan_actions::unarchive,
            ("POST", "/moveToContainer") => plan_actions::move_to_container,
            ("GET", "/getUsageRights") => plan_actions::usage_rights,
            ("GET", "/historyItems") => history::list,
            ("GET", "/historyItems/{plannerHistoryItem-id}") => history::get,
            _ => return None,
        });
    }
    Some(match (route.method, route.path) {
        ("GET", "/planner/plans") => plans::filtered,
        ("POST", "/planner/plans") => plans::create,
        ("GET", "/groups/{group-id}/planner/plans") => plans::of_group,
        ("GET", "/teams/{team-id}/channels/{channel-id}/planner/plans") => plans::of_channel,
        ("GET", "/planner/buckets") => buckets::filtered,
        ("POST", "/planner/buckets") => buckets::create,
        ("GET", "/planner/buckets/{plannerBucket-id}") => buckets::get,
        ("PATCH", "/planner/buckets/{plannerBucket-id}") => buckets::update,
        ("DELETE", "/planner/buckets/{plannerBucket-id}") => buckets::delete,
        ("GET", "/planner/buckets/{plannerBucket-id}/tasks") => tasks::of_bucket,
        _ => return None,
    })
}

fn of_tasks(route: &Route) -> Option<Rule> {
    let rest = route.path.strip_prefix("/planner/tasks")?;
    let Some(rest) = rest.strip_prefix("/{plannerTask-id}") else {
        return match (route.method, rest) {
            ("GET", "") => Some(tasks::filtered),
            ("POST", "") => Some(tasks::create),
            _ => None,
        };
    };
    if let Some(rest) = rest.strip_prefix("/messages/{plannerTaskChatMessage-id}") {
        return Some(match (route.method, rest) {
            ("PATCH", "") => messages::update,
            ("DELETE", "") => messages::delete,
            ("POST", "/setReaction") => messages::set_reaction,
            ("POST", "/unsetReaction") => messages::unset_reaction,
            _ => return None,
        });
    }
    Some(match (route.method, rest) {
        ("GET", "") => tasks::get,
        ("PATCH", "") => tasks::update,
        ("DELETE", "") => tasks::delete,
        ("GET", "/details") => details::get,
        ("PATCH", "/details") => details::update,
        ("GET", "/messages") => messages::list,
        ("POST", "/messages") => messages::create,
        ("GET", path) if path.ends_with("BoardFormat") => boards::get,
        ("PATCH", path) if path.ends_with("BoardFormat") => boards::update,
        _ => return None,
    })
}

fn of_rosters(route: &Route) -> Option<Rule> {
    let rest = route.path.strip_prefix("/planner/rosters")?;
    Some(match (route.method, rest.strip_prefix("/{plannerRoster-id}")) {
        ("POST", None) => rosters::create,
        ("GET", Some("")) => rosters::get,
        ("DELETE", Some("")) => rosters::delete,
        ("POST", Some("/assignSensitivityLabel")) => rosters::label,
        ("GET", Some("/plans")) => rosters::list_plans,
        ("GET", Some("/members")) => rosters::list_members,
        ("POST", Some("/members")) => rosters::add_member,
        ("GET", Some("/members/{plannerRosterMember-id}")) => rosters::get_member,
        ("DELETE", Some("/members/{plannerRosterMember-id}")) => rosters::remove_member,
        _ => return None,
    })
}

/// What dies with a user: their own plans, their memberships, and what Planner knows of them.
pub(crate) fn user_is_gone(world: &mut World, user: &str) {
    let own: Vec<_> = world
        .store
        .children(Kind::Plan, user)
        .map(|plan| plan.id.clone())
        .collect();
    for plan in own {
        plans::remove(world, user, &plan);
    }
    rosters::user_is_gone(world, user);
    versions::remove(world, user, Kind::PlannerUser, user);
}

/// The plan that a filter must name.
fn plan_in_filter(call: &Call<'_>) -> Result<String, Refusal> {
    let plan = call.query.equality("planId");
    plan.ok_or_else(|| Refusal::new(400, "", "The filter must name the plan: planId eq '...'."))
}

/// The call with its body as the service writes it.
fn rewritten<'a>(world: &mut World, call: &Call<'a>) -> Result<Call<'a>, Refusal> {
    let mut call = call.clone();
    if let Some(shape) = call.shape {
        canonical::rewrite(world, shape, &mut call.body)?;
    }
    Ok(call)
}

#[cfg(test)]
mod tests {
    use crate::generated::routes::ROUTES;

    #[test]
    fn every_operation_of_planner_but_delta_has_a_rule() {
        let of_planner = |path: &str| path.contains("/planner") && !path.ends_with("/delta");
        let routes: Vec<_> = ROUTES.iter().filter(|route| of_planner(route.path)).collect();
        assert!(routes.len() > 50);
        for route in routes {
            assert!(super::rule(route).is_some(), "{} {}", route.method, route.path);
        }
    }
}
