//! Tasks a second of a first sync and of what changed since, beside bare inserts of the same rows, within one run; and the
//! memory that a sync takes, by the number of tasks.
//!
//! The pages lie in files before anything is measured, so that the service costs as good as nothing, neither time nor memory.

use std::{
    convert::Infallible,
    fs,
    future::{Ready, ready},
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use msgraph_client::{Client, RequestBody, StaticToken};
use msgraph_replica::{Account, Options, Planner, Replica, SqliteStore};
use rusqlite::{Connection, OpenFlags, params};
use serde_json::json;
use tower_service::Service;

/// At least so many tasks as bare inserts.
const LIMIT: f64 = 1.0 / 3.0;
/// At most so many times the memory for ten times the tasks, and so many bytes more.
const GROWTH: (f64, u64) = (1.2, 4 << 20);
/// How often everything is measured; the median counts.
const SAMPLES: usize = 3;
/// How often what changed is read, in each sample.
const ROUNDS: usize = 5;
/// Tasks of a page.
const PAGE: usize = 200;
/// Tasks that changed, each round.
const CHANGED: usize = 1_000;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().expect("a folder"));
    let tasks: usize = arguments
        .next()
        .and_then(|tasks| tasks.parse().ok())
        .expect("how many tasks");
    match arguments.next().as_deref() {
        Some("peak") => peak(&folder, tasks),
        _ => compare(&folder, tasks),
    }
}

fn compare(folder: &Path, tasks: usize) {
    let (few, many) = (folder.join("few"), folder.join("many"));
    let bytes = render(&many, tasks);
    render(&few, tasks / 10);
    println!(
        "sync: {tasks} tasks of {} bytes in pages of {PAGE}, then {CHANGED} that changed; median of {SAMPLES}",
        bytes / tasks
    );

    let mut times = Times::default();
    for _ in 0..SAMPLES {
        sample(&many, tasks, &mut times);
    }
    let [bare, ours] = [&mut times.bare_first, &mut times.first].map(|times| median(times));
    let first = tell("first sync", tasks, bare, ours);
    let [bare, ours] = [&mut times.bare_delta, &mut times.delta].map(|times| median(times));
    let delta = tell("what changed", CHANGED.min(tasks), bare, ours);

    let [low, high] = [(&few, tasks / 10), (&many, tasks)].map(|(folder, tasks)| peak_of(folder, tasks));
    let (times, more) = GROWTH;
    println!("peak memory        {:9.1} MiB at {} tasks", mebibytes(low), tasks / 10);
    println!(
        "                   {:9.1} MiB at {tasks} tasks  ratio {:.2}, at most {times} and {} MiB",
        mebibytes(high),
        high as f64 / low as f64,
        more >> 20
    );
    println!(
        "store              {:9.1} MB for 10000 tasks, with the events and what was staged",
        size_of_store(&many) as f64 / 1e6 / (tasks as f64 / 1e4)
    );
    fs::remove_dir_all(folder).expect("the folder can be removed");
    assert!(first >= LIMIT, "the first sync is too slow");
    assert!(delta >= LIMIT, "reading what changed is too slow");
    assert!(
        high as f64 <= low as f64 * times + more as f64,
        "the memory grows with the number of tasks"
    );
}

