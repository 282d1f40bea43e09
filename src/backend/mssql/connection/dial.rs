//! A server's name -> an open socket: every address is tried, and the first that answers is taken.

use std::io;
use std::net::{SocketAddr, TcpStream as Socket};
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use tokio::net::{TcpStream, lookup_host};
use tokio::task::JoinSet;

use super::super::target::Server;

/// How long an address may be silent before the next one is tried as well, as in RFC 8305.
const HEAD_START: Duration = Duration::from_millis(250);

/// A server that says nothing for so long is asked every second whether it is still there, as Microsoft's drivers do.
const SILENCE: Duration = Duration::from_secs(30);
const AGAIN: Duration = Duration::from_secs(1);
/// How long it may leave unconfirmed what it was sent.
#[cfg(target_os = "linux")]
const UNCONFIRMED: Duration = Duration::from_secs(60);

/// The socket, and the same socket once more for those who only want to look at it.
pub(super) async fn dial(server: &Server, all_at_once: bool) -> io::Result<(TcpStream, Socket)> {
    let addresses = lookup_host((server.host.as_str(), server.port)).await?;
    let stream = first(addresses, if all_at_once { Duration::ZERO } else { HEAD_START }).await?;
    stream.set_nodelay(true)?;
    notice_its_end(&stream)?;
    let socket = stream.into_std()?;
    Ok((TcpStream::from_std(socket.try_clone()?)?, socket))
}

/// Ends the connection when the server has gone without a word: where `Command Timeout` is 0, whoever reads would wait for ever.
fn notice_its_end(stream: &TcpStream) -> io::Result<()> {
    let socket = SockRef::from(stream);
    socket.set_tcp_keepalive(&TcpKeepalive::new().with_time(SILENCE).with_interval(AGAIN))?;
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(Some(UNCONFIRMED))?;
    Ok(())
}

/// The first connection that comes about; those that come too late are closed.
async fn first(addresses: impl Iterator<Item = SocketAddr>, head_start: Duration) -> io::Result<TcpStream> {
    let mut attempts = JoinSet::new();
    for (position, address) in (0_u32..).zip(addresses) {
        attempts.spawn(async move {
            tokio::time::sleep(head_start * position).await;
            TcpStream::connect(address).await
        });
    }
    let mut failure = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    while let Some(attempt) = attempts.join_next().await {
        match attempt? {
            Ok(stream) => return Ok(stream),
            Err(error) => failure = error,
        }
    }
    Err(failure)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run<T>(work: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
    }

    #[test]
    fn an_address_that_refuses_does_not_stop_the_others() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let open = listener.local_addr().unwrap();
        let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        run(async {
            let stream = first([closed, open].into_iter(), Duration::from_millis(1)).await.unwrap();
            assert_eq!(stream.peer_addr().unwrap(), open);
            assert_eq!(
                first([closed].into_iter(), HEAD_START).await.unwrap_err().kind(),
                io::ErrorKind::ConnectionRefused
            );
            assert!(first(std::iter::empty(), HEAD_START).await.is_err());
        });
    }

    #[test]
    fn the_second_socket_sees_when_the_first_has_ended() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Server { host: "localhost".to_owned(), port: listener.local_addr().unwrap().port() };
        let (stream, socket) = run(dial(&server, true)).unwrap();
        assert!(SockRef::from(&stream).keepalive().unwrap());
        let (peer, _) = listener.accept().unwrap();
        assert_eq!(socket.peek(&mut [0]).unwrap_err().kind(), io::ErrorKind::WouldBlock);
        drop(peer);
        std::thread::sleep(Duration::from_millis(50));
        assert_eq!(socket.peek(&mut [0]).unwrap(), 0);
    }
}
