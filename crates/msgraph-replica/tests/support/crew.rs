//! Two people at work on the service, who know nothing of the replica: what they do follows from chance alone.

use fastrand::Rng;
use msgraph_client::{Client, Error};
use msgraph_core::{
    ETag, Raw, Request,
    request::{Beta, Method},
};
use serde_json::{Map, Value, json};

/// How many tasks there are at most, so that a long history is not a slow one.
const MANY: usize = 30;

/// Adele, whose replica it is, and Bruno, who is in her team.
pub(crate) struct Crew {
    people: [Person; 2],
    group: String,
    names: usize,
}

struct Person {
    client: Client,
    id: String,
}

/// The service as it is, by kind, then by id.
struct State<'s>(&'s Value);

impl<'s> State<'s> {
    fn rows(&self, kind: &str) -> Vec<(&'s String, &'s Value)> {
        self.0[kind]
            .as_object()
            .map(|rows| rows.iter().collect())
            .unwrap_or_default()
    }

    fn one(&self, kind: &str, random: &mut Rng) -> Option<(&'s str, &'s Value)> {
        let rows = self.rows(kind);
        let (id, row) = random.choice(rows)?;
        Some((id, row))
    }
}

impl Crew {
    /// The two, as the service's state names them.
    pub(crate) fn new(adele: Client, bruno: Client, state: &Value) -> Self {
        let state = State(state);
        let id = |name: &str| {
            let mut users = state.rows("user").into_iter();
            let user = users.find(|(_, user)| {
                let principal = user["properties"]["userPrincipalName"].as_str();
                principal.is_some_and(|principal| principal.starts_with(name))
            });
            user.expect("a user").0.clone()
        };
        let (group, _) = state.rows("group")[0];
        Self {
            people: [("adele", adele), ("bruno", bruno)].map(|(name, client)| Person { client, id: id(name) }),
            group: group.clone(),
            names: 0,
        }
    }

    /// Does something to the service, which is in this state; tells whether there was something to be done.
    pub(crate) async fn edit(&mut self, random: &mut Rng, state: &Value) -> Result<bool, Error> {
        let state = State(state);
        self.names += 1;
        let name = format!("n{}", self.names);
        if random.u8(..10) < 6 {
            self.edit_planner(random, &state, &name).await
        } else {
            self.edit_todo(random, &state, &name).await
        }
    }

    async fn edit_planner(&mut self, random: &mut Rng, state: &State<'_>, name: &str) -> Result<bool, Error> {
        let person = &self.people[random.usize(..2)];
        let adele = &self.people[0];
        let Some((plan, _)) = state.one("plan", random) else {
            return adele.share(&self.group, name, &self.people).await;
        };
        let tasks = state.rows("task").len();
        let act = if tasks > MANY { 90 } else { random.u8(..100) };
        match act {
            0..22 => {
                let Some((bucket, row)) = state.one("bucket", random) else {
                    return person.bucket(plan, name).await;
                };
                let mut body = json!({ "planId": row["parent"], "bucketId": bucket, "title": name });
                if random.bool() {
                    body["assignments"] = assignment(&self.people[random.usize(..2)].id);
                }
                person.send(Method::Post, "/planner/tasks", Some(body)).await?;
            }
            22..70 => {
                let Some((task, row)) = state.one("task", random) else {
                    return Ok(false);
                };
                let path = format!("/planner/tasks/{task}");
                let (part, body) = match act {
                    22..30 => ("", json!({ "title": name })),
                    30..38 => ("", json!({ "percentComplete": random.choice([0, 50, 100]) })),
                    38..46 => {
                        let in_plan = |(_, bucket): &(&String, &Value)| bucket["parent"] == row["parent"];
                        let buckets = state.rows("bucket").into_iter().filter(in_plan).collect::<Vec<_>>();
                        let Some((bucket, _)) = random.choice(buckets) else {
                            return Ok(false);
                        };
                        ("", json!({ "bucketId": bucket }))
                    }
                    46..54 => {
                        let who = &self.people[random.usize(..2)].id;
                        let is_assigned = !row["properties"]["assignments"][who].is_null();
                        let to = if is_assigned {
                            json!({ who: null })
                        } else {
                            assignment(who)
                        };
                        ("", json!({ "assignments": to }))
                    }
                    54..60 => ("/details", json!({ "description": name })),
                    60..66 => ("/details", json!({ "checklist": checklist(state, task, name, random) })),
                    _ => ("/bucketTaskBoardFormat", json!({ "orderHint": " !" })),
                };
                person.patch(&format!("{path}{part}"), body).await?;
            }
            70..76 => return person.bucket(plan, name).await,
            76..80 => {
                let Some((bucket, _)) = state.one("bucket", random) else {
                    return Ok(false);
                };
                let path = format!("/planner/buckets/{bucket}");
                if random.u8(..3) == 0 {
                    person.delete(&path).await?;
                } else {
                    person.patch(&path, json!({ "name": name })).await?;
                }
            }
            80..83 => {
                person
                    .patch(&format!("/planner/plans/{plan}"), json!({ "title": name }))
                    .await?;
            }
            83..85 => {
                let path = format!("/planner/plans/{plan}/details");
                person
                    .patch(&path, json!({ "categoryDescriptions": { "category2": name } }))
                    .await?;
            }
            85..88 if state.rows("plan").len() < 3 => return adele.share(&self.group, name, &self.people).await,
            // Whoever takes part in no plan at all is told of nothing: one stays.
            88 if state.rows("plan").len() > 1 => person.delete(&format!("/planner/plans/{plan}")).await?,
            _ => {
                let Some((task, _)) = state.one("task", random) else {
                    return Ok(false);
                };
                person.delete(&format!("/planner/tasks/{task}")).await?;
            }
        }
        Ok(true)
    }

