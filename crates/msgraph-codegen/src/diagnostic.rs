use std::{error, fmt};

use crate::Source;

/// One complaint about the input: where, what, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Diagnostic {
    /// The name of the file.
    pub file: String,
    /// Line and column, counted from 1; `None` where the complaint is about no place in particular.
    pub place: Option<(usize, usize)>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

impl Diagnostic {
    pub(crate) fn at(source: &Source, offset: usize, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            file: source.name.clone(),
            place: Some(source.locate(offset)),
            message: message.into(),
            help: help.into(),
        }
    }

    pub(crate) fn of(file: &str, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            place: None,
            message: message.into(),
            help: help.into(),
        }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.file)?;
        if let Some((line, column)) = self.place {
            write!(formatter, ":{line}:{column}")?;
        }
        write!(formatter, ": {}", self.message)?;
        if !self.help.is_empty() {
            write!(formatter, "\n  help: {}", self.help)?;
        }
        Ok(())
    }
}

/// Every complaint about the input that one stage has, sorted by place; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// `Ok` with the value if there is no complaint.
    pub(crate) fn check<T>(mut complaints: Vec<Diagnostic>, value: T) -> Result<T, Self> {
        complaints.sort();
        // What several items lean on is complained of once.
        complaints.dedup();
        if complaints.is_empty() {
            Ok(value)
        } else {
            Err(Self(complaints))
        }
    }

    /// The complaints.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.0.iter()
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(complaint: Diagnostic) -> Self {
        Self(vec![complaint])
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, complaint) in self.0.iter().enumerate() {
            if position > 0 {
                formatter.write_str("\n")?;
            }
            complaint.fmt(formatter)?;
        }
        Ok(())
    }
}

impl error::Error for Diagnostics {}
