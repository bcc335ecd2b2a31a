//! What counts when a merchant is called over TLS, and the client that goes by it.

use std::sync::Arc;
use std::time::Duration;

use payhook_net::{Client, ClientLimits, ClientSettings, Guard, Leniency, SystemResolver, TlsVersion, Trust};

/// How long either provider waits for an answer. Adyen says ten seconds; Banked says nothing, so the same.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(10);
/// How much of an answer is kept.
const ANSWER_BYTES_MAX: usize = 2_048;

/// What a webhook's settings say of TLS; by default no certificate is overlooked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Secured {
    pub(crate) leniency: Leniency,
    pub(crate) version: TlsVersion,
}

impl Secured {
    /// The client by which the sandbox reaches merchants so. It may go anywhere: it is the merchant's own laptop.
    ///
    /// One for each manner, since a client keeps connections: what one webhook overlooked, another must not talk to.
    pub(crate) fn client(self) -> Client {
        let anywhere = ["0.0.0.0/0", "::/0"].map(|net| net.parse().expect("a network")).to_vec();
        let limits =
            ClientLimits { time_max: ANSWER_TIME_MAX, answer_bytes_max: ANSWER_BYTES_MAX, ..ClientLimits::default() };
        let trust = Trust::lenient(self.leniency, self.version);
        Client::new(ClientSettings { guard: Guard::new(anywhere), trust, resolver: Arc::new(SystemResolver), limits })
    }
}
