//! A sign-in that is kept in a keyring, which the `keyring` family has in memory for tests.
#![cfg(feature = "keyring")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

#[path = "support/authority.rs"]
mod authority;
mod support;

use std::{
    collections::BTreeSet,
    error::Error as _,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use authority::{SCOPE, app, device, form, token};
use keyring_core::{CredentialStore, Error, mock};
use msgraph_client::{
    Credential as _,
    sign_in::{KeptToken, KeyringStore, TokenKey, TokenStore as _},
};
use support::Script;

fn keyring() -> Arc<mock::Store> {
    mock::Store::new().unwrap()
}

fn store(keyring: &Arc<mock::Store>) -> KeyringStore {
    let keyring: Arc<CredentialStore> = keyring.clone();
    KeyringStore::over(keyring, "an-app")
}

fn key(name: &str) -> TokenKey {
    TokenKey::new("https://login.example/common", name, ["Tasks.ReadWrite"], "")
}

/// All that is there.
fn items(keyring: &mock::Store) -> Vec<keyring_core::Entry> {
    keyring_core::api::CredentialStoreApi::search(keyring, &std::collections::HashMap::new()).unwrap()
}

/// The next use of each item fails so.
fn fail(keyring: &mock::Store, error: impl Fn() -> Error) {
    for entry in items(keyring) {
        let item: &mock::Cred = entry.as_any().downcast_ref().unwrap();
        item.set_error(error());
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_is_asked_again_after_a_restart() {
    let keyring = keyring();
    let authority = Script::new([
        device(),
        token(1, Some("refresh-1")),
        token(2, Some("refresh-2")),
        token(3, None),
    ]);
    let prompts = Arc::new(AtomicUsize::new(0));
    for number in 1..=3 {
        let asked = Arc::clone(&prompts);
        let prompt = move |_: &_| {
            asked.fetch_add(1, Ordering::Relaxed);
        };
        let credential = app(&authority)
            .device_code(["Tasks.ReadWrite"], prompt)
            .kept_in(store(&keyring));
        let token = credential.token(&[SCOPE]).await.unwrap();
        assert_eq!(token.secret(), format!("token-{number}"));
    }
    assert_eq!(prompts.load(Ordering::Relaxed), 1);
    assert_eq!(form(&authority, 2)["refresh_token"], "refresh-1");
    assert_eq!(form(&authority, 3)["refresh_token"], "refresh-2");
    let items = items(&keyring);
    let (service, user) = items.first().unwrap().get_specifiers().unwrap();
    let secret = items.first().unwrap().get_secret().unwrap();
    assert_eq!((items.len(), &*service, &*secret), (1, "an-app", &b"refresh-2"[..]));
    // Short enough for each keyring.
    assert_eq!(user.len(), 43);
}

#[test]
fn what_is_kept_can_be_removed_and_disturbs_nothing_else() {
    let keyring = keyring();
    let store = store(&keyring);
    for name in ["a", "b"] {
        store.update(&key(name), &|_| Some(KeptToken::new(name))).unwrap();
    }
    for _ in 0..2 {
        store.update(&key("a"), &|_| None).unwrap();
    }
    assert_eq!(store.load(&key("a")).unwrap(), None);
    assert_eq!(store.load(&key("b")).unwrap(), Some(KeptToken::new("b")));
}

#[test]
fn threads_do_not_lose_what_others_wrote() {
    let keyring = keyring();
    let work = || {
        let store = store(&keyring);
        for _ in 0..50 {
            let one_more = |now: Option<&KeptToken>| {
                let count: u32 = now.map_or(0, |now| now.secret().parse().unwrap());
                thread::yield_now();
                Some(KeptToken::new((count + 1).to_string()))
            };
            store.update(&key("all"), &one_more).unwrap();
        }
    };
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(work);
        }
    });
    assert_eq!(store(&keyring).load(&key("all")).unwrap(), Some(KeptToken::new("200")));
}

/// An error of a keyring, and what is said of it.
type Case = (fn() -> Error, &'static str);

#[test]
fn an_error_says_what_to_do_and_holds_no_token() {
    let keyring = keyring();
    let store = store(&keyring);
    store
        .update(&key("a"), &|_| Some(KeptToken::new("the-secret")))
        .unwrap();
    let cases: [Case; 6] = [
        (
            || Error::NoStorageAccess("no bus".into()),
            "it may be locked, or there is none",
        ),
        (|| Error::PlatformFailure("code 5".into()), "the keyring failed"),
        (|| Error::BadEncoding(b"the-secret".into()), "remove it there"),
        (
            || Error::BadDataFormat(b"the-secret".into(), "x".into()),
            "remove it there",
        ),
        (
            || Error::TooLong("secret".to_owned(), 2560),
            "takes no secret of more than 2560",
        ),
        (
            || Error::NotSupportedByStore("the-secret".to_owned()),
            "does not do what is needed",
        ),
    ];
    let mut seen = BTreeSet::new();
    for (error, expected) in cases {
        fail(&keyring, error);
        let loaded = store.load(&key("a")).unwrap_err();
        fail(&keyring, error);
        let updated = store.update(&key("a"), &|_| None).unwrap_err();
        for error in [loaded, updated] {
            let shown = format!("{error} {error:?} {:?} {store:?}", error.source());
            assert!(shown.contains(expected) && !shown.contains("the-secret"), "{shown}");
            seen.insert(error.to_string());
        }
    }
    assert_eq!(seen.len(), 5);
    // What failed has changed nothing.
    assert_eq!(store.load(&key("a")).unwrap(), Some(KeptToken::new("the-secret")));
}

#[test]
fn what_is_no_token_is_as_if_it_were_not_there() {
    let keyring = keyring();
    let store = store(&keyring);
    store.update(&key("a"), &|_| Some(KeptToken::new("x"))).unwrap();
    for entry in items(&keyring) {
        entry.set_secret(b"\xff\xfe").unwrap();
    }
    assert_eq!(store.load(&key("a")).unwrap(), None);
    store.update(&key("a"), &|_| Some(KeptToken::new("y"))).unwrap();
    assert_eq!(store.load(&key("a")).unwrap(), Some(KeptToken::new("y")));
}
