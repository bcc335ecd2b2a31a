//! Taking a request's body, bounded in bytes and time.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Body;

use crate::body_budget::{BodyBudget, BudgetGuard};

/// Most bytes set aside on a sender's word alone; beyond it, memory follows what has really arrived.
const TRUSTED_BYTES_MAX: u64 = 64 * 1024;

/// Why a body was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// Longer than allowed, by its declared length or by what arrived. Answer 413.
    #[error("the body is too large")]
    TooLarge,
    /// Not whole in time. Answer 408.
    #[error("the body took too long to arrive")]
    Timeout,
    /// The sender went away or broke the protocol. Nobody may be left to hear the answer: 400.
    #[error("the body broke off")]
    Broken,
    /// Too many bytes of other bodies are in hand. Answer 503.
    #[error("too many bytes of bodies are in hand")]
    NoRoom,
}

/// Reads a whole body of at most `bytes_max` bytes within `time_max`.
///
/// A declared length beyond the bound is refused before a byte is read. The bytes are copied into memory of exactly
/// their length: a slice of the connection's read buffer would pin all 8 KiB of it for as long as the body waits.
///
/// # Errors
/// The ways of [`BodyError`], except [`BodyError::NoRoom`].
pub async fn read_body<B: Body<Data = Bytes>>(
    body: B,
    bytes_max: usize,
    time_max: Duration,
) -> Result<Bytes, BodyError> {
    let (whole, _) = read_body_within(body, bytes_max, time_max, &BodyBudget::new(usize::MAX)).await?;
    Ok(whole)
}

/// As [`read_body`], and gives up when the bodies that share `budget` hold more bytes than it allows. Keep the guard as
/// long as the body.
///
/// # Errors
/// The ways of [`BodyError`].
pub async fn read_body_within<B: Body<Data = Bytes>>(
    body: B,
    bytes_max: usize,
    time_max: Duration,
    budget: &BodyBudget,
) -> Result<(Bytes, BudgetGuard<'_>), BodyError> {
    if body.size_hint().lower() > bytes_max as u64 {
        return Err(BodyError::TooLarge);
    }
    let mut collecting = pin!(collect(body, bytes_max, budget.guard()));
    // A body that came along with its header, as nearly all do, is here already and needs no timer.
    if let Poll::Ready(whole) = poll_fn(|cx| Poll::Ready(collecting.as_mut().poll(cx))).await {
        return whole;
    }
    tokio::time::timeout(time_max, collecting).await.unwrap_or(Err(BodyError::Timeout))
}

/// Copies frame after frame; trailers are dropped.
async fn collect<B: Body<Data = Bytes>>(
    body: B,
    bytes_max: usize,
    mut guard: BudgetGuard<'_>,
) -> Result<(Bytes, BudgetGuard<'_>), BodyError> {
    let mut body = pin!(body);
    let declared = body.size_hint().lower().min(TRUSTED_BYTES_MAX);
    let mut whole = Vec::with_capacity(usize::try_from(declared).unwrap_or(0));
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| BodyError::Broken)?.into_data() else { continue };
        if data.len() > bytes_max - whole.len() {
            return Err(BodyError::TooLarge);
        }
        if !guard.cover(whole.len() + data.len()) {
            return Err(BodyError::NoRoom);
        }
        whole.extend_from_slice(&data);
    }
    whole.shrink_to_fit();
    Ok((whole.into(), guard))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::{Full, StreamBody};
    use hyper::body::Frame;

    const SECOND: Duration = Duration::from_secs(1);

    /// A body of unknown length, in these pieces, which then ends or hangs.
    fn pieces(pieces: &'static [&'static [u8]], hangs: bool) -> impl Body<Data = Bytes, Error = std::io::Error> {
        let come = futures_util::stream::iter(pieces).map(|piece| Ok(Frame::data(Bytes::from_static(piece))));
        let rest = if hangs { futures_util::stream::pending().left_stream() } else { empty().right_stream() };
        StreamBody::new(come.chain(rest))
    }

    use futures_util::StreamExt;
    use futures_util::stream::empty;

    #[tokio::test]
    async fn a_body_up_to_the_bound_is_read_and_one_byte_more_is_not() {
        for (bytes_max, expected) in [(5, Ok("hello")), (4, Err(BodyError::TooLarge))] {
            let expected = expected.map(Bytes::from);
            assert_eq!(read_body(Full::new(Bytes::from("hello")), bytes_max, SECOND).await, expected);
            assert_eq!(read_body(pieces(&[b"he", b"llo"], false), bytes_max, SECOND).await, expected);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_never_ends_times_out() {
        assert_eq!(read_body(pieces(&[b"he"], true), 9, SECOND).await, Err(BodyError::Timeout));
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_takes_of_the_budget_as_it_arrives_and_gives_it_back_when_it_is_let_go() {
        const LARGE: &[u8] = &[b'x'; 40 * 1024];
        let budget = BodyBudget::new(40 * 1024);
        let read = async |hangs| read_body_within(pieces(&[LARGE], hangs), LARGE.len(), SECOND, &budget).await;
        let held = read(false).await.expect("read");
        assert_eq!(read(false).await.err(), Some(BodyError::NoRoom));
        let slow = async { read(true).await.err() };
        drop(held);
        let (slow, beside_it) = tokio::join!(slow, async { read(false).await.err() });
        assert_eq!((slow, beside_it), (Some(BodyError::Timeout), Some(BodyError::NoRoom)));
        assert!(read(false).await.is_ok(), "what timed out holds nothing");
    }

    #[tokio::test]
    async fn what_is_kept_is_a_copy_of_exactly_its_length() {
        let buffer = Bytes::from(vec![b'x'; 8_192]);
        let read = read_body(Full::new(buffer.slice(10..20)), 100, SECOND).await.expect("read");
        assert!(!buffer.as_ptr_range().contains(&read.as_ptr()));
        assert_eq!(read.try_into_mut().expect("sole owner").capacity(), 10);
    }
}
