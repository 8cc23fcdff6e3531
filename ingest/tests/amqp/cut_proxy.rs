//! A TCP proxy in front of the broker whose connections a test can cut.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinSet;

pub(crate) struct CutProxy {
    pub(crate) address: SocketAddr,
    cut: Arc<Notify>,
}

impl CutProxy {
    pub(crate) async fn before(broker: String) -> CutProxy {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let cut = Arc::new(Notify::new());
        let asked = Arc::clone(&cut);
        tokio::spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                tokio::select! {
                    accepted = listener.accept() => {
                        let (mut client, _) = accepted.unwrap();
                        let broker = broker.clone();
                        connections.spawn(async move {
                            let mut server = TcpStream::connect(broker).await.unwrap();
                            // How a connection ends does not matter here.
                            tokio::io::copy_bidirectional(&mut client, &mut server).await.ok();
                        });
                    }
                    () = asked.notified() => connections.shutdown().await,
                }
            }
        });
        CutProxy { address, cut }
    }

    /// Cuts every connection; new ones are let through.
    pub(crate) fn cut(&self) {
        self.cut.notify_one();
    }
}
