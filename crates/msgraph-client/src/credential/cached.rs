//! A credential whose token is kept, and asked for once however many wait for it.

use std::time::Duration;

use tokio::sync::Mutex;

use super::{AccessToken, Credential, CredentialError};
use crate::Environment;

/// How long before a token expires another one is asked for.
const EARLY: Duration = Duration::from_mins(5);

pub(crate) struct Cached {
    credential: Box<dyn Credential>,
    scope: String,
    /// Held while a token is asked for, so that one request is under way.
    token: Mutex<Option<AccessToken>>,
}

impl Cached {
    pub(crate) fn new(credential: Box<dyn Credential>, scope: String) -> Self {
        Self {
            credential,
            scope,
            token: Mutex::new(None),
        }
    }

    /// A token that is good for some minutes. Where a new one is not to be had, the old one does until it expires.
    pub(crate) async fn token(&self, environment: &dyn Environment) -> Result<AccessToken, CredentialError> {
        let mut known = self.token.lock().await;
        let now = environment.now();
        let is_good = |token: &AccessToken, margin: Duration| {
            let expires = token.expires_on();
            expires.is_some_and(|expires| expires > now.checked_add(margin).unwrap_or(now))
        };
        if let Some(token) = known.as_ref().filter(|token| is_good(token, EARLY)) {
            return Ok(token.clone());
        }
        match self.credential.token(&[&self.scope]).await {
            Ok(token) => Ok(known.insert(token).clone()),
            Err(error) => known
                .clone()
                .filter(|token| is_good(token, Duration::ZERO))
                .ok_or(error),
        }
    }

    /// Another token than one that the service refused, for the claims that it asked for. `None` where there is no other.
    pub(crate) async fn instead_of(
        &self,
        refused: &AccessToken,
        claims: Option<&str>,
    ) -> Result<Option<AccessToken>, CredentialError> {
        let mut known = self.token.lock().await;
        // Somebody else may have been refused before, and have got another one.
        let newer = known.as_ref().filter(|known| known.secret() != refused.secret());
        if let (Some(token), None) = (newer, claims) {
            return Ok(Some(token.clone()));
        }
        *known = None;
        let token = match claims {
            Some(claims) => self.credential.token_for_claims(&[&self.scope], claims).await?,
            None => self.credential.token(&[&self.scope]).await?,
        };
        let is_other = token.secret() != refused.secret();
        *known = Some(token.clone());
        Ok(is_other.then_some(token))
    }
}

/// The claims that a `WWW-Authenticate` header asks for, decoded.
pub(crate) fn claims(header: &str) -> Option<String> {
    use base64::{
        Engine as _,
        engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD},
    };
    let after = header.split_once("claims=")?.1;
    let text = match after.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next()?,
        None => after.split([',', ' ']).next()?,
    };
    let engines = [&STANDARD, &STANDARD_NO_PAD, &URL_SAFE, &URL_SAFE_NO_PAD];
    let decoded = engines.into_iter().find_map(|engine| engine.decode(text).ok())?;
    String::from_utf8(decoded).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_are_read_however_they_are_written() {
        let claims_of = |header| claims(header).unwrap_or_default();
        assert_eq!(
            claims_of("Bearer realm=\"\", error=\"insufficient_claims\", claims=\"eyJhIjoxfQ==\", x=\"y\""),
            "{\"a\":1}"
        );
        assert_eq!(claims_of("Bearer claims=eyJhIjoxfQ, error=\"x\""), "{\"a\":1}");
        for header in ["Bearer", "Bearer claims=", "Bearer claims=\"", "Bearer claims=\"%%%\""] {
            assert!(claims_of(header).is_empty(), "{header}");
        }
    }
}
