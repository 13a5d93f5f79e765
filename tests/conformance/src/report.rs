//! What came of all exchanges.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use msgraph_core::request::Operation;
use serde::Deserialize;

use crate::exchange::{Exchange, Stage};

/// An exchange that is known to fail, and how.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Exception {
    /// Where it is documented.
    page: String,
    /// The version of the API.
    version: String,
    /// How far it comes.
    fails: Stage,
    /// A part of what is said of it.
    with: String,
    /// Why that is as it should be.
    #[serde(rename = "reason")]
    _reason: String,
}

/// At most this many exceptions are accepted.
const MOST_EXCEPTIONS: usize = 10;

/// What came of all exchanges.
#[derive(Debug, Default)]
pub struct Report {
    exchanges: usize,
    routed: usize,
    requests_equal: usize,
    responses_lossless: usize,
    excepted: usize,
    /// By address: several operations of one path and method differ in what they send.
    exercised: BTreeSet<*const Operation>,
    complaints: Vec<String>,
}

impl Report {
    /// Runs exchanges; those of the exceptions fail as described, or that is complained of.
    pub(crate) fn run(&mut self, exchanges: &[Exchange], exceptions: &[Exception]) {
        if exceptions.len() > MOST_EXCEPTIONS {
            self.complaints
                .push(format!("{} exceptions are too many", exceptions.len()));
        }
        let keys = exceptions.iter().map(|exception| (&exception.page, &exception.version));
        let mut unused: BTreeMap<_, _> = keys.zip(exceptions).collect();
        for exchange in exchanges {
            self.exchanges += 1;
            let exception = unused.remove(&(&exchange.page, &exchange.version));
            let outcome = exchange.run();
            let stage = outcome.as_ref().err().map(|fault| fault.at);
            let operation = match &outcome {
                Ok(operation) => Some(*operation),
                Err(fault) => fault.operation,
            };
            if let Some(operation) = operation {
                self.exercised.insert(operation);
            }
            self.routed += usize::from(stage != Some(Stage::Route));
            self.requests_equal += usize::from(!matches!(stage, Some(Stage::Route | Stage::Request)));
            self.responses_lossless += usize::from(stage.is_none());
            match (outcome, exception) {
                (Ok(_), None) => {}
                (Err(fault), Some(exception))
                    if fault.at == exception.fails && fault.reason.contains(&exception.with) =>
                {
                    self.excepted += 1;
                }
                (Ok(_), Some(_)) => self
                    .complaints
                    .push(format!("{exchange}: an exception, and it does not fail")),
                (Err(fault), _) => self
                    .complaints
                    .push(format!("{exchange}: {:?}: {}", fault.at, fault.reason)),
            }
        }
        self.complaints.extend(
            unused
                .keys()
                .map(|(page, version)| format!("{page} ({version}): an exception for no exchange")),
        );
    }

    /// Complains of operations that no exchange exercised.
    pub(crate) fn check_exercised(&mut self) {
        let unexercised = msgraph_request::operations();
        let unexercised = unexercised.filter(|operation| !self.exercised.contains(&std::ptr::from_ref(*operation)));
        self.complaints
            .extend(unexercised.map(|operation| format!("{operation}: no exchange exercises it")));
    }

    /// Takes another report's operations for exercised, too.
    pub fn add_exercised(&mut self, other: &Self) {
        self.exercised.extend(&other.exercised);
    }

    /// Everything that is wrong.
    pub fn complaints(&self) -> &[String] {
        &self.complaints
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "exchanges {}, routed {}, requests equal {}, responses lossless {}, excepted {}; operations {}, exercised {}",
            self.exchanges,
            self.routed,
            self.requests_equal,
            self.responses_lossless,
            self.excepted,
            msgraph_request::operations().count(),
            self.exercised.len()
        )
    }
}
