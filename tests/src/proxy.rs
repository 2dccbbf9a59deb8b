//! A TCP connection that is cut after some bytes.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, AtomicU64, Ordering};
use std::thread;

/// Passes connections on to a port of this machine.
pub struct Proxy {
    /// Its own port.
    pub port: u16,
    cuts: Arc<AtomicU32>,
    up: Arc<AtomicU64>,
    down: Arc<AtomicU64>,
}

impl Proxy {
    /// Every connection is cut after as many bytes, both ways together, as `budget` says; it is
    /// asked once for each connection, and told how many were cut before.
    pub fn start(to: u16, mut budget: impl FnMut(u32) -> Option<u64> + Send + 'static) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let proxy = Proxy {
            port,
            cuts: Arc::default(),
            up: Arc::default(),
            down: Arc::default(),
        };
        let (cuts, up, down) = (proxy.cuts.clone(), proxy.up.clone(), proxy.down.clone());
        // The thread ends with the test.
        thread::spawn(move || {
            for host in listener.incoming() {
                let host = host.unwrap();
                let Ok(board) = TcpStream::connect(("127.0.0.1", to)) else {
                    return;
                };
                let bytes = budget(cuts.load(Ordering::Relaxed));
                let bytes = bytes.map_or(i64::MAX, |bytes| bytes.try_into().unwrap());
                let left = Arc::new(AtomicI64::new(bytes));
                for (from, to, counted) in [(&host, &board, &up), (&board, &host, &down)] {
                    let (from, to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
                    let (left, counted, cuts) = (left.clone(), counted.clone(), cuts.clone());
                    thread::spawn(move || pass(from, to, &left, &counted, &cuts));
                }
            }
        });
        proxy
    }

    /// Connections that were cut.
    pub fn cuts(&self) -> u32 {
        self.cuts.load(Ordering::Relaxed)
    }

    /// Bytes that went to the other side, and that came back.
    pub fn bytes(&self) -> (u64, u64) {
        (
            self.up.load(Ordering::Relaxed),
            self.down.load(Ordering::Relaxed),
        )
    }
}

fn pass(
    mut from: TcpStream,
    mut to: TcpStream,
    left: &AtomicI64,
    counted: &AtomicU64,
    cuts: &AtomicU32,
) {
    let mut buffer = [0; 4096];
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        let had = left.fetch_sub(read as i64, Ordering::Relaxed);
        let passed = read.min(usize::try_from(had).unwrap_or(0));
        counted.fetch_add(passed as u64, Ordering::Relaxed);
        let sent = to.write_all(&buffer[..passed]);
        if passed < read || had == read as i64 {
            if had > 0 {
                cuts.fetch_add(1, Ordering::Relaxed);
            }
            let _ = from.shutdown(Shutdown::Both);
            let _ = to.shutdown(Shutdown::Both);
            return;
        }
        if sent.is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}
