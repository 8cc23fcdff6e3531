//! A TCP proxy in front of the broker that does what networks do.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Bytes carried at once.
const PIECE_BYTES: usize = 16 * 1024;

/// What the network is like. Each number goes up when it happens.
#[derive(Debug, Clone, Copy, Default)]
struct Weather {
    cuts: u64,
    silences: u64,
    delay: Duration,
    /// Not even new connections get through.
    down: bool,
}

/// What happened to connections.
#[derive(Debug, Default)]
struct Counts {
    open: AtomicU64,
    cut: AtomicU64,
}

pub(crate) struct FaultProxy {
    pub(crate) address: SocketAddr,
    counts: Arc<Counts>,
    weather: watch::Sender<Weather>,
}

impl FaultProxy {
    /// A proxy before `broker`, a host and port. Must be called within a tokio runtime.
    pub(crate) async fn before(broker: String) -> FaultProxy {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let weather = watch::Sender::new(Weather::default());
        let seen = weather.subscribe();
        let counts = Arc::new(Counts::default());
        let counted = Arc::clone(&counts);
        tokio::spawn(async move {
            loop {
                let (client, _) = listener.accept().await.unwrap();
                tokio::spawn(connection(
                    client,
                    broker.clone(),
                    seen.clone(),
                    counted.clone(),
                ));
            }
        });
        FaultProxy {
            address,
            counts,
            weather,
        }
    }

    /// Cuts every connection; new ones are let through.
    pub(crate) fn cut(&self) {
        self.weather.send_modify(|weather| weather.cuts += 1);
    }

    /// Connections that are carried now.
    #[allow(dead_code, reason = "not every test binary that has the proxy counts")]
    pub(crate) fn open(&self) -> u64 {
        self.counts.open.load(Ordering::Acquire)
    }

    /// Connections that a cut has ended.
    #[allow(dead_code, reason = "not every test binary that has the proxy counts")]
    pub(crate) fn ended_by_cuts(&self) -> u64 {
        self.counts.cut.load(Ordering::Acquire)
    }

    /// Carries every piece later.
    #[allow(dead_code, reason = "not every test binary that has the proxy delays")]
    pub(crate) fn delay(&self, delay: Duration) {
        self.weather.send_modify(|weather| weather.delay = delay);
    }

    /// Goes silent: nothing is carried and nothing is closed, as when a cable is pulled.
    #[allow(
        dead_code,
        reason = "not every test binary that has the proxy is silent"
    )]
    pub(crate) fn silence(&self) {
        self.weather.send_modify(|weather| {
            weather.silences += 1;
            weather.down = true;
        });
    }

    /// Lets new connections through. Those from before the silence stay silent for ever.
    #[allow(
        dead_code,
        reason = "not every test binary that has the proxy is silent"
    )]
    pub(crate) fn restore(&self) {
        self.weather.send_modify(|weather| weather.down = false);
    }
}

async fn connection(
    client: TcpStream,
    broker: String,
    mut seen: watch::Receiver<Weather>,
    counts: Arc<Counts>,
) {
    if seen.wait_for(|weather| !weather.down).await.is_err() {
        return;
    }
    let since = *seen.borrow_and_update();
    let Ok(server) = TcpStream::connect(broker).await else {
        return;
    };
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    counts.open.fetch_add(1, Ordering::AcqRel);
    // The first to end ends both: which does not matter here.
    tokio::select! {
        () = carry(from_client, to_server, since, seen.clone()) => {}
        () = carry(from_server, to_client, since, seen.clone()) => {}
        _ = seen.wait_for(|now| now.cuts > since.cuts) => {
            counts.cut.fetch_add(1, Ordering::AcqRel);
        }
    }
    counts.open.fetch_sub(1, Ordering::AcqRel);
}

async fn carry(
    mut from: tokio::net::tcp::OwnedReadHalf,
    mut to: tokio::net::tcp::OwnedWriteHalf,
    since: Weather,
    seen: watch::Receiver<Weather>,
) {
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        let Ok(count @ 1..) = from.read(&mut piece).await else {
            return;
        };
        let now = *seen.borrow();
        if now.silences > since.silences {
            std::future::pending::<()>().await;
        }
        if !now.delay.is_zero() {
            tokio::time::sleep(now.delay).await;
        }
        if to.write_all(&piece[..count]).await.is_err() {
            return;
        }
    }
}
