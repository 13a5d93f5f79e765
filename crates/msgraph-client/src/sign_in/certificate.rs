//! A certificate with its private key, and what is signed with it.

use std::{fmt, time::Duration};

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{KeyPair as _, RSA_PSS_SHA256, RsaKeyPair},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rustls_pki_types::{
    CertificateDer, PrivateKeyDer,
    pem::{self, PemObject as _},
};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::{CredentialError, Environment, environment::request_id};

/// How long an assertion is good for.
const LIFETIME: Duration = Duration::from_mins(10);

/// A certificate of an application's, with its private key, which is never shown.
///
/// Whoever issues tokens is given the certificate when the application is registered; the key stays with the
/// application.
pub struct Certificate {
    key: RsaKeyPair,
    /// Of the certificate, by which it is found among those of the application.
    thumbprint: String,
}

impl Certificate {
    /// Reads both from PEM: an RSA key, as PKCS#8 or PKCS#1 and not encrypted, and its certificate. They may be parts
    /// of one text, which is given twice then; of several certificates, the first is the application's.
    ///
    /// # Errors
    ///
    /// When a part is missing or is something else, or the key is not that of the certificate.
    pub fn from_pem(private_key: impl AsRef<[u8]>, certificate: impl AsRef<[u8]>) -> Result<Self, CredentialError> {
        let key = read_key(private_key.as_ref())?;
        // The parser's error may quote the text, so it is not passed on.
        let certificate = CertificateDer::from_pem_slice(certificate.as_ref()).map_err(|error| {
            CredentialError::new(match error {
                pem::Error::NoItemsFound => "there is no certificate: give PEM with `-----BEGIN CERTIFICATE-----`",
                _ => "the certificate is broken PEM: give all of it, from `-----BEGIN` to the end of `-----END` line",
            })
        })?;
        // A certificate holds the public key in the very form in which the library gives it.
        let public = key.public_key().as_ref();
        if !certificate.windows(public.len()).any(|part| part == public) {
            return Err(CredentialError::new(
                "the private key is not that of the certificate: give the two that belong together",
            ));
        }
        let thumbprint = URL_SAFE_NO_PAD.encode(Sha256::digest(&certificate));
        Ok(Self { key, thumbprint })
    }

    /// What proves to `audience` that the application has the key.
    ///
    /// <https://learn.microsoft.com/entra/identity-platform/certificate-credentials>
    pub(super) fn assertion(
        &self,
        audience: &str,
        client_id: &str,
        environment: &dyn Environment,
    ) -> Result<String, CredentialError> {
        let now = environment
            .now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap_or_default();
        let head = json!({ "alg": "PS256", "typ": "JWT", "x5t#S256": self.thumbprint });
        let claims = json!({
            "aud": audience,
            "iss": client_id,
            "sub": client_id,
            "jti": request_id(environment).to_string(),
            "nbf": now.as_secs(),
            "exp": now.saturating_add(LIFETIME).as_secs(),
        });
        let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let mut assertion = format!("{}.{}", part(head), part(claims));
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key
            .sign(
                &RSA_PSS_SHA256,
                &SystemRandom::new(),
                assertion.as_bytes(),
                &mut signature,
            )
            .map_err(|_| CredentialError::new("the private key cannot sign"))?;
        assertion.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut assertion);
        Ok(assertion)
    }
}

fn read_key(text: &[u8]) -> Result<RsaKeyPair, CredentialError> {
    const ENCRYPTED: &[u8] = b"ENCRYPTED";
    let is_encrypted = || text.windows(ENCRYPTED.len()).any(|part| part == ENCRYPTED);
    // The parser's error may quote the text, so it is not passed on.
    let key = PrivateKeyDer::from_pem_slice(text).map_err(|error| {
        CredentialError::new(match error {
            pem::Error::NoItemsFound if !is_encrypted() => {
                "there is no private key: give PEM with `-----BEGIN PRIVATE KEY-----`"
            }
            _ if is_encrypted() => ENCRYPTED_KEY,
            _ => "the private key is broken PEM: give all of it, from `-----BEGIN` to the end of the `-----END` line",
        })
    })?;
    let read = match &key {
        PrivateKeyDer::Pkcs8(key) => RsaKeyPair::from_pkcs8(key.secret_pkcs8_der()),
        PrivateKeyDer::Pkcs1(key) => RsaKeyPair::from_der(key.secret_pkcs1_der()),
        _ => return Err(CredentialError::new(OTHER_KEY)),
    };
    read.map_err(|_| CredentialError::new(if is_encrypted() { ENCRYPTED_KEY } else { OTHER_KEY }))
}

const ENCRYPTED_KEY: &str = "the private key is encrypted: give it decrypted, with `-----BEGIN PRIVATE KEY-----`";
const OTHER_KEY: &str = "the private key cannot be used: give an RSA key of 2048 bits or more, as PKCS#8 or PKCS#1";

impl fmt::Debug for Certificate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Certificate")
            .field("thumbprint", &self.thumbprint)
            .finish_non_exhaustive()
    }
}
