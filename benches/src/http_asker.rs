//! Asks a server over HTTP/1.1, one question after the other on connections that are kept.

use anyhow::{Context, Result, bail, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Bytes that are read at once.
const READ_BYTES: usize = 64 * 1024;

/// A connection that is kept.
#[derive(Debug)]
pub struct HttpAsker {
    stream: TcpStream,
    host: String,
    buffer: Vec<u8>,
}

impl HttpAsker {
    /// Connects to a server.
    ///
    /// # Errors
    /// When there is none.
    pub async fn connect(address: &str) -> Result<HttpAsker> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(HttpAsker {
            stream,
            host: address.to_owned(),
            buffer: Vec::with_capacity(READ_BYTES),
        })
    }

    /// Asks for a path. Gives the body.
    ///
    /// # Errors
    /// When the answer is not 200 with a length, or the connection ends.
    pub async fn get(&mut self, path: &str) -> Result<&[u8]> {
        let request = format!("GET {path} HTTP/1.1\r\nhost: {}\r\n\r\n", self.host);
        self.stream.write_all(request.as_bytes()).await?;
        self.buffer.clear();
        loop {
            if let Some(body) = whole(&self.buffer)? {
                let len = self.buffer.len();
                ensure!(body.end == len, "more than one answer");
                return Ok(&self.buffer[body]);
            }
            let read = self.stream.read_buf(&mut self.buffer).await?;
            ensure!(read > 0, "the server ended the connection");
        }
    }
}

/// Where the body is, once all of it is there.
fn whole(answer: &[u8]) -> Result<Option<std::ops::Range<usize>>> {
    let Some(head) = answer.windows(4).position(|four| four == b"\r\n\r\n") else {
        return Ok(None);
    };
    let text = std::str::from_utf8(&answer[..head])?;
    if !text.starts_with("HTTP/1.1 200 ") {
        bail!("{text}");
    }
    let length = text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then_some(value)
    });
    let length: usize = length.context("no length")?.trim().parse()?;
    let (begin, end) = (head + 4, head + 4 + length);
    Ok((answer.len() >= end).then_some(begin..end))
}
