//! Any request -> "hello": actix-web with nothing behind it, started as the gateway starts it. What it reaches on a machine
//! is what the gateway's small requests are compared with.

use std::net::TcpListener;

use actix_web::{App, HttpServer, web};

fn main() -> std::io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("http://{}/", listener.local_addr()?);
    actix_web::rt::System::new().block_on(async {
        let application = || App::new().default_service(web::route().to(async || "hello"));
        HttpServer::new(application).listen(listener)?.run().await
    })
}
