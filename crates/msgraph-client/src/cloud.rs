//! Where a cloud of Microsoft's is: its Graph, who issues its tokens, and what these are for.

use msgraph_core::request;

use crate::{InvalidBaseUrl, base_url::BaseUrl};

/// The addresses of a cloud. Users, data and tokens of one are unknown in another.
///
/// <https://learn.microsoft.com/graph/deployments>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cloud {
    pub(crate) root: BaseUrl,
    authority: String,
    scope: String,
    /// Which it is, for what the metadata knows of it.
    pub(crate) known: Option<request::Cloud>,
}

impl Cloud {
    /// The global cloud, where everybody is who does not know better.
    pub fn global() -> Self {
        Self::of(
            request::Cloud::Global,
            "https://graph.microsoft.com",
            "https://login.microsoftonline.com",
        )
    }

    /// The cloud for the US government, level 4.
    pub fn us_gov_l4() -> Self {
        Self::of(
            request::Cloud::UsGovL4,
            "https://graph.microsoft.us",
            "https://login.microsoftonline.us",
        )
    }

    /// The cloud for the US department of defence, level 5.
    pub fn us_gov_dod() -> Self {
        Self::of(
            request::Cloud::UsGovDod,
            "https://dod-graph.microsoft.us",
            "https://login.microsoftonline.us",
        )
    }

    /// The cloud in China, which 21Vianet runs.
    pub fn china() -> Self {
        Self::of(
            request::Cloud::China,
            "https://microsoftgraph.chinacloudapi.cn",
            "https://login.chinacloudapi.cn",
        )
    }

    /// Another service, or one that stands for a cloud: its root, who issues its tokens, and the scope to ask for.
    ///
    /// # Errors
    ///
    /// When no token may be sent to the root: it must be `https`, or `http` on this machine.
    pub fn custom(root: &str, authority: impl Into<String>, scope: impl Into<String>) -> Result<Self, InvalidBaseUrl> {
        Ok(Self {
            root: BaseUrl::parse(root)?,
            authority: authority.into(),
            scope: scope.into(),
            known: None,
        })
    }

    /// The URL that the versions of the API begin at.
    pub fn root(&self) -> &str {
        self.root.as_str()
    }

    /// The URL of who issues tokens.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// The scope that stands for all permissions that an application was given.
    pub fn scope(&self) -> &str {
        &self.scope
    }

    /// A service at this root, with tokens of the global cloud where it is on this machine, and of its own where it is not.
    pub(crate) fn at(root: BaseUrl) -> Self {
        Self {
            authority: Self::global().authority,
            scope: root.scope(),
            root,
            known: None,
        }
    }

    fn of(known: request::Cloud, root: &str, authority: &str) -> Self {
        Self {
            root: BaseUrl::known(root),
            authority: authority.to_owned(),
            scope: format!("{root}/.default"),
            known: Some(known),
        }
    }
}

impl Default for Cloud {
    fn default() -> Self {
        Self::global()
    }
}
