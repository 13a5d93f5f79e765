use std::{error, fmt};

use url::{Host, Url};

/// The Graph root of the global cloud.
const GLOBAL: &str = "https://graph.microsoft.com";

/// Where a token may be sent to: a URL without user, query or fragment, that is `https`, or `http` on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BaseUrl(String);

impl BaseUrl {
    /// One that is known to be good.
    pub(crate) fn known(text: &str) -> Self {
        Self(text.to_owned())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn scheme(&self) -> &str {
        self.0.split(':').next().unwrap_or_default()
    }

    pub(crate) fn host(&self) -> String {
        let url = Url::parse(&self.0).ok();
        let host = url.as_ref().and_then(Url::host_str);
        host.unwrap_or_default().to_owned()
    }

    pub(crate) fn port(&self) -> u16 {
        let url = Url::parse(&self.0).ok();
        url.and_then(|url| url.port_or_known_default()).unwrap_or_default()
    }

    pub(crate) fn parse(text: &str) -> Result<Self, InvalidBaseUrl> {
        let refuse = |reason| InvalidBaseUrl { reason };
        let url = Url::parse(text).map_err(|_| refuse("it is no absolute URL"))?;
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(&url) => {}
            "http" => {
                return Err(refuse(
                    "it is `http`, and not on this machine: a token would be sent in the clear",
                ));
            }
            _ => return Err(refuse("it is neither `https` nor `http`")),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refuse("it holds a user name or a password"));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(refuse("it holds a query or a fragment"));
        }
        Ok(Self(url.as_str().trim_end_matches('/').to_owned()))
    }

    /// The scope that stands for all permissions that an application was given. A service on this machine stands for
    /// the global one.
    pub(crate) fn scope(&self) -> String {
        let root = Url::parse(&self.0).map(|url| url.origin().ascii_serialization());
        let root = root.ok().filter(|_| !self.is_loopback());
        format!("{}/.default", root.as_deref().unwrap_or(GLOBAL))
    }

    /// Whether it is on this machine.
    pub(crate) fn is_loopback(&self) -> bool {
        Url::parse(&self.0).is_ok_and(|url| is_loopback(&url))
    }

    /// Whether a link of the service's stays with the service, so that the token may go there.
    pub(crate) fn admits(&self, link: &str) -> bool {
        let origin = |text: &str| Url::parse(text).ok().map(|url| url.origin());
        origin(link).is_some_and(|there| there.is_tuple() && origin(&self.0) == Some(there))
    }

    /// The URL of a request.
    pub(crate) fn join(&self, version: &str, path: &str, query: &str) -> String {
        let mark = if query.is_empty() { "" } else { "?" };
        let slash = if version.is_empty() { "" } else { "/" };
        format!("{}{slash}{version}{path}{mark}{query}", self.0)
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// A base URL that no token may be sent to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidBaseUrl {
    reason: &'static str,
}

impl fmt::Display for InvalidBaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "the base URL cannot be used: {}; write something like `{GLOBAL}`",
            self.reason
        )
    }
}

impl error::Error for InvalidBaseUrl {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn https_anywhere_http_on_this_machine() {
        for text in [
            "https://graph.microsoft.com",
            "https://graph.microsoft.us/",
            "http://localhost:8080",
            "http://127.0.0.1",
            "http://127.8.8.8:1",
            "http://[::1]:9",
        ] {
            assert!(BaseUrl::parse(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for text in [
            "http://graph.microsoft.com",
            "http://localhost.evil.example",
            "http://127.0.0.1.evil.example",
            "http://10.0.0.1",
            "ftp://localhost",
            "https://user:secret@graph.microsoft.com",
            "https://graph.microsoft.com?token=1",
            "graph.microsoft.com",
            "",
        ] {
            let error = BaseUrl::parse(text).unwrap_err().to_string();
            assert!(!error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn the_scope_is_of_the_cloud() {
        let scope = |text: &str| BaseUrl::parse(text).unwrap().scope();
        assert_eq!(
            scope("https://graph.microsoft.us/"),
            "https://graph.microsoft.us/.default"
        );
        assert_eq!(scope("http://127.0.0.1:8080"), "https://graph.microsoft.com/.default");
    }

    #[test]
    fn links_stay_with_the_service() {
        let base = BaseUrl::parse("https://graph.microsoft.com/").unwrap();
        for link in [
            "https://graph.microsoft.com/v1.0/me?$skiptoken=x",
            "https://graph.microsoft.com:443/",
        ] {
            assert!(base.admits(link), "{link}");
        }
        for link in [
            "https://graph.microsoft.com.evil.example/",
            "https://graph.microsoft.com@evil.example/",
            "http://graph.microsoft.com/",
            "https://graph.microsoft.com:444/",
            "//graph.microsoft.com/",
            "/v1.0/me",
            "",
        ] {
            assert!(!base.admits(link), "{link}");
        }
    }

    #[test]
    fn requests_lie_below_it() {
        let base = BaseUrl::parse("http://localhost:8080/proxy/").unwrap();
        assert_eq!(
            base.join("v1.0", "/planner/tasks", ""),
            "http://localhost:8080/proxy/v1.0/planner/tasks"
        );
        assert_eq!(
            base.join("v1.0", "/me", "$top=1"),
            "http://localhost:8080/proxy/v1.0/me?$top=1"
        );
    }
}
