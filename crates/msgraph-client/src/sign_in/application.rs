//! Tokens for the application itself.

use std::fmt;

use oauth2::Scope;

use super::{
    SignIn,
    certificate::Certificate,
    protocol::{capabilities, refused},
};
use crate::{AccessToken, Credential, CredentialError, TokenFuture};

/// How an assertion is called that is a signed token.
///
/// <https://www.rfc-editor.org/rfc/rfc7523#section-2.2>
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Tokens for the application itself, by a secret that it shares with who issues them.
pub struct ClientSecret {
    pub(super) app: SignIn,
}

/// Tokens for the application itself, by a certificate that who issues them knows: the private key signs each request,
/// and stays here.
pub struct ClientCertificate {
    pub(super) app: SignIn,
    pub(super) certificate: Certificate,
}

impl ClientSecret {
    async fn get(&self, scopes: &[&str], claims: Option<&str>) -> Result<AccessToken, CredentialError> {
        self.app.for_itself(scopes, claims, []).await
    }
}

impl ClientCertificate {
    async fn get(&self, scopes: &[&str], claims: Option<&str>) -> Result<AccessToken, CredentialError> {
        let app = &self.app;
        let (audience, id) = (app.client.token_uri(), app.client.client_id());
        let assertion = self.certificate.assertion(audience, id, &*app.environment)?;
        let proof = [
            ("client_assertion_type", ASSERTION_TYPE.to_owned()),
            ("client_assertion", assertion),
        ];
        app.for_itself(scopes, claims, proof).await
    }
}

impl SignIn {
    /// A token for the application itself, which proves who it is with these parameters, or with its secret.
    async fn for_itself<const N: usize>(
        &self,
        scopes: &[&str],
        claims: Option<&str>,
        proof: [(&'static str, String); N],
    ) -> Result<AccessToken, CredentialError> {
        let mut request = self
            .client
            .exchange_client_credentials()
            .add_scopes(scopes.iter().map(|scope| Scope::new((*scope).to_owned())))
            .add_extra_param("claims", capabilities(claims));
        for (name, value) in proof {
            request = request.add_extra_param(name, value);
        }
        let response = request.request_async(&self.wire).await;
        let response = response.map_err(|error| refused("the application", &error))?;
        Ok(self.token(&response))
    }
}

impl Credential for ClientSecret {
    fn token<'a>(&'a self, scopes: &'a [&'a str]) -> TokenFuture<'a> {
        Box::pin(self.get(scopes, None))
    }

    fn token_for_claims<'a>(&'a self, scopes: &'a [&'a str], claims: &'a str) -> TokenFuture<'a> {
        Box::pin(self.get(scopes, Some(claims)))
    }
}

impl Credential for ClientCertificate {
    fn token<'a>(&'a self, scopes: &'a [&'a str]) -> TokenFuture<'a> {
        Box::pin(self.get(scopes, None))
    }

    fn token_for_claims<'a>(&'a self, scopes: &'a [&'a str], claims: &'a str) -> TokenFuture<'a> {
        Box::pin(self.get(scopes, Some(claims)))
    }
}

impl fmt::Debug for ClientSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ClientSecret").field("app", &self.app).finish()
    }
}

impl fmt::Debug for ClientCertificate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ClientCertificate")
            .field("app", &self.app)
            .field("certificate", &self.certificate)
            .finish()
    }
}
