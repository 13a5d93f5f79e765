//! `cargo xtask metadata fetch`.

use std::{
    fs,
    io::Read as _,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use anyhow::{Context as _, Result, bail, ensure};
use jiff::{Timestamp, tz::TimeZone};
use msgraph_codegen::{
    Source, csdl,
    tool::{Change, Kind, apply},
};
use reqwest::{Url, blocking::Client, header::LOCATION, redirect};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::repository;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The cloud that is asked.
    #[arg(long, value_enum, default_value = "global")]
    cloud: Cloud,
    /// The version.
    #[arg(long, value_parser = ["v1.0", "beta"], default_value = "v1.0")]
    api: String,
    /// Another address than the cloud's.
    #[arg(long, value_name = "URL")]
    root: Option<String>,
    /// Another folder than target/metadata.
    #[arg(long, value_name = "DIR")]
    into: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Cloud {
    Global,
    UsGovL4,
    UsGovDod,
    China,
}

impl Cloud {
    fn name(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::UsGovL4 => "us-gov-l4",
            Self::UsGovDod => "us-gov-dod",
            Self::China => "china",
        }
    }

    /// <https://learn.microsoft.com/graph/deployments>
    fn root(self) -> &'static str {
        match self {
            Self::Global => "https://graph.microsoft.com",
            Self::UsGovL4 => "https://graph.microsoft.us",
            Self::UsGovDod => "https://dod-graph.microsoft.us",
            Self::China => "https://microsoftgraph.chinacloudapi.cn",
        }
    }
}

/// What is known of a file that was fetched; it lies beside it.
#[derive(Debug, Serialize, Deserialize)]
struct Record {
    source: String,
    date: String,
    sha256: String,
    bytes: usize,
}

/// All of Graph has three; more is not metadata.
const MOST_BYTES: u64 = 64 << 20;

const PATIENCE: Duration = Duration::from_mins(2);

#[expect(clippy::print_stdout, reason = "this is what the command is asked for")]
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let root = arguments.root.as_deref().unwrap_or(arguments.cloud.root());
    let url = format!("{}/{}/$metadata", root.trim_end_matches('/'), arguments.api);
    let text = get(&url)?;
    csdl::parse(&Source::new(&url, &text)).context("what came is no metadata")?;

    let folder = arguments.into.clone();
    let folder = folder.unwrap_or_else(|| repository().join("target/metadata"));
    let name = format!("{}-{}", arguments.cloud.name(), arguments.api);
    let (file, beside) = (
        folder.join(format!("{name}.csdl.xml")),
        folder.join(format!("{name}.toml")),
    );
    let record = Record {
        source: url,
        date: today()?,
        sha256: checksum(&text),
        bytes: text.len(),
    };
    if let Some(before) = known(&file, &beside).filter(|before| before.sha256 == record.sha256) {
        println!("{} is as it was on {}", file.display(), before.date);
        return Ok(());
    }
    let change = |path: &Path, text: String| Change {
        kind: Kind::Update,
        path: path.to_owned(),
        text,
    };
    let recorded = toml::to_string(&record).context("the record cannot be written")?;
    apply(&[change(&file, text), change(&beside, recorded)])?;
    println!("{}: bytes {}, sha256 {}", file.display(), record.bytes, record.sha256);
    Ok(())
}

/// The record of a file that was fetched before, if both are still there and agree.
fn known(file: &Path, beside: &Path) -> Option<Record> {
    let record: Record = toml::from_str(&fs::read_to_string(beside).ok()?).ok()?;
    (checksum(&fs::read_to_string(file).ok()?) == record.sha256).then_some(record)
}

fn get(url: &str) -> Result<String> {
    let address = Url::parse(url).with_context(|| format!("{url} is no URL"))?;
    let is_here = matches!(address.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    ensure!(
        address.scheme() == "https" || is_here,
        "{url} is not https; only this machine is asked without"
    );
    let client = Client::builder().timeout(PATIENCE).redirect(redirect::Policy::none());
    let response = client.build()?.get(address).send()?;
    let status = response.status();
    if status.is_redirection() {
        let location = response.headers().get(LOCATION);
        let location = location.and_then(|location| location.to_str().ok());
        bail!(
            "{url} leads elsewhere, to {}; name that with --root if you trust it",
            location.unwrap_or("nowhere")
        );
    }
    ensure!(status.is_success(), "{url} answered {status}");
    let mut bytes = Vec::new();
    response.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
    ensure!(
        bytes.len() as u64 <= MOST_BYTES,
        "{url} sent more than {MOST_BYTES} bytes, which no metadata has"
    );
    String::from_utf8(bytes).with_context(|| format!("what {url} sent is no text"))
}

fn checksum(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    digest
        .iter()
        .fold(String::new(), |sum, byte| format!("{sum}{byte:02x}"))
}

fn today() -> Result<String> {
    let now = Timestamp::try_from(SystemTime::now())?;
    Ok(now.to_zoned(TimeZone::UTC).date().to_string())
}
