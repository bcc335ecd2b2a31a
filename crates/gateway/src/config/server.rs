//! `[server]`: where payhook listens.

pub(super) mod certificate;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use super::typed::section::Section;
use super::words::mistakes::{Findings, Place};

/// Where payhook listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// The listener providers reach.
    pub public: SocketAddr,
    /// The listener of the API.
    pub admin: SocketAddr,
    /// The public listener's certificate; plain HTTP when absent.
    pub tls: Option<TlsFiles>,
}

/// A certificate and its key, both PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate chain.
    pub cert: PathBuf,
    /// The private key.
    pub key: PathBuf,
}

const PUBLIC: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 8080);
const ADMIN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8081);

/// Reads the section; `home` is what relative paths start from.
pub(super) fn read(section: &Section<'_>, home: &Path, findings: &mut Findings) -> Server {
    let public = address(section, "public", PUBLIC, findings);
    let admin = address(section, "admin", ADMIN, findings);
    check_apart(section, public, admin, findings);
    if !admin.ip().is_loopback() {
        findings.warning(
            &section.place_of("admin"),
            format!("the API listens on {admin}, beyond this machine, without TLS"),
            "keep it on 127.0.0.1 and reach it through a tunnel or a proxy with TLS",
        );
    }
    Server { public, admin, tls: section.table_if("tls").and_then(|tls| tls_files(&tls, home, findings)) }
}

fn address(section: &Section<'_>, key: &str, default: SocketAddr, findings: &mut Findings) -> SocketAddr {
    let Some((text, place)) = section.text(key) else { return default };
    text.trim().parse().unwrap_or_else(|_| {
        findings.mistake(
            &place,
            format!("`{key}` of {} is not an address and a port", section.title),
            format!("write an IP address and a port: \"{default}\""),
        );
        default
    })
}

/// Two listeners on one socket would fail at bind, or worse: one spelling would shadow the other.
fn check_apart(section: &Section<'_>, public: SocketAddr, admin: SocketAddr, findings: &mut Findings) {
    let (one, other) = (public.ip().to_canonical(), admin.ip().to_canonical());
    let meet = one == other || one.is_unspecified() || other.is_unspecified();
    if meet && public.port() == admin.port() && public.port() != 0 {
        let place = if section.has("admin") { section.place_of("admin") } else { section.place_of("public") };
        findings.mistake(
            &place,
            format!("`public` and `admin` listen on the same socket, {public} and {admin}"),
            "give them different ports",
        );
    }
}

fn tls_files(section: &Section<'_>, home: &Path, findings: &mut Findings) -> Option<TlsFiles> {
    let cert = file(section, "cert", home, findings);
    let key = file(section, "key", home, findings);
    Some(TlsFiles { cert: cert?, key: key? })
}

fn file(section: &Section<'_>, key: &str, home: &Path, findings: &mut Findings) -> Option<PathBuf> {
    let (text, place) = section.required(key, "name a PEM file, relative to the configuration file", findings)?;
    let path = home.join(text);
    match std::fs::File::open(&path) {
        Ok(_) => Some(path),
        Err(error) => {
            unreadable(&path, &place, &error, findings);
            None
        }
    }
}

fn unreadable(path: &Path, place: &Place, error: &std::io::Error, findings: &mut Findings) {
    findings.mistake(
        place,
        format!("{} cannot be read: {error}", path.display()),
        "check the path and who may read it",
    );
}
