//! Many at once, and requests that are hung up on.
use super::*;

on_both! {
    racing_writers_lose_nothing
    cancelled_requests_lose_nothing
}

async fn racing_writers_lose_nothing(w: World) {
    let w = std::sync::Arc::new(w);
    let rows: Vec<String> = (0..2_000).map(|n| format!("('Q{n:05}', 1, 1, 1, '1', 'network', 1)")).collect();
    let insert = "INSERT INTO assets (serial, contract_id, account_id, product_id, release, deployment, seats) VALUES";
    w.exec(&format!("{insert} {}", rows.join(","))).await;
    let version = w.number("SELECT version FROM contracts WHERE id = 1").await;
    let mut all = Vec::new();
    for writer in 0..8 {
        let w = w.clone();
        all.push(tokio::spawn(async move {
            for round in 0..4 {
                let email = ["sc@acme.example", "user@acme.example", "named@acme.example"][(writer + round) % 3];
                let to = if writer == 0 {
                    json!({"all_assets": true})
                } else {
                    serials(&[&format!("Q{:05}", (writer * 7 + round) % 12)])
                };
                w.assign(to, Some(email)).await;
            }
        }));
    }
    for task in all {
        task.await.unwrap();
    }
    assert_eq!(
        w.number("SELECT version FROM contracts WHERE id = 1").await,
        version + 32,
        "each write moved the version once"
    );
    assert_eq!(w.number("SELECT COUNT(*) FROM audit_events WHERE action = 'coordinator.assign'").await, 32);
    w.assert_history_fits().await;
}

async fn cancelled_requests_lose_nothing(w: World) {
    let started = 100;
    for n in 0..started {
        let email = if n % 2 == 0 { "sc@acme.example" } else { "user@acme.example" };
        let body = json!({"coordinator": {"email": email}, "to": serials(&["S1"])});
        let patience = std::time::Duration::from_micros(137 * (n % 23));
        let _ = tokio::time::timeout(patience, w.post(CM, &format!("{C1}/coordinator-assignments"), body)).await;
    }
    w.assign(serials(&["S2"]), Some("named@acme.example")).await;
    assert_eq!(
        w.number("SELECT COUNT(*) FROM assets WHERE serial = 'S2' AND coordinator_id = 6").await,
        1,
        "seen by others"
    );
    // Writes whose request is gone still run to their end; at no moment is one seen in part.
    let torn =
        "SELECT (SELECT COUNT(*) FROM audit_events WHERE action = 'coordinator.assign') - version + 1 FROM contracts
        WHERE id = 1";
    let (mut done, mut quiet) = (0, 0);
    while quiet < 25 {
        assert_eq!(w.number(torn).await, 0, "each write moved the version and was noted");
        let before = std::mem::replace(&mut done, w.number("SELECT version - 1 FROM contracts WHERE id = 1").await);
        quiet = if before == done { quiet + 1 } else { 0 };
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    println!("{started} requests hung up on, {done} writes began and all of them ended");
    w.assert_history_fits().await;
}
