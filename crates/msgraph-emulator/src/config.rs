//! What of the service's behaviour is a choice, since it is not known, differs, or would make tests slow.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::delta::Chaos;

/// How the emulator behaves. `docs/differences.md` tells what is behind each switch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Config {
    /// The limits of Planner, by the code of their refusal, such as `MaximumTasksInProject`.
    pub limits: BTreeMap<String, usize>,
    /// How many versions of a Planner object are known, so that an edit of an older one may be compatible.
    pub known_versions: usize,
    /// How a member of an open type is merged: property by property, or replaced whole.
    pub merge_members: bool,
    /// The answer to `If-Match: *` of Planner: 400, or 412.
    pub any_etag_status: u16,
    /// Whether an update of a task's details makes the task's ETag older, so that a delete with it is a conflict.
    pub details_touch_task: bool,
    /// How many objects a page of Planner holds where nobody asks; zero for all.
    pub planner_page_size: usize,
    /// How many items a page of To Do holds where nobody asks.
    pub page_size: usize,
    /// How many lists of To Do can be reached without a delta query; zero for all.
    pub reachable_lists: usize,
    /// Whether a due date of To Do keeps its time of day, or becomes the midnight of its day, as it is observed.
    pub keep_due_time: bool,
    /// Whether To Do shows dates in the time zone that `Prefer: outlook.timezone` names. Reports disagree.
    pub honour_time_zone: bool,
    /// How many entries a page of a delta query holds where nobody asks.
    pub delta_page_size: usize,
    /// Whether `$top` of a delta query of To Do is refused, as it is observed, or honoured, as it is documented.
    pub refuse_delta_top: bool,
    /// Whether changes of due date and recurrence of a series in To Do behave as the documentation says, or as observed.
    pub strict_recurrence: bool,
    /// Whether tokens must be ones that the emulator gave out, in time and with the permission that an operation needs.
    pub strict_tokens: bool,
    /// How long a token is good, in seconds.
    pub token_seconds: u64,
    /// Whether a device code waits until somebody visits the address that comes with it.
    pub device_codes_wait: bool,
    /// How many requests of one user to To Do are answered within ten minutes; zero for no limit. The service has 10 000.
    pub requests_per_ten_minutes: usize,
    /// How many requests of one user to To Do may be under way; zero for no limit. The service has 4. It matters only
    /// where delays are real: without them a request is done before the next one comes.
    pub requests_under_way: usize,
    /// Whether delays are waited for. Otherwise they only advance the clock.
    pub real_delays: bool,
    /// Whether the clock follows the machine's, beside what requests and tests advance it by.
    pub follow_time: bool,
    /// How many requests the log holds; the oldest go first.
    pub log_size: usize,
    /// Whether `@odata.context` of Planner's feed names another host, as it does at times.
    pub foreign_context: bool,
    /// What delta queries do to a client.
    pub chaos: Chaos,
}

impl Default for Config {
    fn default() -> Self {
        let limits = [
            ("MaximumProjectsOwnedByUser", 200),
            ("MaximumProjectsSharedWithUser", 300),
            ("MaximumTasksCreatedByUser", 20_000),
            ("MaximumTasksAssignedToUser", 3_000),
            ("MaximumTasksInProject", 9_000),
            ("MaximumActiveTasksInProject", 2_400),
            ("MaximumBucketsInProject", 200),
            ("MaximumUsersSharedWithProject", 100),
            ("MaximumReferencesOnTask", 10),
            ("MaximumChecklistItemsOnTask", 20),
            ("MaximumAssigneesInTasks", 20),
            ("MaximumFavoritePlansForUser", 30),
            ("MaximumRecentPlansForUser", 50),
            ("MaximumContextsOnPlan", 10),
        ];
        Self {
            limits: limits.map(|(code, number)| (code.to_owned(), number)).into(),
            known_versions: 100,
            merge_members: true,
            any_etag_status: 400,
            details_touch_task: true,
            planner_page_size: 0,
            page_size: 100,
            reachable_lists: 100,
            keep_due_time: false,
            honour_time_zone: true,
            delta_page_size: 100,
            refuse_delta_top: true,
            strict_recurrence: true,
            strict_tokens: false,
            token_seconds: 3_600,
            device_codes_wait: false,
            requests_per_ten_minutes: 0,
            requests_under_way: 0,
            real_delays: false,
            follow_time: false,
            log_size: 10_000,
            foreign_context: false,
            chaos: Chaos::default(),
        }
    }
}

impl Config {
    /// The limit of this code.
    pub(crate) fn limit(&self, code: &str) -> usize {
        self.limits.get(code).copied().unwrap_or(usize::MAX)
    }
}