fn tell(what: &str, tasks: usize, bare: Duration, ours: Duration) -> f64 {
    let ratio = bare.as_secs_f64() / ours.as_secs_f64();
    let rate = |time: Duration| tasks as f64 / time.as_secs_f64();
    println!("{what:12} bare  {:9.0} tasks/s  ratio 1.00", rate(bare));
    println!(
        "{what:12} ours  {:9.0} tasks/s  ratio {ratio:.2}, at least {LIMIT:.2}",
        rate(ours)
    );
    ratio
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

#[derive(Default)]
struct Times {
    bare_first: Vec<Duration>,
    first: Vec<Duration>,
    bare_delta: Vec<Duration>,
    delta: Vec<Duration>,
}

/// The replica and bare inserts, after each other, so that both have the same machine.
fn sample(folder: &Path, tasks: usize, times: &mut Times) {
    let runtime = runtime();
    remove_databases(folder);
    let replica = runtime.block_on(open(folder));
    let started = Instant::now();
    let report = runtime.block_on(replica.sync()).expect("the first sync");
    times.first.push(started.elapsed());
    assert_eq!((report.created, report.problems.len()), (tasks + 1, 0), "{report:?}");
    let mut bare = Bare::open(folder);
    let first = bare.insert("TRUE");
    times.bare_first.push(first);

    for round in 0..ROUNDS {
        let started = Instant::now();
        let report = runtime.block_on(replica.sync()).expect("what changed");
        times.delta.push(started.elapsed());
        assert_eq!(report.changed, CHANGED.min(tasks), "{report:?}");
        let title = format!("\"title\":\"Changed {round} ");
        times.bare_delta.push(bare.insert(&format!("instr(server, '{title}')")));
    }
    bare.check();
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime")
}

async fn open(folder: &Path) -> Replica {
    let pages = Pages {
        folder: folder.to_owned().into(),
    };
    let client = Client::builder(StaticToken::new("token"))
        .transport(pages)
        .build()
        .expect("a client");
    let opened = SqliteStore::open(folder.join("replica.db")).await.expect("a store");
    let mut options = Options::default();
    options.planner = Planner::Off;
    let account = Account::new("global", "contoso", "adele");
    Replica::open(client, opened.store, &account, options)
        .await
        .expect("a replica")
}

fn remove_databases(folder: &Path) {
    for name in ["replica.db", "bare.db"] {
        for companion in ["", "-wal", "-shm", ".lock"] {
            let _ = fs::remove_file(folder.join(format!("{name}{companion}")));
        }
    }
}

/// The size of the file of the last run.
fn size_of_store(folder: &Path) -> u64 {
    fs::metadata(folder.join("replica.db")).expect("a file").len()
}

/// The same rows in the same table with the same indexes, in a file of its own.
struct Bare {
    connection: Connection,
    replica: Connection,
}

impl Bare {
    fn open(folder: &Path) -> Self {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(folder.join("bare.db"), flags).expect("a file");
        let replica = Connection::open(folder.join("replica.db")).expect("a file");
        for (pragma, value) in [
            ("page_size", "16384"),
            ("journal_mode", "WAL"),
            ("journal_size_limit", "16777216"),
            ("synchronous", "FULL"),
        ] {
            connection.pragma_update(None, pragma, value).expect("a pragma");
        }
        let sql = "SELECT sql FROM sqlite_schema WHERE tbl_name = 'rows' AND sql IS NOT NULL AND type <> 'trigger' ORDER BY rowid";
        let mut statement = replica.prepare(sql).expect("a schema");
        let schema = statement
            .query_map([], |row| row.get::<_, String>(0))
            .expect("a schema");
        for sql in schema {
            connection.execute_batch(&sql.expect("a table")).expect("a table");
        }
        drop(statement);
        Self { connection, replica }
    }

    /// Writes the replica's rows, a transaction a page. Reading them is not measured.
    fn insert(&mut self, condition: &str) -> Duration {
        let sql = format!(
            "SELECT kind, id, collection, parent, server FROM rows WHERE kind = 'TodoTask' AND id > ?1 AND {condition}
            ORDER BY id LIMIT {PAGE}"
        );
        let mut page = self.replica.prepare(&sql).expect("a query");
        let (mut took, mut after) = (Duration::ZERO, String::new());
        loop {
            let rows = page.query_map([&after], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
            });
            let rows: Vec<(String, String, String, String, String)> =
                rows.expect("rows").collect::<Result<_, _>>().expect("rows");
            let Some((_, last, ..)) = rows.last() else {
                return took;
            };
            after = last.clone();
            let started = Instant::now();
            let transaction = self.connection.transaction().expect("a transaction");
            let sql = "
                INSERT INTO rows (kind, id, collection, parent, server, local, deleted)
                VALUES (?1, ?2, ?3, ?4, ?5, NULL, FALSE)
                ON CONFLICT (kind, id) DO UPDATE SET (collection, parent, server) = (?3, ?4, ?5)";
            let mut statement = transaction.prepare_cached(sql).expect("a statement");
            for (kind, id, collection, parent, server) in &rows {
                statement
                    .execute(params![kind, id, collection, parent, server])
                    .expect("a row");
            }
            drop(statement);
            transaction.commit().expect("a commit");
            took += started.elapsed();
        }
    }

    /// What was measured is the same.
    fn check(&self) {
        let sql = "SELECT count(*), total(length(server)) FROM rows WHERE kind = 'TodoTask'";
        let [bare, ours] = [&self.connection, &self.replica].map(|connection| {
            let sum = connection.query_one(sql, [], |row| Ok((row.get::<_, u64>(0)?, row.get::<_, f64>(1)?)));
            sum.expect("a sum")
        });
        assert_eq!(bare, ours);
    }
}

/// Syncs in a process of its own, and tells the most memory that it had.
fn peak_of(folder: &Path, tasks: usize) -> u64 {
    let this = std::env::current_exe().expect("this program");
    let output = Command::new(this)
        .arg(folder)
        .args([&tasks.to_string(), "peak"])
        .output()
        .expect("this program runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    text.trim().parse().expect("a number of bytes")
}

fn peak(folder: &Path, tasks: usize) {
    remove_databases(folder);
    let runtime = runtime();
    runtime.block_on(async {
        let replica = open(folder).await;
        let report = replica.sync().await.expect("the first sync");
        assert_eq!(report.created, tasks + 1, "{report:?}");
        replica.sync().await.expect("what changed");
    });
    drop(runtime);
    let status = fs::read_to_string("/proc/self/status").expect("Linux tells the memory of a process");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
    let kibibytes: u64 = kibibytes.and_then(|number| number.parse().ok()).expect("a number");
    println!("{}", kibibytes << 10);
}

/// A service whose every link names the file of a page.
#[derive(Clone)]
struct Pages {
    folder: Arc<Path>,
}

impl Service<Request<RequestBody>> for Pages {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<RequestBody>) -> Self::Future {
        let is_lists = request.uri().path().ends_with("/todo/lists/delta");
        let first = if is_lists { "lists" } else { "0" };
        let query = request.uri().query();
        let page = query.and_then(|query| query.rsplit('=').next()).unwrap_or(first);
        let page = fs::read(self.folder.join(page)).expect("a page");
        let response = Response::builder().header("content-type", "application/json");
        ready(Ok(response.body(page.into()).expect("a response")))
    }
}