    async fn edit_todo(&mut self, random: &mut Rng, state: &State<'_>, name: &str) -> Result<bool, Error> {
        let adele = &self.people[0];
        let lists = state.rows("list").into_iter();
        let lists: Vec<_> = lists
            .filter(|(_, list)| {
                list["parent"] == adele.id && list["properties"]["wellknownListName"] != "flaggedEmails"
            })
            .collect();
        let count = lists.len();
        let Some((list, row)) = random.choice(lists) else {
            return Ok(false);
        };
        let path = format!("/me/todo/lists/{list}");
        let is_own = row["properties"]["wellknownListName"]
            .as_str()
            .is_none_or(|name| name == "none");
        let tasks = state.rows("todoTask").into_iter();
        let tasks: Vec<_> = tasks.filter(|(_, task)| task["parent"] == **list).collect();
        let act = if tasks.len() > MANY { 90 } else { random.u8(..100) };
        let task = random.choice(tasks).map(|(task, _)| format!("{path}/tasks/{task}"));
        match (act, task) {
            (0..8, _) if count < 6 => {
                let body = json!({ "displayName": name });
                adele.send(Method::Post, "/me/todo/lists", Some(body)).await?;
            }
            (8..14, _) if is_own => adele.patch(&path, json!({ "displayName": name })).await?,
            (14..19, _) if is_own => adele.delete(&path).await?,
            (0..50, _) | (_, None) => {
                let body = json!({ "title": name });
                adele.send(Method::Post, &format!("{path}/tasks"), Some(body)).await?;
            }
            (50..62, Some(task)) => adele.patch(&task, json!({ "title": name })).await?,
            (62..70, Some(task)) => {
                let status = ["notStarted", "inProgress", "completed"][random.usize(..3)];
                adele.patch(&task, json!({ "status": status })).await?;
            }
            (70..78, Some(task)) => {
                let body = json!({ "displayName": name });
                adele
                    .send(Method::Post, &format!("{task}/checklistItems"), Some(body))
                    .await?;
            }
            (_, Some(task)) => adele.delete(&task).await?,
        }
        Ok(true)
    }
}

fn assignment(user: &str) -> Value {
    json!({ user: { "@odata.type": "#microsoft.graph.plannerAssignment", "orderHint": " !" } })
}

/// A step more, or, at times, one less.
fn checklist(state: &State<'_>, task: &str, name: &str, random: &mut Rng) -> Value {
    let steps = state.0["taskDetails"][task]["properties"]["checklist"].as_object();
    let step = steps.and_then(|steps: &Map<String, Value>| random.choice(steps.keys()));
    match step {
        Some(step) if random.bool() => json!({ step: null }),
        _ => json!({ name: { "@odata.type": "#microsoft.graph.plannerChecklistItem", "title": name } }),
    }
}

impl Person {
    async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Result<Value, Error> {
        let mut request = Request::raw::<Beta>(method, path);
        if let Some(body) = body {
            request = request.raw_body(Raw::from_value(&body).expect("JSON"));
        }
        let answer = self.client.send(request).await?;
        Ok(answer.decode().expect("JSON"))
    }

    async fn etag(&self, path: &str) -> Result<ETag<()>, Error> {
        let object = self.send(Method::Get, path, None).await?;
        Ok(ETag::new(object["@odata.etag"].as_str().expect("an ETag")))
    }

    async fn patch(&self, path: &str, body: Value) -> Result<(), Error> {
        let etag = self.etag(path).await?;
        let body = Raw::from_value(&body).expect("JSON");
        let request = Request::raw::<Beta>(Method::Patch, path).raw_body(body);
        self.client.send(request.raw_if_match(&etag).nothing()).await
    }

    async fn delete(&self, path: &str) -> Result<(), Error> {
        let etag = self.etag(path).await?;
        let request = Request::raw::<Beta>(Method::Delete, path);
        self.client.send(request.raw_if_match(&etag).nothing()).await
    }

    async fn bucket(&self, plan: &str, name: &str) -> Result<bool, Error> {
        let body = json!({ "planId": plan, "name": name });
        self.send(Method::Post, "/planner/buckets", Some(body)).await?;
        Ok(true)
    }

    /// A new plan, that both are told of.
    async fn share(&self, group: &str, name: &str, people: &[Self; 2]) -> Result<bool, Error> {
        let url = format!("https://graph.microsoft.com/beta/groups/{group}");
        let body = json!({ "title": name, "container": { "url": url } });
        let plan = self.send(Method::Post, "/planner/plans", Some(body)).await?;
        let details = format!("/planner/plans/{}/details", plan["id"].as_str().expect("an id"));
        let all = people.iter().map(|person| (person.id.clone(), json!(true)));
        let body = json!({ "sharedWith": all.collect::<Map<_, _>>() });
        // A plan that is half made stays out of the feeds, and so of what a replica can know: faults pass.
        let mut shared = self.patch(&details, body.clone()).await;
        for _ in 0..40 {
            if shared.is_ok() {
                break;
            }
            shared = self.patch(&details, body.clone()).await;
        }
        shared.map(|()| true)
    }
}
