use std::{borrow::Cow, fmt};

use super::Versions;

/// What is known of one operation of the service, beyond what a request of it says.
///
/// Generated from the metadata and the overlay.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Operation {
    /// The HTTP method.
    pub method: Method,
    /// The path below the version, with the names of the ids in braces.
    pub path: &'static str,
    /// The versions of the API that have it.
    pub versions: Versions,
    /// Other beginnings of the path that lead to the same, each as what it stands for and what it is.
    pub aliases: &'static [(&'static str, &'static str)],
    /// Whether the service refuses the operation without the ETag of the object.
    pub if_match: bool,
    /// What a repetition of the request would do.
    pub replay: Replay,
    /// The query options that the service honours.
    pub query_options: &'static [QueryOption],
    /// The least privileged permissions.
    pub permissions: Permissions,
    /// The clouds that have it; empty where that is not known.
    pub clouds: &'static [Cloud],
    /// The page of the reference that describes the operation.
    pub reference: Option<&'static str>,
}

#[doc(hidden)]
impl Operation {
    pub const fn get(path: &'static str) -> Self {
        Self::new(Method::Get, path)
    }

    pub const fn post(path: &'static str) -> Self {
        Self::new(Method::Post, path)
    }

    pub const fn patch(path: &'static str) -> Self {
        Self::new(Method::Patch, path)
    }

    pub const fn put(path: &'static str) -> Self {
        Self::new(Method::Put, path)
    }

    pub const fn delete(path: &'static str) -> Self {
        Self::new(Method::Delete, path)
    }

    const fn new(method: Method, path: &'static str) -> Self {
        Self {
            method,
            path,
            versions: Versions::ALL,
            aliases: &[],
            if_match: false,
            replay: match method {
                Method::Get => Replay::Harmless,
                Method::Post | Method::Patch | Method::Put | Method::Delete => Replay::Unsafe,
            },
            query_options: &[],
            permissions: Permissions {
                work: None,
                personal: None,
                application: None,
            },
            clouds: &[],
            reference: None,
        }
    }

    pub const fn only_in(mut self, versions: Versions) -> Self {
        self.versions = versions;
        self
    }

    pub const fn clouds(mut self, clouds: &'static [Cloud]) -> Self {
        self.clouds = clouds;
        self
    }

    pub const fn aliases(mut self, aliases: &'static [(&'static str, &'static str)]) -> Self {
        self.aliases = aliases;
        self
    }

    /// Such an operation can be checked after a repetition.
    pub const fn if_match(mut self) -> Self {
        self.if_match = true;
        self.replay = Replay::Checked;
        self
    }

    pub const fn replay(mut self, replay: Replay) -> Self {
        self.replay = replay;
        self
    }

    pub const fn query_options(mut self, options: &'static [QueryOption]) -> Self {
        self.query_options = options;
        self
    }

    /// For a work or school account, a personal account, and an application; an empty name is none.
    pub const fn permissions(mut self, least: [&'static str; 3]) -> Self {
        const fn known(name: &'static str) -> Option<&'static str> {
            if name.is_empty() { None } else { Some(name) }
        }
        let [work, personal, application] = least;
        self.permissions = Permissions {
            work: known(work),
            personal: known(personal),
            application: known(application),
        };
        self
    }

    pub const fn reference(mut self, page: &'static str) -> Self {
        self.reference = Some(page);
        self
    }
}

impl Operation {
    /// Every path of the operation, with the names of the ids in braces.
    pub fn paths(&self) -> impl Iterator<Item = Cow<'static, str>> {
        let aliases = self.aliases.iter().filter_map(|(of, alias)| {
            let rest = self.path.strip_prefix(of)?;
            Some(Cow::Owned(format!("{alias}{rest}")))
        });
        std::iter::once(Cow::Borrowed(self.path)).chain(aliases)
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.method, self.path)
    }
}

/// An HTTP method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// Reads.
    Get,
    /// Creates, or acts.
    Post,
    /// Changes.
    Patch,
    /// Replaces.
    Put,
    /// Deletes.
    Delete,
}

impl Method {
    /// The name of the method, in capitals.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Patch => "PATCH",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// What a repetition of a request would do, when it is not known whether the first one arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Replay {
    /// It changes nothing: repeat freely.
    Harmless,
    /// It needs an ETag, which the first one made stale. Whether the service refuses the repetition or accepts it once
    /// more, reading the object again tells what happened.
    Checked,
    /// It may be carried out twice.
    Unsafe,
}

/// A cloud of Microsoft's: each has users, data and addresses of its own.
///
/// <https://learn.microsoft.com/graph/deployments>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Cloud {
    /// The global service, with the government community cloud.
    Global,
    /// US Government L4, also called GCC High.
    UsGovL4,
    /// US Government L5: the Department of Defense.
    UsGovDod,
    /// China, operated by 21Vianet.
    China,
}

/// A system query option of OData.
///
/// <https://learn.microsoft.com/graph/query-parameters>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum QueryOption {
    /// `$count`
    Count,
    /// `$expand`
    Expand,
    /// `$filter`
    Filter,
    /// `$orderby`
    OrderBy,
    /// `$search`
    Search,
    /// `$select`
    Select,
    /// `$skip`
    Skip,
    /// `$top`
    Top,
}

impl QueryOption {
    /// The name of the option, with its `$`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Count => "$count",
            Self::Expand => "$expand",
            Self::Filter => "$filter",
            Self::OrderBy => "$orderby",
            Self::Search => "$search",
            Self::Select => "$select",
            Self::Skip => "$skip",
            Self::Top => "$top",
        }
    }
}

/// The least privileged permission for each kind of account; `None` where the operation is not supported, or where
/// nothing is known.
///
/// <https://learn.microsoft.com/graph/permissions-reference>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Permissions {
    /// Delegated, with a work or school account.
    pub work: Option<&'static str>,
    /// Delegated, with a personal account.
    pub personal: Option<&'static str>,
    /// The application's own.
    pub application: Option<&'static str>,
}
