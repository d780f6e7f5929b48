//! A company's provider that must not be trusted with its tongue.
use serde_json::json;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::Sender;

/// What it tells whoever asks.
pub const ACCESS: &str = "canary-access-token-c3d9";

/// A provider that answers, and refuses every code with all that it knows. What it was told goes to the test, too.
pub fn loose_provider(told: Sender<String>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let issuer = format!("http://{}", listener.local_addr().expect("an address"));
    let own = issuer.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut reader = BufReader::new(stream.try_clone().expect("a socket"));
            let (mut head, mut length) = (String::new(), 0);
            while reader.read_line(&mut head).is_ok_and(|n| n > 2) {
                let line = head.lines().last().unwrap_or_default().to_ascii_lowercase();
                length = line.strip_prefix("content-length:").map_or(length, |n| n.trim().parse().unwrap_or(0));
            }
            let mut body = vec![0; length];
            let _ = reader.read_exact(&mut body);
            let at = |path: &str| format!("{own}{path}");
            let (status, answer) = match head.split(' ').nth(1).unwrap_or_default() {
                "/.well-known/openid-configuration" => (
                    "200 OK",
                    json!({"issuer": own,
                    "authorization_endpoint": at("/authorize"), "token_endpoint": at("/token"), "jwks_uri": at("/jwks"),
                    "response_types_supported": ["code"], "subject_types_supported": ["public"],
                    "id_token_signing_alg_values_supported": ["RS256"]}),
                ),
                "/jwks" => ("200 OK", json!({"keys": []})),
                _ => {
                    let body = String::from_utf8_lossy(&body).into_owned();
                    let repeated = format!("{body} {ACCESS}");
                    let _ = told.send(body);
                    (
                        "400 Bad Request",
                        json!({"error": "invalid_grant", "error_description": repeated, "access_token": ACCESS}),
                    )
                }
            };
            let answer = answer.to_string();
            let _ = write!(
                stream,
                "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{answer}",
                answer.len()
            );
        }
    });
    issuer
}
