//! The shard: one plant as an actix actor that decides, and hands batches to its journal.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use actix::{
    Actor, ActorContext, ActorFutureExt, AsyncContext, Context, Handler, Supervised, WrapFuture,
};
use tokio::sync::oneshot;
use twin_model::Time;

use crate::books::Books;
#[cfg(feature = "chaos")]
use crate::door::Panic;
use crate::door::{Close, Follow, Look, Operate, Peek, Settle, Wake};
use crate::input::{Input, Kind};
use crate::lanes::{Batch, Lanes};
use crate::outcome::Outcome;
use crate::plant_handle::Home;
use crate::record::UnreadableEntry;
use crate::snapshots::{Cut, Snapshots};
use crate::suspects::Suspects;
use crate::writer::{Answer, Follower, Job, JournalFailed, Reply, Write, WriterHandle};
use crate::{Commit, Disposition, LedgerHead, PlantClock, ResolveError, Resolved, Snapshot};

/// How far the clock of a wall-clock plant may lag, in microseconds: ticks are journaled no more
/// often than this.
const TICK_MICROS: i64 = 1_000_000;
/// How often a wall-clock plant looks for what has fallen due and what has waited too long.
const TIMER_CHECK: Duration = Duration::from_secs(1);
/// Commands shown to the relay at once.
const COMMANDS_DUE_MAX: usize = 1_000;
/// Inputs decided ahead of the journal; only urgent ones are decided beyond that. What is decided
/// cannot be overtaken any more.
const COMMIT_INPUTS_MAX: usize = 4_096;

/// One plant's shard.
pub(crate) struct ShardActor {
    home: Home,
    books: Books,
    writer: WriterHandle,
    suspects: Suspects,
    lanes: Arc<Lanes>,
    epoch: u64,
    /// Number of the next commit.
    next_commit: u64,
    head: LedgerHead,
    recorded: Time,
    open: OpenBatch,
    in_flight: bool,
    stopping: bool,
    inputs_at_snapshot: u64,
    snapshots: Snapshots,
    /// A copy of the books that becomes a snapshot as soon as its commit is durable; the hash is
    /// missing yet.
    cut: Option<Cut>,
}

/// What is decided and not yet given to the journal.
#[derive(Default)]
struct OpenBatch {
    outcome: Outcome,
    /// How many inputs were decided.
    inputs: usize,
    replies: Vec<Reply>,
    followers: Vec<Follow>,
    looks: Vec<Look>,
    commands_changed: bool,
}

impl OpenBatch {
    fn is_empty(&self) -> bool {
        self.outcome.entries.is_empty() && self.replies.is_empty()
    }
}

impl ShardActor {
    pub(crate) fn new(
        home: Home,
        recovered: crate::recovery::Recovered,
        writer: WriterHandle,
        snapshots: Snapshots,
        lanes: Arc<Lanes>,
    ) -> ShardActor {
        ShardActor {
            suspects: Suspects::open(&home.dir, &recovered.books),
            home,
            lanes,
            inputs_at_snapshot: recovered.books.counts.input(),
            books: recovered.books,
            writer,
            epoch: recovered.epoch + 1,
            next_commit: recovered.head.commit_no + 1,
            head: recovered.head,
            recorded: recovered.recorded,
            open: OpenBatch::default(),
            in_flight: false,
            stopping: false,
            snapshots,
            cut: None,
        }
    }

    fn decide(&mut self, input: Input) -> Disposition {
        let outcome = &mut self.open.outcome;
        match input.0 {
            Kind::Event(decoded) => self.books.decide(*decoded, outcome),
            Kind::Unreadable { raw, error, part } => {
                let entry = UnreadableEntry {
                    raw,
                    code: error.rejection.code(),
                    text: error.rejection.to_string(),
                    id: error.id,
                    source: error.source,
                    type_name: error.type_name,
                };
                let rejection = error.rejection;
                match self.books.unreadable_or_seen(&entry, part, outcome) {
                    Some(id) => Disposition::Exception { id, rejection },
                    None => Disposition::Duplicate,
                }
            }
            Kind::Tick(now) => {
                self.books.tick(now, outcome);
                Disposition::Applied
            }
        }
    }

    /// Decides what waits in the lanes, the most urgent first, as far as the journal keeps up.
    fn decide_waiting(&mut self, ctx: &mut Context<Self>) {
        // What is decided while the disk is full would be decided by a time that stands still.
        while !self.writer.waits_for_room() {
            let full = self.open.inputs >= COMMIT_INPUTS_MAX;
            let next = if full {
                self.lanes.pop_urgent()
            } else {
                self.lanes.pop()
            };
            let Some(batch) = next else { return };
            self.decide_batch(batch);
            self.flush(ctx);
        }
    }

    /// Decides an input of a batch in which a suspect is: if the process ends here, no other input
    /// is blamed for it.
    fn decide_alone(&mut self, input: Input) -> Disposition {
        self.suspects.note_one(&input);
        let is_tick = matches!(input.0, Kind::Tick(_));
        let disposition = self.decide(input);
        match is_tick {
            true => self.suspects.clock_is_through(),
            false => self.suspects.note_nothing(),
        }
        disposition
    }

