//! Asking a task to stop, and being asked.

use tokio::sync::watch;

/// Held by whoever may ask. Dropping it asks too.
#[derive(Debug)]
pub(crate) struct StopSignal(watch::Sender<bool>);

/// Held by the task that is asked.
#[derive(Debug, Clone)]
pub(crate) struct Stop(watch::Receiver<bool>);

pub(crate) fn stop_signal() -> (StopSignal, Stop) {
    let (sender, receiver) = watch::channel(false);
    (StopSignal(sender), Stop(receiver))
}

impl StopSignal {
    pub(crate) fn send(&self) {
        self.0.send_replace(true);
    }
}

impl Stop {
    /// Waits until asked. Safe to cancel.
    pub(crate) async fn asked(&mut self) {
        // An error means that nobody is left who could ask: stop as well.
        self.0.wait_for(|asked| *asked).await.ok();
    }
}
