//! Reads a change stream and notes how long each entry was on its way.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Instant;

use anyhow::{Result, ensure};
use hdrhistogram::Histogram;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What begins a frame that counts.
const MARK: &[u8] = b"event: state.changed\n";
const READ_BYTES: usize = 8 * 1024;
/// The longest time that is told apart, microseconds.
const TIME_US_MAX: u64 = 60_000_000;

/// When each entry was given. Entries come in order, so the n-th frame is the n-th entry; the first
/// one only finds out who has caught up.
#[derive(Debug)]
pub struct Given {
    base: Instant,
    micros: Vec<AtomicU64>,
    next: AtomicUsize,
    /// How often the first one came, over all readers.
    warm: AtomicUsize,
}

impl Given {
    /// Room for so many entries.
    #[must_use]
    pub fn new(entries: usize) -> Arc<Given> {
        Arc::new(Given {
            base: Instant::now(),
            micros: (0..entries).map(|_| AtomicU64::new(0)).collect(),
            next: AtomicUsize::new(0),
            warm: AtomicUsize::new(0),
        })
    }

    fn now(&self) -> u64 {
        u64::try_from(self.base.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    /// How many readers have the first entry.
    #[must_use]
    pub fn warm(&self) -> usize {
        self.warm.load(Ordering::Relaxed)
    }

    /// The next entry is given now.
    pub fn mark(&self) {
        let place = self.next.fetch_add(1, Ordering::Relaxed);
        self.micros[place].store(self.now(), Ordering::Relaxed);
    }
}

/// Opens a stream; its answer has begun when this returns.
///
/// # Errors
/// When the server does not answer with a stream.
pub async fn open(address: &str, query: &str) -> Result<TcpStream> {
    let mut stream = TcpStream::connect(address).await?;
    let request = format!("GET /api/v1/stream?{query} HTTP/1.1\r\nhost: {address}\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut begun = [0; 12];
    stream.read_exact(&mut begun).await?;
    ensure!(&begun == b"HTTP/1.1 200", "the stream is refused");
    Ok(stream)
}

/// Reads until all that was to be given has come; how long each was on its way, microseconds.
///
/// # Errors
/// When the connection ends before.
pub async fn read(mut stream: TcpStream, given: Arc<Given>) -> Result<Histogram<u64>> {
    let mut times = Histogram::new_with_bounds(1, TIME_US_MAX, 3)?;
    let mut buffer = Vec::with_capacity(READ_BYTES);
    let mut seen = 0;
    while seen < given.micros.len() {
        ensure!(stream.read_buf(&mut buffer).await? > 0, "the stream ended");
        let now = given.now();
        let mut from = 0;
        while let Some(at) = buffer[from..].windows(MARK.len()).position(|w| w == MARK) {
            let then = given.micros[seen].load(Ordering::Relaxed);
            if seen == 0 {
                given.warm.fetch_add(1, Ordering::Relaxed);
            } else {
                times.saturating_record(now.saturating_sub(then).max(1));
            }
            seen += 1;
            from += at + MARK.len();
        }
        // A mark may go on in the next piece.
        let rest = buffer.len().saturating_sub(MARK.len() - 1).max(from);
        buffer.drain(..rest);
    }
    Ok(times)
}
