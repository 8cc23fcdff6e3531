//! Keeps an actix actor alive through panics.
//!
//! actix' own `Supervisor` restarts an actor after it stopped, not after a panic. This one catches
//! the panic of a poll, lets the actor rebuild itself and goes on with the same mailbox: only the
//! message that was being handled is gone.

use std::future::Future;
use std::panic::{self, AssertUnwindSafe};
use std::pin::Pin;
use std::task::{self, Poll};
use std::time::{Duration, Instant};

use actix::dev::ContextFut;
use actix::{Actor, Addr, AsyncContext, Context, Supervised};

/// Restarts within [`RESTART_WINDOW`] before the actor is given up.
const RESTARTS_MAX: usize = 5;
/// The window of [`RESTARTS_MAX`].
const RESTART_WINDOW: Duration = Duration::from_secs(60);

/// An actor under supervision: a future that ends when the actor stops or is given up.
pub(crate) struct PanicSupervisor<A: Supervised + Actor<Context = Context<A>>> {
    actor: ContextFut<A, Context<A>>,
    restarts: Vec<Instant>,
}

impl<A: Supervised + Actor<Context = Context<A>>> PanicSupervisor<A> {
    pub(crate) fn new(actor: A, mailbox_messages_max: usize) -> (Addr<A>, PanicSupervisor<A>) {
        let mut context = Context::new();
        context.set_mailbox_capacity(mailbox_messages_max);
        let address = context.address();
        let actor = context.into_future(actor);
        (
            address,
            PanicSupervisor {
                actor,
                restarts: Vec::new(),
            },
        )
    }

    /// False when the actor cannot be rebuilt, or panics while it is.
    fn restart(&mut self) -> bool {
        panic::catch_unwind(AssertUnwindSafe(|| self.actor.restart())).unwrap_or(false)
    }

    fn may_restart(&mut self) -> bool {
        let now = Instant::now();
        self.restarts
            .retain(|at| now.duration_since(*at) < RESTART_WINDOW);
        self.restarts.push(now);
        self.restarts.len() <= RESTARTS_MAX
    }
}

impl<A: Supervised + Actor<Context = Context<A>>> Future for PanicSupervisor<A> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        loop {
            let polled =
                panic::catch_unwind(AssertUnwindSafe(|| Pin::new(&mut this.actor).poll(cx)));
            match polled {
                Ok(outcome) => return outcome,
                Err(_) if this.may_restart() && this.restart() => {
                    tracing::error!("the shard panicked and was rebuilt from its journal");
                }
                Err(_) => {
                    tracing::error!("the shard panicked too often and is given up");
                    return Poll::Ready(());
                }
            }
        }
    }
}
