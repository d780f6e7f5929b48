//! A process that is told to end does, whatever its clients do.
use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};
use testkit::product::{Engine, Product};

/// Longer than the product waits for its clients.
const AT_MOST: Duration = Duration::from_secs(20);

#[test]
fn a_client_that_never_finishes_does_not_hold_the_end_up() {
    let product = Product::new(Engine::Sqlite);
    let server = product.serve();
    let address = server.base.strip_prefix("http://").expect("http").to_owned();
    let silent = TcpStream::connect(&address).expect("connect");
    let mut slow = TcpStream::connect(&address).expect("connect");
    slow.write_all(b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nemail=").expect("half a request");
    std::thread::sleep(Duration::from_millis(200));
    let begun = Instant::now();
    server.stop();
    println!("ended {:?} after it was told to, with two clients that hold on", begun.elapsed());
    assert!(begun.elapsed() < AT_MOST);
    drop((silent, slow));
}
