//! A sign-in that is kept in a file.
#![cfg(feature = "sign-in")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

#[path = "support/authority.rs"]
mod authority;
mod support;

use std::{
    collections::BTreeSet,
    env, fs, io,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use authority::{SCOPE, app, assert_capabilities, device, form, refusal, targets, token};
use msgraph_client::{
    Client, Cloud, Credential, CredentialError,
    sign_in::{Change, Delegated, FileStore, KeptToken, SignIn, TokenKey, TokenStore},
};
use msgraph_core::Id;
use msgraph_request::v1;
use serde_json::{Value, json};
use support::{Fixed, Script, json as ok};
use tempfile::TempDir;

const SCOPES: [&str; 2] = ["Tasks.ReadWrite", "User.Read"];

/// A folder, and the file that tokens are kept in.
fn place() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tokens.json");
    (folder, path)
}

/// An app as it starts, where nobody is expected to be asked more often than that.
fn start(authority: &Script, prompts: &Arc<AtomicUsize>) -> Delegated {
    let prompts = Arc::clone(prompts);
    app(authority).device_code(SCOPES, move |_| {
        prompts.fetch_add(1, Ordering::Relaxed);
    })
}

fn key(name: impl std::fmt::Display) -> TokenKey {
    TokenKey::new("https://login.example/common", &name.to_string(), SCOPES, "")
}

fn keep(store: &impl TokenStore, key: &TokenKey, secret: &str) {
    store.update(key, &|_| Some(KeptToken::new(secret))).unwrap();
}

fn kept(store: &impl TokenStore, key: &TokenKey) -> Option<String> {
    let token = store.load(key).unwrap();
    token.map(|token| token.secret().to_owned())
}

fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap();
    entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

#[tokio::test(start_paused = true)]
async fn nobody_is_asked_again_after_a_restart() {
    let (folder, path) = place();
    let path = folder.path().join("a-folder").join(path.file_name().unwrap());
    let authority = Script::new([
        device(),
        token(1, Some("refresh-1")),
        token(2, Some("refresh-2")),
        token(3, None),
        token(4, None),
    ]);
    let prompts = Arc::default();
    for number in 1..=4 {
        let credential = start(&authority, &prompts).kept_in(FileStore::new(&path));
        let token = credential.token(&[SCOPE]).await.unwrap();
        assert_eq!(token.secret(), format!("token-{number}"));
        let shown = format!("{credential:?}");
        assert!(!shown.contains("refresh"), "{shown}");
    }
    assert_eq!(prompts.load(Ordering::Relaxed), 1);
    // An answer without another one leaves the old one good.
    for (number, expected) in [(2, "refresh-1"), (3, "refresh-2"), (4, "refresh-2")] {
        assert_eq!(form(&authority, number)["refresh_token"], expected);
    }
    assert_capabilities(&authority);
    // Nothing is kept that need not be.
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains("refresh-2") && !text.contains("token-"), "{text}");
    let value: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        (&value["version"], value["tokens"].as_object().unwrap().len()),
        (&json!(1), 1)
    );
}

#[tokio::test(start_paused = true)]
async fn concurrent_callers_make_one_renewal_after_a_restart() {
    let (_folder, path) = place();
    let authority = Script::new([device(), token(1, Some("refresh-1")), token(2, Some("refresh-2"))]);
    let prompts = Arc::default();
    let first = start(&authority, &prompts).kept_in(FileStore::new(&path));
    first.token(&[SCOPE]).await.unwrap();

    let graph = Script::new(vec![ok(200, &json!({ "id": "p" })); 100]);
    let client = Client::builder(start(&authority, &prompts).kept_in(FileStore::new(&path)))
        .transport(graph.clone())
        .environment(Fixed::default())
        .build()
        .unwrap();
    let mut callers = tokio::task::JoinSet::new();
    for _ in 0..100 {
        let client = client.clone();
        callers.spawn(async move { client.send(v1::planner().plan(&Id::new("p")).get()).await });
    }
    for result in callers.join_all().await {
        result.unwrap();
    }
    assert!(authority.is_over() && graph.is_over());
    assert_eq!(prompts.load(Ordering::Relaxed), 1);
}

#[tokio::test(start_paused = true)]
async fn what_another_process_renewed_is_used() {
    let (_folder, path) = place();
    let prompts = Arc::default();
    let one = Script::new([device(), token(1, Some("refresh-1")), token(3, Some("refresh-3"))]);
    let one_app = start(&one, &prompts).kept_in(FileStore::new(&path));
    one_app.token(&[SCOPE]).await.unwrap();
    let other = Script::new([token(2, Some("refresh-2"))]);
    let other_app = start(&other, &prompts).kept_in(FileStore::new(&path));
    other_app.token(&[SCOPE]).await.unwrap();
    one_app.token(&[SCOPE]).await.unwrap();
    assert_eq!(form(&other, 0)["refresh_token"], "refresh-1");
    assert_eq!(form(&one, 2)["refresh_token"], "refresh-2");
    assert_eq!(prompts.load(Ordering::Relaxed), 1);
}

