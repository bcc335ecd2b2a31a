//! Senders that take their time: with the header, with the body, or with everything.

use std::time::Duration;

use payhook_testkit::wire;

use super::case::{MARK, Pen};

/// The longest a header may take to arrive, and then a body: what the gateway promises.
pub(super) const ARRIVAL_TIME_MAX: Duration = Duration::from_secs(10);

/// The pause between two pieces. Nine of them end just before the gateway has had enough; then the sender falls silent,
/// since whoever goes on writing to a closed connection may miss what was said on it.
const PAUSE: Duration = Duration::from_secs(1);
const PIECES: usize = 9;

/// A slow sender: what it sends and pauses, and the answers it hears.
pub(super) struct Slow {
    pub(super) name: &'static str,
    pub(super) pieces: Vec<(Vec<u8>, Duration)>,
    pub(super) hears: Vec<(u16, &'static str)>,
    pub(super) order: Option<usize>,
}

/// One of each kind.
pub(super) fn senders(pen: &mut Pen) -> Vec<Slow> {
    let late = vec![(408, "timeout")];
    let head = format!("POST /in/adyen HTTP/1.1\r\nhost: x\r\nx-note: {MARK}\r\n");
    let (_, body) = pen.body();
    let framed = format!("{head}content-length: {}\r\n\r\n", body.len());
    let chunked = format!("{head}transfer-encoding: chunked\r\n\r\n");
    let (order, whole) = pen.body();
    let whole = wire::request("POST", "/in/adyen", &[("content-type", "application/json")], whole.as_bytes());
    let slow = |name, first: &str, drip: &str, hears| {
        let drips = std::iter::repeat_n((drip.as_bytes().to_vec(), PAUSE), PIECES);
        let pieces = std::iter::once((first.as_bytes().to_vec(), Duration::ZERO)).chain(drips).collect();
        Slow { name, pieces, hears, order: None }
    };
    let mut senders = vec![
        slow("a header, byte by byte", "P", "O", late.clone()),
        slow("a header that goes on and on", &head, "x: y\r\n", late.clone()),
        slow("a header that stops", &head, "", late.clone()),
        slow("a body, byte by byte", &framed, "{", late.clone()),
        slow("a body that does not come", &framed, "", late.clone()),
        slow("chunks, one by one", &chunked, "1\r\n{\r\n", late.clone()),
        slow("a chunk's size without its end", &chunked, "0", late),
        slow("nothing at all", "", "", Vec::new()),
        slow("half of HTTP/2's beginning", "PRI * HT", "", vec![(408, "timeout")]),
    ];
    let second = vec![(whole, PAUSE), (head.clone().into_bytes(), PAUSE), (b"x: y\r\n".to_vec(), PAUSE)];
    let hears = vec![(200, ""), (408, "timeout")];
    senders.push(Slow { name: "a header after a good one", pieces: second, hears, order: Some(order) });
    senders
}
