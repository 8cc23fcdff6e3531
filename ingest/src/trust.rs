//! Whom a connection to the broker, or to Redis, trusts: the certificates of one file.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

/// Certificate authorities in one file. More than the bundle of any operating system.
pub const AUTHORITIES_MAX: usize = 1_000;

/// The authorities that may have signed the certificate of the broker.
#[derive(Clone, PartialEq, Eq)]
pub struct Trust(Arc<str>);

/// A file that cannot say whom to trust.
#[derive(Debug, thiserror::Error)]
#[error("{0}: it must hold the certificate of the authority that signed the server's, as PEM")]
pub struct NoTrust(String);

impl Trust {
    /// Reads certificates from PEM. Each of them must be usable: one that is left out in silence
    /// would be missed only when the broker shows its certificate.
    ///
    /// # Errors
    /// [`NoTrust`] when there is none, when there are more than [`AUTHORITIES_MAX`], or when one
    /// cannot be used.
    pub fn from_pem(pem: &str) -> Result<Trust, NoTrust> {
        let mut store = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
            let number = store.len() + 1;
            let certificate =
                certificate.map_err(|error| NoTrust(format!("certificate {number}: {error}")))?;
            store
                .add(certificate)
                .map_err(|error| NoTrust(format!("certificate {number}: {error}")))?;
            if store.len() > AUTHORITIES_MAX {
                let text = format!("more than {AUTHORITIES_MAX} certificates");
                return Err(NoTrust(text));
            }
        }
        if store.is_empty() {
            return Err(NoTrust("no certificate in it".to_owned()));
        }
        Ok(Trust(pem.into()))
    }

    /// Reads the certificates of a file.
    ///
    /// # Errors
    /// [`NoTrust`], also when the file cannot be read.
    pub fn from_file(path: &Path) -> Result<Trust, NoTrust> {
        let pem = std::fs::read_to_string(path).map_err(|error| NoTrust(error.to_string()))?;
        Trust::from_pem(&pem)
    }

    /// The certificates, as PEM.
    #[must_use]
    pub fn pem(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Trust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Trust({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_a_usable_certificate_is_refused_with_what_it_must_hold() {
        let none = Trust::from_pem("hello").unwrap_err().to_string();
        assert!(none.starts_with("no certificate in it: it must"), "{none}");
        let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        let broken = Trust::from_pem(broken).unwrap_err().to_string();
        assert!(broken.starts_with("certificate 1: "), "{broken}");
        let missing = Trust::from_file(Path::new("/nowhere/ca.pem")).unwrap_err();
        assert!(missing.to_string().contains("No such file"), "{missing}");
    }
}
