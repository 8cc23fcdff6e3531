//! A connection to Redis that is encrypted, and trusts the authorities of one file and nobody else.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, ConnectionInfo, RedisError, RedisResult};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// How to connect, and whom to trust.
#[derive(Clone)]
pub(super) struct Tls {
    host: String,
    port: u16,
    name: ServerName<'static>,
    config: Arc<ClientConfig>,
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tls({}:{})", self.host, self.port)
    }
}

impl Tls {
    /// A way to `host` that trusts the certificates in `pem`.
    ///
    /// # Errors
    /// What is wrong with the name or a certificate: one that is left out in silence would be missed
    /// only when Redis shows its own.
    pub(super) fn new(host: &str, port: u16, pem: &str) -> Result<Tls, String> {
        let mut store = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
            let number = store.len() + 1;
            let wrong = |error: String| format!("certificate {number}: {error}");
            let certificate = certificate.map_err(|error| wrong(error.to_string()))?;
            let added = store.add(certificate);
            added.map_err(|error| wrong(error.to_string()))?;
        }
        if store.is_empty() {
            return Err("no certificate in it".to_owned());
        }
        let name = ServerName::try_from(host.to_owned());
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?
            .with_root_certificates(store)
            .with_no_client_auth();
        Ok(Tls {
            host: host.to_owned(),
            port,
            name: name.map_err(|_| format!("{host} is no name that a certificate can have"))?,
            config: Arc::new(config),
        })
    }

    /// A connection that is given up when it takes longer than `wait`.
    ///
    /// # Errors
    /// What Redis or the way to it says; of a certificate that is not trusted, what to look at.
    pub(super) async fn connect(
        &self,
        info: &ConnectionInfo,
        wait: Duration,
        config: AsyncConnectionConfig,
    ) -> RedisResult<MultiplexedConnection> {
        let connecting = async {
            let stream = self.stream().await?;
            let settings = info.redis_settings();
            let (connection, driver) =
                MultiplexedConnection::new_with_config(settings, stream, config).await?;
            // Ends with the last handle of the connection.
            tokio::spawn(driver);
            Ok(connection)
        };
        match tokio::time::timeout(wait, connecting).await {
            Ok(connection) => connection,
            Err(_) => Err(RedisError::from(io::Error::from(io::ErrorKind::TimedOut))),
        }
    }

    async fn stream(&self) -> io::Result<tokio_rustls::client::TlsStream<TcpStream>> {
        let stream = TcpStream::connect((self.host.as_str(), self.port)).await?;
        stream.set_nodelay(true)?;
        let connector = TlsConnector::from(Arc::clone(&self.config));
        let encrypted = connector.connect(self.name.clone(), stream).await;
        encrypted.map_err(|error| {
            let host = &self.host;
            let text = format!(
                "TLS with {host}: {error}; [redis] ca_file must hold the authority that signed its \
                 certificate, and the certificate must be for {host}"
            );
            io::Error::new(error.kind(), text)
        })
    }
}
