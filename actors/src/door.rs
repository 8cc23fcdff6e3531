//! The way into a shard: what can be said to it, and the sending end that the handles share.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use actix::dev::SendError;
use actix::{Addr, Handler, Message};
use tokio::sync::{mpsc, oneshot, watch};
use twin_model::Criticality;

use crate::books::Books;
use crate::lanes::{Batch, Lanes};
use crate::record::OperatorEntry;
use crate::shard::ShardActor;
use crate::stage::Stages;
use crate::writer::Published;
use crate::{
    Command, Commit, LedgerHead, Receipt, Resolution, ResolveError, Resolved, Snapshot, Stopped,
};

/// Something waits in the lanes.
#[derive(Message)]
#[rtype(result = "()")]
pub(crate) struct Wake;

#[derive(Message)]
#[rtype(result = "()")]
pub(crate) struct Follow {
    pub(crate) commits: Option<mpsc::Sender<Arc<Commit>>>,
    pub(crate) reply: oneshot::Sender<Arc<Snapshot>>,
}

#[derive(Message)]
#[rtype(result = "()")]
pub(crate) struct Operate {
    pub(crate) entry: OperatorEntry,
    pub(crate) reply: oneshot::Sender<Receipt>,
}

/// Does what a person wants done with an exception.
#[derive(Message)]
#[rtype(result = "()")]
pub(crate) struct Settle {
    pub(crate) wanted: Resolution,
    pub(crate) reply: oneshot::Sender<Result<Resolved, ResolveError>>,
}

/// Looks at the books as of a commit; what it gives runs when that commit is durable. Whoever tries
/// something out leaves the books as they were.
pub(crate) type Look = Box<dyn FnOnce(&mut Books, u64) -> Reveal + Send>;
/// Tells somebody what was seen.
pub(crate) type Reveal = Box<dyn FnOnce() + Send>;

/// Lets somebody look at the books.
#[derive(Message)]
#[rtype(result = "()")]
pub(crate) struct Peek {
    pub(crate) look: Look,
    /// Whether what is seen depends on the time: the plant's clock is moved before.
    pub(crate) at_its_time: bool,
}

/// Commits what is open, then stops.
#[derive(Message)]
#[rtype(result = "()")]
pub(crate) struct Close;

/// Makes the shard itself panic, to test its supervision.
#[cfg(feature = "chaos")]
#[derive(Message)]
#[rtype(result = "()")]
pub(crate) struct Panic;

/// The way into a shard, for the handles. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Door {
    pub(crate) shard: Addr<ShardActor>,
    pub(crate) lanes: Arc<Lanes>,
    pub(crate) published: Arc<Published>,
    pub(crate) due: watch::Receiver<Vec<Arc<Command>>>,
}

impl Door {
    pub(crate) async fn batch(&self, class: Criticality, batch: Batch) -> Result<(), Stopped> {
        self.lanes.push(class, batch)?;
        self.send(Wake).await
    }

    pub(crate) async fn snapshot(
        &self,
        commits: Option<mpsc::Sender<Arc<Commit>>>,
    ) -> Result<Arc<Snapshot>, Stopped> {
        let (reply, answer) = oneshot::channel();
        self.send(Follow { commits, reply }).await?;
        answer.await.map_err(|_| Stopped)
    }

    pub(crate) async fn operator(&self, entry: OperatorEntry) -> Result<(), Stopped> {
        let (reply, answer) = oneshot::channel();
        self.send(Operate { entry, reply }).await?;
        answer.await.map(|_| ()).map_err(|_| Stopped)
    }

    pub(crate) async fn resolve(
        &self,
        wanted: Resolution,
        reply: oneshot::Sender<Result<Resolved, ResolveError>>,
    ) -> Result<(), Stopped> {
        self.can_answer()?;
        self.send(Settle { wanted, reply }).await
    }

    /// A plant whose disk is full answers nobody until there is room: who asks is told at once, so
    /// that nobody's question waits for hours, and no number of them piles up.
    pub(crate) fn can_answer(&self) -> Result<(), Stopped> {
        match self.waits_for_room() {
            None => Ok(()),
            Some(_) => Err(Stopped),
        }
    }

    /// Lets `look` see the books as of the last commit; what it gives is run once that commit is
    /// durable, on the journal's thread, and never when it fails.
    pub(crate) async fn peek(
        &self,
        look: impl FnOnce(&Books, u64) -> Reveal + Send + 'static,
    ) -> Result<(), Stopped> {
        self.look(|books, commit_no| look(books, commit_no), false)
            .await
    }

    /// As [`Door::peek`], for what tries something out at the plant's time and undoes it.
    pub(crate) async fn try_out(
        &self,
        look: impl FnOnce(&mut Books, u64) -> Reveal + Send + 'static,
    ) -> Result<(), Stopped> {
        self.look(look, true).await
    }

    async fn look(
        &self,
        look: impl FnOnce(&mut Books, u64) -> Reveal + Send + 'static,
        at_its_time: bool,
    ) -> Result<(), Stopped> {
        self.can_answer()?;
        let look = Box::new(look);
        self.send(Peek { look, at_its_time }).await
    }

    pub(crate) async fn close(&self) {
        // A follower that does not read must not keep the plant from stopping; and the shard may
        // be waiting for it right now.
        self.published.closing.store(true, Ordering::Release);
        // An error means that the shard is closed already.
        self.send(Close).await.ok();
    }

    pub(crate) fn is_closing(&self) -> bool {
        self.published.closing.load(Ordering::Acquire)
    }

    pub(crate) fn waits_for_room(&self) -> Option<String> {
        self.published.no_room.read().clone()
    }

    #[cfg(feature = "chaos")]
    pub(crate) async fn panic(&self) {
        self.send(Panic).await.ok();
    }

    pub(crate) fn due(&self) -> watch::Receiver<Vec<Arc<Command>>> {
        self.due.clone()
    }

    pub(crate) fn outbox_len(&self) -> usize {
        self.published.commands_len.load(Ordering::Acquire)
    }

    pub(crate) fn stages(&self) -> &Stages {
        &self.published.stages
    }

    pub(crate) fn head(&self) -> LedgerHead {
        *self.published.head.read()
    }

    /// Puts a message into the mailbox, waiting for room when it is full.
    async fn send<M>(&self, message: M) -> Result<(), Stopped>
    where
        M: Message<Result = ()> + Send + 'static,
        ShardActor: Handler<M>,
    {
        match self.shard.try_send(message) {
            Ok(()) => Ok(()),
            Err(SendError::Full(message)) => self.shard.send(message).await.map_err(|_| Stopped),
            Err(SendError::Closed(_)) => Err(Stopped),
        }
    }
}
