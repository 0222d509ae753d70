use tusk::prelude::*;

/// Prints, and says what of the machine it can see.
#[fujsen]
fn look() -> Value {
    println!("printed\nby a guest");
    eprintln!("a complaint");
    json!({
        "files": std::fs::read_dir("/").is_ok() || std::fs::read("/etc/hostname").is_ok(),
        "variables": std::env::vars().count(),
        "arguments": std::env::args().count(),
        "sockets": std::net::TcpStream::connect("127.0.0.1:22").is_ok() || std::net::TcpListener::bind("127.0.0.1:0").is_ok(),
        "clock": std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).is_ok(),
    })
}

tusk::export!(look);
