//! TOML input whose keys know where they stand.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use toml::Spanned;

use crate::{Diagnostic, Source, csdl::QualifiedName};

/// A table whose keys know where they stand.
pub(crate) type Table<T> = BTreeMap<Spanned<String>, T>;

/// Where an entry of one of several files stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) source: &'a Source,
    pub(crate) offset: usize,
}

impl<'a> Place<'a> {
    pub(crate) fn new<T>(source: &'a Source, spanned: &Spanned<T>) -> Self {
        Self {
            source,
            offset: spanned.span().start,
        }
    }

    pub(crate) fn complain(self, message: impl Into<String>, help: impl Into<String>) -> Diagnostic {
        Diagnostic::at(self.source, self.offset, message, help)
    }
}

pub(crate) fn read<T: DeserializeOwned>(source: &Source) -> Result<T, Diagnostic> {
    toml::from_str(&source.text).map_err(|error| Diagnostic {
        file: source.name.clone(),
        place: error.span().map(|span| source.locate(span.start)),
        message: error.message().trim_end().to_owned(),
        help: String::new(),
    })
}

/// A name without a namespace is of the file's own.
pub(crate) fn qualify(namespace: &str, name: &str) -> QualifiedName {
    match name.rsplit_once('.') {
        Some((namespace, name)) => QualifiedName::new(namespace, name),
        None => QualifiedName::new(namespace, name),
    }
}

/// A path with the names of its keys left out: `/planner/tasks/{}`.
pub(crate) fn pattern(path: &str) -> String {
    let segments = path
        .split('/')
        .map(|segment| if segment.starts_with('{') { "{}" } else { segment });
    segments.collect::<Vec<_>>().join("/")
}
