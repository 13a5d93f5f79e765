//! The same over HTTP, for clients in other languages: everything under `/_emulator`.

use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::{
    config::Config,
    delta::Expiry,
    emulator::{Emulator, Incoming},
    faults::{Fault, Latency},
    reply::{Content, Refusal, Reply},
    seed::Seed,
};

/// The path that everything here begins with.
const ROOT: &str = "/_emulator/";

/// Answers a request that is not one to the service; `None` for all others.
pub(crate) fn answer(emulator: &Emulator, incoming: &Incoming) -> Option<Reply> {
    let path = incoming.target.split('?').next().unwrap_or_default();
    let rest = path.strip_prefix(ROOT)?;
    let segments: Vec<_> = rest.split('/').filter(|segment| !segment.is_empty()).collect();
    let result = match (incoming.method.as_str(), segments.as_slice()) {
        ("GET", ["health"]) => ok(&json!({ "ok": true })),
        ("POST", ["reset"]) => emulator
            .reset()
            .map_err(|error| Refusal::bad_request(error.to_string()))
            .map(done),
        ("PUT", ["seed"]) => seed(emulator, &incoming.body),
        ("GET", ["snapshot"]) => snapshot(emulator),
        ("PUT", ["snapshot"]) => restore(emulator, &incoming.body),
        ("GET", ["state"]) => ok(&emulator.state()),
        ("GET", ["changes"]) => ok(&emulator.changes()),
        ("GET", ["requests"]) => ok(&emulator.requests()),
        ("DELETE", ["requests"]) => Ok({
            emulator.clear_requests();
            done(())
        }),
        ("GET", ["lint"]) => ok(&lint(emulator)),
        ("GET", ["config"]) => ok(&emulator.config()),
        ("PATCH", ["config"]) => configure(emulator, &incoming.body),
        ("GET", ["clock"]) => ok(&json!({ "now": emulator.now() })),
        ("PATCH", ["clock"]) => clock(emulator, &incoming.body),
        ("GET", ["faults"]) => ok(&emulator.faults()),
        ("PUT", ["faults", name]) => fault(emulator, name, &incoming.body),
        ("DELETE", ["faults", name]) if emulator.remove_fault(name) => Ok(Reply::empty(204)),
        ("DELETE", ["faults", _]) => Err(Refusal::new(404, "notFound", "There is no fault of this name.")),
        ("PUT", ["latency"]) => read::<Vec<Latency>>(&incoming.body).map(|latency| {
            emulator.set_latency(latency);
            done(())
        }),
        ("POST", ["expire"]) => expire(emulator, &incoming.body),
        ("PUT" | "DELETE", ["claims", user]) => Ok({
            emulator.ask_for_claims(user, incoming.method == "PUT");
            done(())
        }),
        _ => Err(Refusal::new(
            404,
            "notFound",
            "There is no such control; the documentation lists them.",
        )),
    };
    Some(result.unwrap_or_else(|refusal| {
        let error = json!({ "code": refusal.code, "message": refusal.message });
        Reply::json(refusal.status, json!({ "error": error }))
    }))
}

fn done((): ()) -> Reply {
    Reply::empty(204)
}

fn ok(value: &impl Serialize) -> Result<Reply, Refusal> {
    let value = serde_json::to_value(value).map_err(|error| Refusal::new(500, "notJson", error.to_string()))?;
    Ok(Reply::json(200, value))
}

fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|error| Refusal::bad_request(format!("The body cannot be used: {error}.")))
}

fn seed(emulator: &Emulator, body: &Bytes) -> Result<Reply, Refusal> {
    let text = str::from_utf8(body).map_err(|_| Refusal::bad_request("The body is no text."))?;
    let seed = Seed::parse(text).and_then(|seed| emulator.plant(&seed));
    seed.map_err(|error| Refusal::bad_request(error.to_string())).map(done)
}

fn snapshot(emulator: &Emulator) -> Result<Reply, Refusal> {
    let bytes = emulator
        .snapshot()
        .map_err(|error| Refusal::new(500, "notJson", error.to_string()))?;
    Ok(Reply {
        body: Content::Bytes {
            media_type: "application/json".to_owned(),
            bytes: bytes.into(),
        },
        ..Reply::empty(200)
    })
}

fn restore(emulator: &Emulator, body: &Bytes) -> Result<Reply, Refusal> {
    let restored = emulator.restore(body);
    restored
        .map_err(|error| Refusal::bad_request(format!("The body is no snapshot: {error}.")))
        .map(done)
}

/// The notes on all requests, each with its request.
fn lint(emulator: &Emulator) -> Vec<Value> {
    let requests = emulator.requests();
    let notes = requests.iter().flat_map(|request| {
        let note = |note| json!({ "number": request.number, "method": request.method, "target": request.target, "note": note });
        request.notes.iter().map(note)
    });
    notes.collect()
}

/// Lays members over the configuration.
fn configure(emulator: &Emulator, body: &Bytes) -> Result<Reply, Refusal> {
    let Value::Object(members) = read(body)? else {
        return Err(Refusal::bad_request("The body is no object."));
    };
    let known = serde_json::to_value(emulator.config());
    let mut known = known.map_err(|error| Refusal::new(500, "notJson", error.to_string()))?;
    if let Some(known) = known.as_object_mut() {
        known.extend(members);
    }
    let config: Config = serde_json::from_value(known)
        .map_err(|error| Refusal::bad_request(format!("The body cannot be used: {error}.")))?;
    emulator.configure(|known| *known = config);
    ok(&emulator.config())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ClockChange {
    now: Option<Timestamp>,
    advance_milliseconds: Option<u64>,
    tick_milliseconds: Option<u32>,
}

fn clock(emulator: &Emulator, body: &Bytes) -> Result<Reply, Refusal> {
    let change: ClockChange = read(body)?;
    if let Some(now) = change.now {
        emulator.set_clock(now);
    }
    if let Some(milliseconds) = change.advance_milliseconds {
        emulator.advance(std::time::Duration::from_millis(milliseconds));
    }
    if let Some(milliseconds) = change.tick_milliseconds {
        emulator.set_tick(milliseconds);
    }
    ok(&json!({ "now": emulator.now() }))
}

fn fault(emulator: &Emulator, name: &str, body: &Bytes) -> Result<Reply, Refusal> {
    let Value::Object(mut members) = read(body)? else {
        return Err(Refusal::bad_request("The body is no object."));
    };
    members.insert("name".to_owned(), name.into());
    let fault: Fault = serde_json::from_value(Value::Object(members))
        .map_err(|error| Refusal::bad_request(format!("The body cannot be used: {error}.")))?;
    emulator.put_fault(fault);
    Ok(Reply::empty(204))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Expire {
    #[serde(default)]
    user: String,
    #[serde(default)]
    path: String,
    spelling: Expiry,
}

fn expire(emulator: &Emulator, body: &Bytes) -> Result<Reply, Refusal> {
    let Expire { user, path, spelling } = read(body)?;
    ok(&json!({ "expired": emulator.expire_links_of(&user, &path, spelling) }))
}