/// A store into which another process writes while ours renews.
struct Raced(FileStore, AtomicUsize);

impl TokenStore for Raced {
    fn load(&self, key: &TokenKey) -> Result<Option<KeptToken>, CredentialError> {
        let token = self.0.load(key);
        if self.1.fetch_add(1, Ordering::Relaxed) == 0 {
            keep(&self.0, key, "refresh-new");
        }
        token
    }

    fn update(&self, key: &TokenKey, change: &Change<'_>) -> Result<(), CredentialError> {
        self.0.update(key, change)
    }
}

#[tokio::test(start_paused = true)]
async fn who_was_outrun_takes_the_newer_one_and_asks_nobody() {
    let (_folder, path) = place();
    let prompts = Arc::default();
    let authority = Script::new([device(), token(1, Some("refresh-old"))]);
    let credential = start(&authority, &prompts).kept_in(FileStore::new(&path));
    credential.token(&[SCOPE]).await.unwrap();

    let authority = Script::new([refusal("invalid_grant"), token(2, None)]);
    let store = Raced(FileStore::new(&path), AtomicUsize::new(0));
    let credential = start(&authority, &prompts).kept_in(store);
    assert_eq!(credential.token(&[SCOPE]).await.unwrap().secret(), "token-2");
    assert_eq!(form(&authority, 0)["refresh_token"], "refresh-old");
    assert_eq!(form(&authority, 1)["refresh_token"], "refresh-new");
    assert_eq!(prompts.load(Ordering::Relaxed), 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_no_longer_accepted_is_forgotten() {
    let (_folder, path) = place();
    let prompts = Arc::default();
    let authority = Script::new([
        device(),
        token(1, Some("refresh-1")),
        refusal("invalid_grant"),
        device(),
        refusal("access_denied"),
    ]);
    let credential = start(&authority, &prompts).kept_in(FileStore::new(&path));
    credential.token(&[SCOPE]).await.unwrap();
    // The person was asked, and declined.
    let error = credential.token(&[SCOPE]).await.unwrap_err().to_string();
    assert!(error.contains("access_denied"), "{error}");
    assert!(!fs::read_to_string(&path).unwrap().contains("refresh-1"));
    assert_eq!(targets(&authority).len(), 5);
    assert_eq!(prompts.load(Ordering::Relaxed), 2);
}

/// A store that cannot be written to.
struct ReadOnly(AtomicUsize);

impl TokenStore for ReadOnly {
    fn load(&self, _: &TokenKey) -> Result<Option<KeptToken>, CredentialError> {
        Ok(Some(KeptToken::new("refresh-0")))
    }

    fn update(&self, _: &TokenKey, _: &Change<'_>) -> Result<(), CredentialError> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Err(CredentialError::caused_by("full", io::Error::other("no space")))
    }
}

#[tokio::test(start_paused = true)]
async fn an_app_goes_on_where_nothing_can_be_written() {
    let prompts = Arc::default();
    let authority = Script::new([
        refusal("invalid_grant"),
        device(),
        token(1, Some("refresh-1")),
        token(2, Some("refresh-2")),
    ]);
    let store = Arc::new(ReadOnly(AtomicUsize::new(0)));
    let credential = start(&authority, &prompts).kept_in(Arc::clone(&store));
    credential.token(&[SCOPE]).await.unwrap();
    credential.token(&[SCOPE]).await.unwrap();
    assert_eq!(form(&authority, 0)["refresh_token"], "refresh-0");
    assert_eq!(form(&authority, 3)["refresh_token"], "refresh-1");
    // It is tried each time: removed, written, and written.
    assert_eq!(store.0.load(Ordering::Relaxed), 3);
    assert_eq!(prompts.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_hundred_apps_share_a_file_through_two_stores() {
    let (_folder, path) = place();
    let stores = [Arc::new(FileStore::new(&path)), Arc::new(FileStore::new(&path))];
    let run = |steps: fn(usize) -> Script, prompts: Arc<AtomicUsize>| {
        let mut apps = tokio::task::JoinSet::new();
        for (number, store) in stores.iter().cycle().take(100).enumerate() {
            let authority = steps(number);
            let (prompts, store) = (Arc::clone(&prompts), Arc::clone(store));
            let app = SignIn::over(authority.clone(), &Cloud::global(), "common", &format!("app-{number}")).unwrap();
            apps.spawn(async move {
                let prompt = move |_: &_| {
                    prompts.fetch_add(1, Ordering::Relaxed);
                };
                app.device_code(SCOPES, prompt)
                    .kept_in(store)
                    .token(&[SCOPE])
                    .await
                    .unwrap();
                authority
            });
        }
        apps.join_all()
    };
    let prompts = Arc::<AtomicUsize>::default();
    run(
        |number| {
            let device = json!({
                "device_code": "d", "user_code": "u", "verification_uri": "https://login.example",
                "expires_in": 9, "interval": 0,
            });
            Script::new([ok(200, &device), token(1, Some(&format!("refresh-{number}")))])
        },
        Arc::clone(&prompts),
    )
    .await;
    assert_eq!(prompts.load(Ordering::Relaxed), 100);
    let seen = run(|_| Script::new([token(2, None)]), Arc::clone(&prompts)).await;
    assert_eq!(prompts.load(Ordering::Relaxed), 100);
    let mine = |authority: &Script| {
        let form = form(authority, 0);
        form["client_id"].strip_prefix("app-") == form["refresh_token"].strip_prefix("refresh-")
    };
    assert!(seen.iter().all(mine));
}

#[tokio::test(start_paused = true)]
async fn tokens_are_told_apart() {
    let (_folder, path) = place();
    let store = Arc::new(FileStore::new(path));
    let keys = [
        TokenKey::new("a", "b", ["c", "d"], ""),
        TokenKey::new("a", "b", ["c"], ""),
        TokenKey::new("a", "b", ["c d"], ""),
        TokenKey::new("a", "b", ["c", "d"], "e"),
        TokenKey::new("a", "\"b", ["c", "d"], ""),
        TokenKey::new("x", "b", ["c", "d"], ""),
    ];
    assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), keys.len());
    assert_eq!(TokenKey::new("a", "b", ["d", "c", "d"], ""), keys[0].clone());

    // Two people in one app do not get each other's tasks.
    let authority = Script::new([
        device(),
        token(1, Some("refresh-1")),
        device(),
        token(2, Some("refresh-2")),
        token(3, None),
        token(4, None),
    ]);
    let prompts = Arc::default();
    for account in ["one", "two", "one", "two"] {
        let credential = start(&authority, &prompts).kept_for(account, Arc::clone(&store));
        credential.token(&[SCOPE]).await.unwrap();
    }
    assert_eq!(form(&authority, 4)["refresh_token"], "refresh-1");
    assert_eq!(form(&authority, 5)["refresh_token"], "refresh-2");
    let key = TokenKey::new(
        "https://login.microsoftonline.com/contoso.example",
        "an-app",
        SCOPES,
        "one",
    );
    assert_eq!(kept(&store, &key).as_deref(), Some("refresh-1"));
}

/// The variables by which a process that a test starts learns what to do.
const FILE: &str = "MSGRAPH_TEST_STORE";
const NAME: &str = "MSGRAPH_TEST_NAME";
/// The one that works until it is killed.
const KILLED: &str = "killed";
const ROUNDS: u32 = 40;

fn child(path: &Path, name: &str) -> Child {
    Command::new(env::current_exe().unwrap())
        .args(["--exact", "work_of_another_process"])
        .env(FILE, path)
        .env(NAME, name)
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

/// Writes entries of its own, and counts up in one that all share.
fn work(store: &FileStore, name: &str) {
    for round in 0..ROUNDS {
        keep(store, &key(format!("{name}-{round}")), name);
        let one_more = |now: Option<&KeptToken>| {
            let count: u32 = now.map_or(0, |now| now.secret().parse().unwrap());
            // Whoever else were at it now would be lost.
            thread::yield_now();
            Some(KeptToken::new((count + 1).to_string()))
        };
        store.update(&key("all"), &one_more).unwrap();
    }
}

/// Other tests start this as a process of its own; without the variables there is nothing to do.
#[test]
fn work_of_another_process() {
    if let (Some(path), Ok(name)) = (env::var_os(FILE), env::var(NAME)) {
        let store = FileStore::new(path);
        loop {
            work(&store, &name);
            if name != KILLED {
                break;
            }
        }
    }
}

#[test]
fn processes_share_a_file_and_lose_nothing() {
    let (folder, path) = place();
    let children = ["one", "two"].map(|name| child(&path, name));
    let store = FileStore::new(&path);
    work(&store, "this");
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    for name in ["one", "two", "this"] {
        for round in 0..ROUNDS {
            assert_eq!(kept(&store, &key(format!("{name}-{round}"))).as_deref(), Some(name));
        }
    }
    assert_eq!(kept(&store, &key("all")), Some((3 * ROUNDS).to_string()));
    assert_eq!(
        names(folder.path()),
        ["tokens.json", "tokens.json.lock"].map(str::to_owned).into()
    );
}

#[test]
fn a_process_that_is_killed_leaves_a_whole_file() {
    let (_folder, path) = place();
    let store = FileStore::new(&path);
    keep(&store, &key("mine"), "a-secret");
    for delay in 0..10 {
        let mut child = child(&path, KILLED);
        thread::sleep(std::time::Duration::from_millis(10 + delay * 7));
        child.kill().unwrap();
        child.wait().unwrap();
        let _: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        assert_eq!(kept(&store, &key("mine")).as_deref(), Some("a-secret"));
    }
}

#[test]
fn what_a_crash_left_half_written_is_never_seen() {
    let (folder, path) = place();
    let store = FileStore::new(&path);
    keep(&store, &key("a"), "old");
    let half = folder.path().join("tokens.json.new");
    fs::write(&half, "{\"version\":1,\"tok").unwrap();
    assert_eq!(kept(&store, &key("a")).as_deref(), Some("old"));
    keep(&store, &key("a"), "new");
    assert_eq!(kept(&store, &key("a")).as_deref(), Some("new"));
    assert!(!half.exists());
    // Where the new file cannot be written, the old one stays.
    fs::create_dir(&half).unwrap();
    let error = store.update(&key("a"), &|_| None).unwrap_err().to_string();
    assert!(
        error.contains("cannot be written") && !error.contains("new\""),
        "{error}"
    );
    assert_eq!(kept(&store, &key("a")).as_deref(), Some("new"));
}

#[cfg(unix)]
#[test]
fn only_the_owner_may_read_the_file() {
    use std::os::unix::fs::PermissionsExt as _;
    let (folder, path) = place();
    let path = folder.path().join("made").join(path.file_name().unwrap());
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o7777;
    let open = |path: &Path| fs::set_permissions(path, fs::Permissions::from_mode(0o666)).unwrap();
    let store = FileStore::new(&path);
    keep(&store, &key("a"), "1");
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(path.parent().unwrap()), 0o700);
    assert_eq!(mode(&path.with_extension("json.lock")), 0o600);
    // Whatever a crash or a copy left there, what is written is not open to others.
    let new = path.with_extension("json.new");
    fs::write(&new, "").unwrap();
    open(&new);
    open(&path);
    keep(&store, &key("a"), "2");
    assert_eq!(mode(&path), 0o600);
}

#[test]
fn a_damaged_file_is_set_aside() {
    let (folder, path) = place();
    let store = FileStore::new(&path);
    let damaged = [
        "{\"version\":1,\"tokens\":{\"a\":",
        "",
        "[]",
        "{\"version\":1,\"tokens\":[]}",
        "{\"version\":0}",
    ];
    for text in damaged {
        fs::write(&path, text).unwrap();
        assert_eq!(kept(&store, &key("a")), None);
        assert!(!path.exists());
        keep(&store, &key("a"), "again");
        assert_eq!(kept(&store, &key("a")).as_deref(), Some("again"));
    }
    for (number, text) in damaged.iter().enumerate() {
        let name = match number {
            0 => "tokens.json.corrupt".to_owned(),
            _ => format!("tokens.json.corrupt-{number}"),
        };
        assert_eq!(fs::read_to_string(folder.path().join(name)).unwrap(), *text);
    }
    // Writing first sets it aside as well.
    fs::write(&path, b"\xff\xfe").unwrap();
    keep(&store, &key("b"), "again");
    assert_eq!(names(folder.path()).len(), damaged.len() + 3);
}

#[tokio::test(start_paused = true)]
async fn a_file_of_a_newer_version_is_refused_and_left_alone() {
    let (folder, path) = place();
    let text = "{\"version\":2,\"tokens\":[\"the-secret\"]}";
    fs::write(&path, text).unwrap();
    let store = FileStore::new(&path);
    let error = store.update(&key("a"), &|_| Some(KeptToken::new("x"))).unwrap_err();
    let prompts = Arc::<AtomicUsize>::default();
    let authority = Script::new([]);
    let also = start(&authority, &prompts)
        .kept_in(store)
        .token(&[SCOPE])
        .await
        .unwrap_err();
    for error in [error, also] {
        let shown = format!("{error} {error:?}");
        assert!(
            shown.contains("written by a newer version (format 2; this one knows 1)"),
            "{shown}"
        );
        assert!(!shown.contains("the-secret"), "{shown}");
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
    assert_eq!(names(folder.path()).len(), 2);
    assert_eq!(prompts.load(Ordering::Relaxed), 0);
}

#[test]
fn a_file_that_cannot_be_opened_is_named() {
    let (_folder, path) = place();
    fs::write(&path, "").unwrap();
    // A file where a folder would have to be.
    let store = FileStore::new(path.join("tokens.json"));
    let error = store.load(&key("a")).unwrap_err();
    assert!(error.to_string().contains("tokens.json cannot be locked"), "{error}");
}

#[test]
fn a_token_is_not_shown() {
    let token = KeptToken::new("the-secret");
    assert!(!format!("{token:?}").contains("the-secret"));
}
