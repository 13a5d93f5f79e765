//! Signing in, as far as clients of Graph need it: tokens for users and for the application, and what they allow.

mod endpoints;
mod tokens;

use crate::{
    config::Config,
    directory,
    reply::Refusal,
    store::{Kind, Row},
    table::Route,
    world::World,
};

pub(crate) use self::endpoints::answer;

/// Who asks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Principal {
    /// The id of the user; empty where an application asks for itself.
    pub(crate) id: String,
    /// What the token allows; `None` where any token allows everything.
    permissions: Option<Vec<String>>,
}

/// Finds out who asks, by the value of the `Authorization` header.
///
/// Unless tokens are strict, any is good: one of ours names whom it was given to, `app` the application, and the id or the name of
/// a user that user. Everything else stands for the first one.
pub(crate) fn principal(world: &World, config: &Config, authorization: Option<&str>) -> Result<Principal, Refusal> {
    let token = authorization.and_then(|value| value.split_once(' '));
    let token = token.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    let token = token.map(|(_, token)| token.trim()).filter(|token| !token.is_empty());
    let token = token.ok_or_else(|| unauthenticated("Access token is empty."))?;
    let claims = tokens::read(world, token);
    let principal = match (&claims, config.strict_tokens) {
        (Some(claims), is_strict) => {
            if claims.expires <= world.counters.clock.now().as_second() {
                return Err(unauthenticated("Lifetime validation failed, the token is expired."));
            }
            Principal {
                id: claims.user.clone(),
                permissions: is_strict.then(|| claims.permissions.clone()),
            }
        }
        (None, true) => {
            return Err(unauthenticated(
                "CompactToken validation failed: the token is none of this authority.",
            ));
        }
        (None, false) => named(world, token),
    };
    // A user of whom more is asked than that they signed in.
    let is_challenged = world.store.get(Kind::Grant, &challenge_id(&principal.id)).is_some();
    if is_challenged && !claims.is_some_and(|claims| claims.is_stepped_up) {
        return Err(challenge());
    }
    Ok(principal)
}

fn named(world: &World, token: &str) -> Principal {
    if token.eq_ignore_ascii_case("app") {
        return Principal::default();
    }
    let is_nick = |user: &&Row| {
        let name = user.text("userPrincipalName").and_then(|name| name.split('@').next());
        name.is_some_and(|name| name.eq_ignore_ascii_case(token))
    };
    let user = directory::find_user(world, token)
        .or_else(|| world.store.all(Kind::User).find(is_nick))
        .or_else(|| world.store.all(Kind::User).next());
    Principal {
        id: user.map(|user| user.id.clone()).unwrap_or_default(),
        permissions: None,
    }
}

/// Refuses what the token does not allow.
pub(crate) fn allow(route: &Route, principal: &Principal) -> Result<(), Refusal> {
    let Some(has) = &principal.permissions else {
        return Ok(());
    };
    let [work, _, application] = route.permissions;
    let needed = if principal.id.is_empty() { application } else { work };
    if needed.is_empty() {
        return Err(Refusal::forbidden(
            "This operation is not supported for this kind of token.",
        ));
    }
    let is_planner = route.path.contains("/planner");
    let covers = |permission: &String| {
        let higher = needed
            .replace(".Read", ".ReadWrite")
            .replace("ReadWriteWrite", "ReadWrite");
        permission.eq_ignore_ascii_case(needed)
            || permission.eq_ignore_ascii_case(&higher)
            // Planner lets go by what concerns groups, too.
            || (is_planner && permission == "Group.ReadWrite.All")
            || (is_planner && permission == "Group.Read.All" && needed.starts_with("Tasks.Read") && !needed.contains("Write"))
    };
    if has.iter().any(covers) {
        return Ok(());
    }
    let message = format!("Insufficient privileges to complete the operation; it needs the permission '{needed}'.");
    Err(Refusal::new(403, "Authorization_RequestDenied", message))
}

/// From now on a user needs a token that was asked for with claims; or no longer.
pub(crate) fn step_up(world: &mut World, user: &str, is_wanted: bool) {
    let id = challenge_id(user);
    if is_wanted {
        world.store.put(Kind::Grant, Row::new(id, ""));
    } else {
        world.store.remove(Kind::Grant, &id);
    }
}

fn challenge_id(user: &str) -> String {
    format!("challenge/{user}")
}

fn unauthenticated(message: &str) -> Refusal {
    Refusal::new(401, "InvalidAuthenticationToken", message).header("www-authenticate", "Bearer realm=\"\"")
}

/// Asks for more claims, as continuous access evaluation does.
fn challenge() -> Refusal {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let claims = STANDARD.encode(r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#);
    let header = format!("Bearer realm=\"\", error=\"insufficient_claims\", claims=\"{claims}\"");
    let message = "Continuous access evaluation resulted in a challenge; ask for a token with these claims.";
    Refusal::new(401, "InvalidAuthenticationToken", message).header("www-authenticate", header)
}