const LISTS: &str = "https://graph.microsoft.com/v1.0/me/todo/lists";

/// As long as ids of this service are.
const LIST: &str = concat!(
    "AAMkADIyAAAhrbPXAAAAAAAuAAAAAADiQ8RQZG02TZRAV4bz9wXTAQCcfaKMBcSoRLrTUsHDNFbrAAAAAAESAAAAAAAAAAAA",
    "AAAAAAAAAAAAAAAA="
);

/// Writes the pages of a list, and of what changes in it. Returns how large the list is.
fn render(folder: &Path, tasks: usize) -> usize {
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder).expect("a folder");
    let write = |name: &str, page: String| {
        let length = page.len();
        fs::write(folder.join(name), page).expect("a page");
        length
    };
    let list = json!({"@odata.etag": "W/\"lists/1\"", "displayName": "Tasks", "isOwner": true, "isShared": false,
        "wellknownListName": "defaultList", "id": LIST});
    let link = format!("\"@odata.deltaLink\":\"{LISTS}/delta?$deltatoken=none\"");
    write("lists", format!("{{{link},\"value\":[{list}]}}"));
    write("none", format!("{{{link},\"value\":[]}}"));

    let name = |round: usize, page: usize| match round {
        0 => page.to_string(),
        _ => format!("{round}-{page}"),
    };
    let mut length = 0;
    for round in 0..=ROUNDS {
        let numbers: Vec<_> = match round {
            0 => (0..tasks).collect(),
            _ => (0..tasks).step_by((tasks / CHANGED).max(1)).take(CHANGED).collect(),
        };
        let pages = numbers.chunks(PAGE);
        let last = pages.len() - 1;
        for (page, numbers) in pages.enumerate() {
            let (link, next) = if page == last {
                (("deltaLink", "deltatoken"), name(round + 1, 0))
            } else {
                (("nextLink", "skiptoken"), name(round, page + 1))
            };
            let link = format!(
                "\"@odata.{}\":\"{LISTS}/{LIST}/tasks/delta?${}={next}\"",
                link.0, link.1
            );
            let tasks: Vec<_> = numbers.iter().map(|&number| task(number, round)).collect();
            let written = write(
                &name(round, page),
                format!("{{{link},\"value\":[{}]}}", tasks.join(",")),
            );
            length += if round == 0 { written } else { 0 };
        }
    }
    length
}

fn task(number: usize, round: usize) -> String {
    let said = match round {
        0 => format!("Task {number}"),
        _ => format!("Changed {} {number}", round - 1),
    };
    let time = |time: &str| json!({"dateTime": time, "timeZone": "UTC"});
    // Ids ascend, which is the best for bare inserts.
    let id = format!(
        "AAMkADIyAAAhrbPWAAAAAABGAAAAAADiQ8RQZG02TZRAV4bz9wXTBwCcfaKMBcSoRLrTUsHDNFbrAAAAAAESAACcfaKMBcSoRLrTUsHD{number:08}AAAQAAAA="
    );
    let line =
        "Ask those who were there what they need, write it down, and send it to \u{c5}sa before the week is over.\n";
    let task = json!({
        "@odata.etag": format!("W/\"nH2ijAXEqES601LBwzRW6wAAhB{number:08}{round}==\""),
        "importance": if number.is_multiple_of(5) { "high" } else { "normal" },
        "isReminderOn": true,
        "status": "notStarted",
        "title": format!("{said} \u{2013} prepare the quarterly review with the team"),
        "createdDateTime": "2026-03-02T08:15:30.1234567Z",
        "lastModifiedDateTime": "2026-03-04T17:45:11.7654321Z",
        "hasAttachments": false,
        "categories": ["Red category", "Planning"],
        "id": id,
        "body": {"content": line.repeat(4), "contentType": "text"},
        "bodyLastModifiedDateTime": "2026-03-04T17:45:11.7654321Z",
        "dueDateTime": time("2026-03-20T00:00:00.0000000"),
        "reminderDateTime": time("2026-03-19T09:00:00.0000000"),
        "startDateTime": time("2026-03-10T00:00:00.0000000"),
        "recurrence": {
            "pattern": {"type": "weekly", "interval": 1, "month": 0, "dayOfMonth": 0, "daysOfWeek": ["friday"],
                "firstDayOfWeek": "sunday", "index": "first"},
            "range": {"type": "noEnd", "startDate": "2026-03-20", "endDate": "0001-01-01",
                "recurrenceTimeZone": "UTC", "numberOfOccurrences": 0},
        },
    });
    task.to_string()
}
