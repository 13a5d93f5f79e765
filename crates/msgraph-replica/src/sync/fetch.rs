//! Reading, as JSON: what does not decode is not lost.

use msgraph_core::{
    Link, Raw, Request,
    request::{ApiVersion, Method},
};
use serde::Deserialize;

use super::RawPage;
use crate::{Error, Replica};

#[derive(Deserialize)]
struct Body {
    #[serde(default)]
    value: Vec<Raw>,
    #[serde(rename = "@odata.nextLink")]
    next: Option<String>,
    #[serde(rename = "@odata.deltaLink")]
    delta: Option<String>,
}

/// Reading.
pub(crate) trait Fetch {
    /// A page, by a link of the service's.
    async fn follow(&self, link: &str) -> Result<RawPage, Error>;

    /// A page, by its path.
    async fn page<V: ApiVersion>(&self, path: &str) -> Result<RawPage, Error>;

    /// An object.
    async fn object<V: ApiVersion>(&self, path: &str) -> Result<Raw, Error>;
}

impl Fetch for Replica {
    async fn follow(&self, link: &str) -> Result<RawPage, Error> {
        let answer = self.client().send(Request::<Raw>::follow(Link::new(link))).await?;
        page(&answer)
    }

    async fn page<V: ApiVersion>(&self, path: &str) -> Result<RawPage, Error> {
        page(&self.object::<V>(path).await?)
    }

    async fn object<V: ApiVersion>(&self, path: &str) -> Result<Raw, Error> {
        Ok(self.client().send(Request::raw::<V>(Method::Get, path)).await?)
    }
}

fn page(answer: &Raw) -> Result<RawPage, Error> {
    let body: Body = answer.decode().map_err(|error| Error::Page {
        reason: error.to_string(),
    })?;
    Ok(RawPage {
        items: body.value,
        next: body.next,
        delta: body.delta,
    })
}