    fn decide_batch(&mut self, batch: Batch) {
        let begun = Instant::now();
        self.keep_time();
        let commands_before = self.books.outbox.last;
        self.open.inputs += batch.inputs.len();
        let each_alone = self.suspects.note_batch(&batch.inputs);
        let dispositions = batch
            .inputs
            .into_iter()
            .map(|input| match each_alone {
                true => self.decide_alone(input),
                false => self.decide(input),
            })
            .collect();
        crate::killpoint!("C5");
        self.open.commands_changed |= self.books.outbox.last != commands_before;
        let (to, credit) = (batch.reply, Some(batch.credit));
        self.open
            .replies
            .push(Reply::receipt(dispositions, to, credit));
        self.writer.stages().turn.note(begun.elapsed());
    }

    /// Moves the clock of a wall-clock plant, before anything is decided by it.
    fn keep_time(&mut self) {
        self.open.outcome.suspects = self.suspects.if_any();
        if self.books.clock == PlantClock::Wall {
            let now = wall_clock();
            if now.micros_since(self.books.now) >= TICK_MICROS {
                let commands_before = self.books.outbox.last;
                self.suspects.note_clock();
                self.books.tick(now, &mut self.open.outcome);
                self.suspects.clock_is_through();
                self.open.commands_changed |= self.books.outbox.last != commands_before;
            }
        }
    }

    /// Gives the open batch to the journal, if the journal is free: while it was busy, the batch
    /// grew by itself.
    fn flush(&mut self, ctx: &mut Context<Self>) {
        if self.in_flight || self.open.is_empty() {
            return;
        }
        let open = std::mem::take(&mut self.open);
        let recorded = wall_clock();
        let mut outcome = open.outcome;
        let entries = std::mem::take(&mut outcome.entries);
        let poisoned = std::mem::take(&mut outcome.poisoned);
        let commit = Commit::of(
            &self.books,
            outcome,
            (self.epoch, self.next_commit),
            recorded,
        );
        let commit = Arc::new(commit);
        self.next_commit += 1;
        self.recorded = recorded;
        self.cut_now_and_then();
        let commands = open.commands_changed.then(|| {
            self.books
                .outbox
                .iter()
                .take(COMMANDS_DUE_MAX)
                .cloned()
                .collect()
        });
        let (done, wait) = oneshot::channel();
        let given = self.writer.give(Job::Write(Box::new(Write {
            entries,
            poisoned,
            commit,
            replies: open.replies,
            commands,
            commands_len: self.books.outbox.len(),
            done,
        })));
        for follow in open.followers {
            self.hand_out(follow);
        }
        for look in open.looks {
            self.show(look);
        }
        if !given {
            ctx.stop();
            return;
        }
        self.in_flight = true;
        ctx.spawn(wait.into_actor(self).map(|durable, shard, ctx| {
            shard.durable(durable.unwrap_or(Err(JournalFailed)), ctx);
        }));
    }

    /// The journal has made the batch durable, or has failed.
    fn durable(&mut self, durable: Result<LedgerHead, JournalFailed>, ctx: &mut Context<Self>) {
        self.in_flight = false;
        match durable {
            Ok(head) => {
                self.head = head;
                if let Some(cut) = self.cut.take() {
                    let hash = head.hash;
                    // One that is not taken is followed by the next.
                    self.snapshots.give(Cut { hash, ..cut });
                }
                self.flush(ctx);
                self.decide_waiting(ctx);
                if self.stopping && !self.in_flight {
                    ctx.stop();
                }
            }
            Err(JournalFailed) => ctx.stop(),
        }
    }

    /// Cuts a copy of the books off for a snapshot when enough has happened since the last: they
    /// are exactly what the journal holds once the batch that was just given is durable.
    fn cut_now_and_then(&mut self) {
        let inputs = self.books.counts.input();
        if inputs - self.inputs_at_snapshot < self.home.snapshot_inputs {
            return;
        }
        self.inputs_at_snapshot = inputs;
        self.cut = Some(Cut {
            books: self.books.clone(),
            epoch: self.epoch,
            commit_no: self.next_commit - 1,
            recorded: self.recorded,
            hash: [0; 32],
        });
    }

    fn hand_out(&self, follow: Follow) {
        let Follow { commits, reply } = follow;
        let newest = (self.epoch, self.next_commit - 1);
        let snapshot = Snapshot::of(&self.books, newest, self.recorded);
        self.writer.give(Job::Follow(Follower {
            snapshot: Arc::new(snapshot),
            commits,
            reply,
        }));
    }

    fn show(&mut self, look: Look) {
        let reveal = look(&mut self.books, self.next_commit - 1);
        self.writer.give(Job::Reveal(Answer(reveal)));
    }
}

