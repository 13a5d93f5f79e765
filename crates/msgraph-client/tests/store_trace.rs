//! What a subscriber is told about a store. Alone in its program, as `trace` is.
#![cfg(feature = "sign-in")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::{
    fmt::{self, Write as _},
    fs,
    sync::{Arc, Mutex},
};

use msgraph_client::sign_in::{FileStore, TokenKey, TokenStore as _};
use tracing::{
    Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    span,
};

/// All that was told, as one text.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<String>>);

impl Subscriber for Told {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        assert_eq!(*event.metadata().level(), Level::WARN);
        event.record(&mut Fields(&mut self.0.lock().unwrap()));
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

struct Fields<'t>(&'t mut String);

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        writeln!(self.0, "{field}={value:?}").unwrap();
    }
}

#[test]
fn a_damaged_file_is_told_without_what_it_holds() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tokens.json");
    fs::write(&path, "{\"version\":1,\"tokens\":{\"a\":\"the-secret\"").unwrap();
    let told = Told::default();
    let token = tracing::subscriber::with_default(told.clone(), || {
        FileStore::new(&path).load(&TokenKey::new("a", "b", ["c"], "")).unwrap()
    });
    assert!(token.is_none());
    let told = told.0.lock().unwrap().clone();
    assert!(
        told.contains("was set aside") && told.contains("tokens.json.corrupt"),
        "{told}"
    );
    assert!(!told.contains("the-secret"), "{told}");
}
