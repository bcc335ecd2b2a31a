//! What follows a write: bells, counters, alerts. It happens whether or not the sender still waits for the answer.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::future::BoxFuture;
use payhook_domain::id::EventId;
use payhook_domain::verdict::Verdict;
use payhook_store::Unavailable;

use super::record::tell;
use crate::gateway::Gateway;
use crate::plan::Plan;

/// A recording on its way to the disk, and what is told of it then.
pub(super) struct Written {
    pub(super) outcome: BoxFuture<'static, Result<Vec<Verdict>, Unavailable>>,
    pub(super) gateway: Arc<Gateway>,
    pub(super) plan: Arc<Plan>,
    /// The source's place in the plan.
    pub(super) position: usize,
    /// The events' ids, in the order of the verdicts.
    pub(super) ids: Vec<EventId>,
}

impl Written {
    /// Rings and tells.
    fn follow_up(&self, outcome: &Result<Vec<Verdict>, Unavailable>) {
        let Ok(verdicts) = outcome else { return };
        self.gateway.bells.ring();
        let source = &self.plan.sources[self.position];
        for (verdict, id) in verdicts.iter().zip(&self.ids) {
            tell(&self.gateway, source, *verdict, *id);
        }
    }
}

/// Waits for the write. When it is dropped before, a task of its own waits in its place.
pub(super) struct Attended(pub(super) Option<Written>);

impl Future for Attended {
    type Output = Result<Vec<Verdict>, Unavailable>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(written) = self.0.as_mut() else { return Poll::Ready(Err(Unavailable::Closed)) };
        let Poll::Ready(outcome) = written.outcome.as_mut().poll(context) else { return Poll::Pending };
        written.follow_up(&outcome);
        self.0 = None;
        Poll::Ready(outcome)
    }
}

impl Drop for Attended {
    fn drop(&mut self) {
        let Some(mut written) = self.0.take() else { return };
        // Without a runtime the process is ending; the next one looks at everything that is owed anyway.
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        runtime.spawn(async move {
            let outcome = written.outcome.as_mut().await;
            written.follow_up(&outcome);
        });
    }
}
