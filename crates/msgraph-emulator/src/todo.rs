//! The rules of To Do.
//!
//! A list belongs to the mailbox of a user, a task to a list, and everything else to a task or to a list. Nothing here asks
//! for `If-Match`; what is written anew has a new ETag and, if it is a task, a new `lastModifiedDateTime`.

use crate::{base_task, call::Rule, table::Route};

mod admin;
mod attachments;
mod dates;
mod extensions;
pub(crate) mod items;
pub(crate) mod lists;
pub(crate) mod mailbox;
mod pages;
mod recurrence;
mod sessions;
pub(crate) mod tasks;
mod zones;

pub(crate) use self::{
    dates::{shown as shown_date, stored as stored_date},
    mailbox::{insert, is_mailbox_id, owner, remove, update},
    pages::page,
    recurrence::{stored as stored_recurrence, weekday},
};

/// The rule of an operation; those of delta queries are elsewhere.
pub(crate) fn rule(route: &Route) -> Option<Rule> {
    if let Some(rest) = route.path.strip_prefix("/me/tasks") {
        return base_task::rule(route.method, rest);
    }
    if route.path == "/admin/todo" {
        return admin::rule(route.method);
    }
    let rest = route.path.strip_prefix("/me/todo/lists")?;
    let rule: Rule = match (route.method, rest) {
        ("GET", "") => lists::list,
        ("POST", "") => lists::create,
        _ => return in_list(route.method, rest.strip_prefix("/{todoTaskList-id}")?),
    };
    Some(rule)
}

fn in_list(method: &str, rest: &str) -> Option<Rule> {
    let rule: Rule = match (method, rest) {
        ("GET", "") => lists::get,
        ("PATCH", "") => lists::change,
        ("DELETE", "") => lists::delete,
        ("GET", "/extensions") => extensions::list,
        ("POST", "/extensions") => extensions::create,
        ("GET", "/extensions/{extension-id}") => extensions::get,
        ("PATCH", "/extensions/{extension-id}") => extensions::change,
        ("DELETE", "/extensions/{extension-id}") => extensions::delete,
        ("GET", "/tasks") => tasks::list,
        ("POST", "/tasks") => tasks::create,
        _ => return in_task(method, rest.strip_prefix("/tasks/{todoTask-id}")?),
    };
    Some(rule)
}

fn in_task(method: &str, rest: &str) -> Option<Rule> {
    let rule: Rule = match (method, rest) {
        ("GET", "") => tasks::get,
        ("PATCH", "") => tasks::change,
        ("DELETE", "") => tasks::delete,
        ("GET", "/checklistItems" | "/linkedResources") => items::list,
        ("POST", "/checklistItems" | "/linkedResources") => items::create,
        ("GET", "/checklistItems/{checklistItem-id}" | "/linkedResources/{linkedResource-id}") => items::get,
        ("PATCH", "/checklistItems/{checklistItem-id}" | "/linkedResources/{linkedResource-id}") => items::change,
        ("DELETE", "/checklistItems/{checklistItem-id}" | "/linkedResources/{linkedResource-id}") => items::delete,
        ("GET", "/extensions") => extensions::list,
        ("POST", "/extensions") => extensions::create,
        ("GET", "/extensions/{extension-id}") => extensions::get,
        ("PATCH", "/extensions/{extension-id}") => extensions::change,
        ("DELETE", "/extensions/{extension-id}") => extensions::delete,
        ("GET", "/attachments") => attachments::list,
        ("POST", "/attachments") => attachments::create,
        ("POST", "/attachments/createUploadSession") => sessions::create,
        ("GET", "/attachments/{attachmentBase-id}") => attachments::get,
        ("GET", "/attachments/{attachmentBase-id}/$value") => attachments::value,
        ("DELETE", "/attachments/{attachmentBase-id}") => attachments::delete,
        ("GET", "/attachmentSessions/{attachmentSession-id}") => sessions::get,
        ("DELETE", "/attachmentSessions/{attachmentSession-id}") => sessions::delete,
        ("PUT", "/attachmentSessions/{attachmentSession-id}/content") => sessions::upload,
        _ => return None,
    };
    Some(rule)
}

#[cfg(test)]
mod tests {
    use crate::generated::routes::ROUTES;

    #[test]
    fn every_operation_has_a_rule() {
        let is_ours = |path: &str| {
            ["/me/todo", "/me/tasks", "/admin/todo"]
                .iter()
                .any(|of| path.starts_with(of))
        };
        for route in ROUTES.iter().filter(|route| is_ours(route.path)) {
            if !route.path.ends_with("/delta") {
                assert!(super::rule(route).is_some(), "{} {}", route.method, route.path);
            }
        }
    }
}
