//! What a seed names.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Somebody.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SeedUser {
    /// What stands before the `@`, or the whole principal name.
    pub name: String,
    /// The name that is shown.
    #[serde(default)]
    pub display_name: Option<String>,
}

impl SeedUser {
    pub(crate) fn principal_name(&self) -> String {
        if self.name.contains('@') {
            self.name.clone()
        } else {
            format!("{}@contoso.example", self.name)
        }
    }
}

/// A group.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SeedGroup {
    /// The name that is shown.
    pub name: String,
    /// The names of its members.
    #[serde(default)]
    pub members: Vec<String>,
}

/// A plan.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SeedPlan {
    /// Its title.
    pub title: String,
    /// Who makes it.
    pub by: String,
    /// The group that it belongs to; otherwise it is the maker's own.
    #[serde(default)]
    pub group: Option<String>,
    /// Whether it is in the first channel of the group's team, where no client can put a plan.
    #[serde(default)]
    pub in_channel: bool,
    /// Labels, such as `category1`.
    #[serde(default)]
    pub categories: BTreeMap<String, String>,
    /// Whom it is shared with.
    #[serde(default)]
    pub shared_with: Vec<String>,
    /// Its buckets, from left to right.
    #[serde(default)]
    pub buckets: Vec<SeedBucket>,
}

/// A bucket.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SeedBucket {
    /// Its name.
    pub name: String,
    /// Its tasks, from top to bottom.
    #[serde(default)]
    pub tasks: Vec<SeedTask>,
}

/// A task in a plan.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SeedTask {
    /// Its title.
    pub title: String,
    /// Who it is assigned to.
    #[serde(default)]
    pub assignees: Vec<String>,
    /// 0, 50 or 100, usually.
    #[serde(default)]
    pub percent_complete: u8,
    /// 1, 3, 5 or 9, usually.
    #[serde(default)]
    pub priority: Option<u8>,
    /// When it starts, such as `2026-01-05T00:00:00Z`.
    #[serde(default)]
    pub start: Option<String>,
    /// When it is due.
    #[serde(default)]
    pub due: Option<String>,
    /// Its labels, such as `category1`.
    #[serde(default)]
    pub categories: Vec<String>,
    /// What it is about.
    #[serde(default)]
    pub description: Option<String>,
    /// Its checklist, from top to bottom.
    #[serde(default)]
    pub checklist: Vec<SeedStep>,
    /// Links, each a URL with its title.
    #[serde(default)]
    pub references: BTreeMap<String, String>,
}

/// A step of a task.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SeedStep {
    /// Its title.
    pub title: String,
    /// Whether it is done.
    #[serde(default)]
    pub done: bool,
}

/// A list of To Do's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SeedList {
    /// Its name.
    pub name: String,
    /// Whose it is.
    pub by: String,
    /// Its tasks.
    #[serde(default)]
    pub tasks: Vec<SeedTodo>,
}

/// A task in a list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SeedTodo {
    /// Its title.
    pub title: String,
    /// `notStarted`, `inProgress`, `completed`, ...
    #[serde(default)]
    pub status: Option<String>,
    /// The day on which it is due, such as `2026-01-05`, in UTC.
    #[serde(default)]
    pub due: Option<String>,
    /// Its steps.
    #[serde(default)]
    pub steps: Vec<SeedStep>,
}

/// Who there is where a seed names nobody.
pub(super) fn team() -> Vec<SeedUser> {
    let names = [
        ("adele", "Adele Vance"),
        ("bruno", "Bruno Costa"),
        ("chika", "Chika Obi"),
        ("dana", "Dana Levi"),
    ];
    let user = |(name, shown): (&str, &str)| SeedUser {
        name: name.to_owned(),
        display_name: Some(shown.to_owned()),
    };
    names.map(user).into()
}

/// A plan of that team's.
pub(super) fn launch() -> SeedPlan {
    let task = |title: &str, assignees: &[&str], percent_complete| SeedTask {
        title: title.to_owned(),
        assignees: assignees.iter().map(|name| (*name).to_owned()).collect(),
        percent_complete,
        ..SeedTask::default()
    };
    let bucket = |name: &str, tasks| SeedBucket {
        name: name.to_owned(),
        tasks,
    };
    let video = SeedTask {
        due: Some("2026-01-23T00:00:00Z".to_owned()),
        categories: vec!["category1".to_owned()],
        description: Some("Two minutes, with subtitles.".to_owned()),
        checklist: ["Script", "Shoot", "Cut"]
            .map(|title| SeedStep {
                title: title.to_owned(),
                done: title == "Script",
            })
            .into(),
        references: [("https://contoso.example/brief".to_owned(), "The brief".to_owned())].into(),
        ..task("Film the tour", &["bruno", "chika"], 50)
    };
    SeedPlan {
        title: "Launch 2.0".to_owned(),
        by: "adele".to_owned(),
        in_channel: false,
        group: Some("Product launch".to_owned()),
        categories: [("category1".to_owned(), "Blocking".to_owned())].into(),
        shared_with: vec!["adele".to_owned(), "bruno".to_owned()],
        buckets: vec![
            bucket(
                "To do",
                vec![
                    task("Draft the announcement", &["adele"], 0),
                    task("Book the venue", &["dana"], 0),
                    task("Translate the website", &["chika"], 0),
                    task("Invite the press", &[], 0),
                    task("Order badges", &[], 0),
                ],
            ),
            bucket(
                "Doing",
                vec![
                    video,
                    task("Fix what the beta found", &["bruno"], 50),
                    task("Rehearse the talk", &["adele"], 50),
                ],
            ),
            bucket(
                "Done",
                vec![
                    task("Choose the date", &["adele"], 100),
                    task("Agree on the budget", &["dana"], 100),
                    task("Write the brief", &["chika"], 100),
                    task("Sketch the poster", &["bruno"], 100),
                ],
            ),
        ],
    }
}

/// A list of somebody's in that team.
pub(super) fn errands() -> SeedList {
    let todo = |title: &str, due: Option<&str>| SeedTodo {
        title: title.to_owned(),
        due: due.map(str::to_owned),
        ..SeedTodo::default()
    };
    SeedList {
        name: "Errands".to_owned(),
        by: "adele".to_owned(),
        tasks: vec![
            todo("Renew the passport", Some("2026-01-09")),
            todo("Call the plumber", None),
            todo("Buy stamps", None),
        ],
    }
}
