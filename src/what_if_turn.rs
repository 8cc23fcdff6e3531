//! Who may simulate: one question at a time, on a thread that everything else goes before.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

/// Niceness of the thread that simulates: the least urgent that there is, so that the intake is
/// woken at once on a core that simulates.
const NICENESS: i32 = 19;

/// One question at a time, so that simulation never takes more than one core from the intake.
static BUSY: AtomicBool = AtomicBool::new(false);

/// The right to answer a question; given back when dropped.
pub(crate) struct Turn(());

impl Turn {
    /// `None` while another question is being answered.
    pub(crate) fn take() -> Option<Turn> {
        let free = BUSY.compare_exchange(false, true, Ordering::AcqRel, Ordering::Acquire);
        free.ok().map(|_| Turn(()))
    }

    /// Works on a thread of its own and gives the turn back when the work ends or panics: nobody
    /// who stops waiting frees it before. Then `tells` what came of it, so that who has heard it
    /// can ask again.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub(crate) fn work<T>(
        self,
        work: impl FnOnce() -> T + Send + 'static,
        tells: impl FnOnce(T) + Send + 'static,
    ) -> std::io::Result<()> {
        let worker = move || {
            let turn = self;
            // Of this thread only: on Linux, what has a priority is a thread.
            if let Err(error) = rustix::process::setpriority_process(None, NICENESS) {
                tracing::warn!(%error, "what-if runs as urgently as the intake");
            }
            let result = work();
            drop(turn);
            tells(result);
        };
        thread::Builder::new()
            .name("what-if".to_owned())
            .spawn(worker)
            .map(drop)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        BUSY.store(false, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::sync_channel;

    use rustix::process::getpriority_process;

    use super::*;

    #[test]
    fn a_question_keeps_others_out_until_its_work_ends_and_takes_no_urgency_from_anybody() {
        let own = getpriority_process(None).unwrap();
        let (started, has_started) = sync_channel(1);
        let (end, ends) = sync_channel::<()>(1);
        let (tell, told) = sync_channel(1);
        let work = move || {
            started.send(getpriority_process(None).unwrap()).unwrap();
            ends.recv().unwrap();
            7
        };
        let turn = Turn::take().unwrap();
        turn.work(work, move |result| tell.send(result).unwrap())
            .unwrap();
        assert_eq!(has_started.recv().unwrap(), NICENESS);
        assert!(Turn::take().is_none(), "the work goes on");
        end.send(()).unwrap();
        assert_eq!(told.recv().unwrap(), 7);
        assert!(Turn::take().is_some(), "who has heard it can ask again");
        assert_eq!(getpriority_process(None).unwrap(), own);
    }
}
