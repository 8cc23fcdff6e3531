//! An address that leads to one of several servers, as the address of a primary does.

use std::io;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// The address, and where it leads.
pub(crate) struct Switch {
    pub(crate) address: SocketAddr,
    leads: Arc<Mutex<Leads>>,
}

struct Leads {
    to: String,
    open: Vec<TcpStream>,
}

impl Switch {
    /// An address that leads to `to`, a host and port.
    pub(crate) fn to(to: String) -> Switch {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let open = Vec::new();
        let leads = Arc::new(Mutex::new(Leads { to, open }));
        let led = Arc::clone(&leads);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                // Under the lock, so that no connection leads to where the address no longer does.
                let mut leads = led.lock().unwrap();
                let Ok(server) = TcpStream::connect(&leads.to) else {
                    continue;
                };
                let ends = [&client, &server].map(|end| end.try_clone().unwrap());
                leads.open.extend(ends);
                let back = (server.try_clone().unwrap(), client.try_clone().unwrap());
                carry(client, server);
                carry(back.0, back.1);
            }
        });
        Switch { address, leads }
    }

    /// Leads to another server; connections to the one before are cut.
    pub(crate) fn lead_to(&self, to: String) {
        let mut leads = self.leads.lock().unwrap();
        leads.to = to;
        for end in leads.open.drain(..) {
            // Fails where it is closed already.
            drop(end.shutdown(Shutdown::Both));
        }
    }
}

fn carry(mut from: TcpStream, mut to: TcpStream) {
    thread::spawn(move || {
        // However it ends: the other way ends, too.
        drop(io::copy(&mut from, &mut to));
        drop((from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both)));
    });
}
