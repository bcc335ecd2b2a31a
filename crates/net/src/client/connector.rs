//! A new connection: resolve, check every address, connect to one of exactly those, shake hands.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use rustls::{CertificateError, OtherError};
use tokio::net::TcpStream;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, timeout};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use url::Host;

use super::address_guard::{Guard, is_localhost};
use super::connection::Connection;
use super::failure::{ClientError, Step};
use super::resolver::Resolve;
use super::stream::{Meter, Stream};
use super::timings::Progress;
use crate::tls::Trust;

/// Addresses tried of one name; each gets an equal share of the connect time.
const ADDRESSES_TRIED_MAX: usize = 4;

/// Where a connection leads: what connections are pooled by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Origin {
    pub(super) https: bool,
    pub(super) host: Host<String>,
    pub(super) port: u16,
}

/// Makes connections.
pub(super) struct Connector {
    pub(super) guard: Guard,
    pub(super) resolver: Arc<dyn Resolve>,
    pub(super) trust: Trust,
    pub(super) connect_time_max: Duration,
    pub(super) header_bytes_max: usize,
}

impl Connector {
    /// Connects within the connect time.
    pub(super) async fn connect(
        &self,
        origin: &Origin,
        progress: &mut Progress,
    ) -> Result<Box<Connection>, ClientError> {
        let connecting = timeout(self.connect_time_max, self.connect_untimed(origin, progress)).await;
        connecting.unwrap_or_else(|_| Err(ClientError::TimedOut(progress.step)))
    }

    async fn connect_untimed(&self, origin: &Origin, progress: &mut Progress) -> Result<Box<Connection>, ClientError> {
        progress.step = Step::Resolve;
        let addresses = self.allowed_addresses(origin, progress).await?;
        progress.step = Step::Connect;
        let started = Instant::now();
        let tcp = self.connect_to_any(&addresses, origin.port).await.map_err(ClientError::Connect)?;
        progress.timings.connect = Some(started.elapsed());
        let meter = Arc::new(Meter::default());
        let stream = if origin.https {
            progress.step = Step::Handshake;
            let started = Instant::now();
            let tls = self.shake_hands(origin, tcp).await.map_err(|error| ClientError::Tls(plainly(error)))?;
            progress.timings.tls = Some(started.elapsed());
            Stream::Tls(Box::new(tls), Arc::clone(&meter))
        } else {
            Stream::Plain(tcp, Arc::clone(&meter))
        };
        Connection::open(stream, meter, self.header_bytes_max).await
    }

    /// The origin's addresses, all of which the guard allows. One that it does not refuses them all: a name that points
    /// both in and out is being used to get in.
    async fn allowed_addresses(&self, origin: &Origin, progress: &mut Progress) -> Result<Vec<IpAddr>, ClientError> {
        let name = match &origin.host {
            Host::Ipv4(address) => return self.literal(&origin.host, (*address).into()),
            Host::Ipv6(address) => return self.literal(&origin.host, (*address).into()),
            Host::Domain(name) if is_localhost(name) => return Ok(self.guard.loopback(name)?),
            Host::Domain(name) => name,
        };
        let started = Instant::now();
        let resolved = self.resolver.resolve(name).await.and_then(|addresses| match addresses.is_empty() {
            true => Err(io::Error::new(io::ErrorKind::NotFound, "it has no address")),
            false => Ok(addresses),
        });
        progress.timings.dns = Some(started.elapsed());
        let addresses = resolved.map_err(|source| ClientError::Unresolved { host: name.clone(), source })?;
        addresses.iter().try_for_each(|address| self.guard.check_address(name, *address))?;
        Ok(addresses)
    }

    fn literal(&self, host: &Host<String>, address: IpAddr) -> Result<Vec<IpAddr>, ClientError> {
        self.guard.check_address(&host.to_string(), address)?;
        Ok(vec![address])
    }

    async fn shake_hands(&self, origin: &Origin, tcp: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        let trust = self.trust.clone();
        let config = spawn_blocking(move || trust.config()).await?;
        TlsConnector::from(config).connect(server_name(&origin.host)?, tcp).await
    }

    async fn connect_to_any(&self, addresses: &[IpAddr], port: u16) -> io::Result<TcpStream> {
        let tried = &addresses[..addresses.len().min(ADDRESSES_TRIED_MAX)];
        let share = self.connect_time_max / u32::try_from(tried.len().max(1)).unwrap_or(u32::MAX);
        let mut last = io::ErrorKind::NotFound.into();
        for address in tried {
            match timeout(share, TcpStream::connect(SocketAddr::new(*address, port))).await {
                Ok(Ok(stream)) => {
                    stream.set_nodelay(true)?;
                    return Ok(stream);
                }
                Ok(Err(error)) => last = error,
                Err(_) => last = io::ErrorKind::TimedOut.into(),
            }
        }
        Err(last)
    }
}

/// What is odd about a certificate, in words: rustls shows what it has no name for as it stands in its code.
fn plainly(error: io::Error) -> io::Error {
    let tls = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    let Some(rustls::Error::InvalidCertificate(CertificateError::Other(OtherError(odd)))) = tls else { return error };
    io::Error::new(error.kind(), format!("invalid peer certificate: {odd}"))
}

/// The name the certificate must be for.
fn server_name(host: &Host<String>) -> io::Result<ServerName<'static>> {
    match host {
        Host::Ipv4(address) => Ok(IpAddr::from(*address).into()),
        Host::Ipv6(address) => Ok(IpAddr::from(*address).into()),
        Host::Domain(name) => {
            ServerName::try_from(name.clone()).map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))
        }
    }
}