/// The wall clock. Decisions never read it: they see journaled ticks.
fn wall_clock() -> Time {
    let since = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    Time::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

impl Actor for ShardActor {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Context<Self>) {
        if self.books.clock == PlantClock::Wall {
            ctx.run_interval(TIMER_CHECK, |shard, ctx| {
                if !ctx.connected() {
                    // Nobody can reach the plant any more; the timer alone would keep it alive.
                    ctx.stop();
                    return;
                }
                // While there is no room nobody could hear of what falls due, nor answer.
                let goes_on = !shard.writer.waits_for_room();
                if goes_on && shard.books.waits_for_time(wall_clock()) {
                    shard.keep_time();
                    shard.flush(ctx);
                }
            });
        }
    }
}

impl Supervised for ShardActor {
    /// After a panic of the shard itself nothing in memory is trusted: the books are rebuilt from
    /// the files. What was decided and not committed gets no answer, and is sent again.
    fn restarting(&mut self, ctx: &mut Context<Self>) {
        self.writer.barrier();
        self.open = OpenBatch::default();
        self.in_flight = false;
        self.cut = None;
        match crate::recovery::recover(&self.home.dir, &self.home.settings) {
            Ok(recovered) => {
                self.books = recovered.books;
                #[cfg(feature = "chaos")]
                self.books
                    .plant
                    .panic_in_handler_of(self.home.panic_at.clone());
                self.head = recovered.head;
                self.recorded = recovered.recorded;
                self.next_commit = recovered.head.commit_no + 1;
                if self.stopping {
                    ctx.stop();
                }
                // What waits may have nobody left who says so.
                let waiting = std::future::ready(()).into_actor(self);
                ctx.spawn(waiting.map(|(), shard, ctx| shard.decide_waiting(ctx)));
            }
            Err(error) => {
                tracing::error!(%error, "the shard cannot be rebuilt; the plant stops");
                ctx.stop();
            }
        }
    }
}

impl Handler<Wake> for ShardActor {
    type Result = ();

    fn handle(&mut self, _: Wake, ctx: &mut Context<Self>) {
        self.decide_waiting(ctx);
    }
}

impl Drop for ShardActor {
    fn drop(&mut self) {
        self.suspects.note_nothing();
        self.lanes.close();
    }
}

impl Handler<Operate> for ShardActor {
    type Result = ();

    fn handle(&mut self, operate: Operate, ctx: &mut Context<Self>) {
        self.keep_time();
        self.books.operate(&operate.entry, &mut self.open.outcome);
        self.open.commands_changed = true;
        let dispositions = vec![Disposition::Applied];
        self.open
            .replies
            .push(Reply::receipt(dispositions, operate.reply, None));
        self.flush(ctx);
    }
}

impl Handler<Settle> for ShardActor {
    type Result = ();

    fn handle(&mut self, settle: Settle, ctx: &mut Context<Self>) {
        self.keep_time();
        let commands_before = self.books.outbox.last;
        let settled = self
            .books
            .resolve(&settle.wanted, &mut self.open.outcome)
            .and_then(|settled| {
                let kept = self.books.exceptions.get(settle.wanted.id).cloned();
                let entry = kept.ok_or(ResolveError::NotKept(settle.wanted.id))?;
                Ok((settled, entry))
            });
        self.open.commands_changed |= self.books.outbox.last != commands_before;
        // Also a refusal waits for the commit: it rests on what is decided and not yet durable.
        self.open.replies.push(Reply::later(move |commit_no| {
            let resolved = settled.map(|(settled, entry)| Resolved {
                commit_no,
                entry,
                disposition: settled.disposition,
                already: settled.already,
            });
            // Who asked may have gone; the commit stands all the same.
            settle.reply.send(resolved).ok();
        }));
        self.flush(ctx);
    }
}

impl Handler<Peek> for ShardActor {
    type Result = ();

    fn handle(&mut self, peek: Peek, ctx: &mut Context<Self>) {
        if peek.at_its_time {
            self.keep_time();
        }
        if self.open.is_empty() {
            self.show(peek.look);
        } else {
            // What is decided is visible only once it is durable.
            self.open.looks.push(peek.look);
            self.flush(ctx);
        }
    }
}

impl Handler<Follow> for ShardActor {
    type Result = ();

    fn handle(&mut self, follow: Follow, _: &mut Context<Self>) {
        if self.open.is_empty() {
            self.hand_out(follow);
        } else {
            // What is decided is visible only once it is durable.
            self.open.followers.push(follow);
        }
    }
}

impl Handler<Close> for ShardActor {
    type Result = ();

    fn handle(&mut self, _: Close, ctx: &mut Context<Self>) {
        self.stopping = true;
        while let Some(batch) = self.lanes.pop() {
            self.decide_batch(batch);
        }
        self.flush(ctx);
        if !self.in_flight {
            ctx.stop();
        }
    }
}

#[cfg(feature = "chaos")]
impl Handler<Panic> for ShardActor {
    type Result = ();

    fn handle(&mut self, _: Panic, _: &mut Context<Self>) {
        panic!("chaos: the shard panics");
    }
}
