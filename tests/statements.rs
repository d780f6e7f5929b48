//! Each SQL text is understood by both databases. Without PostgreSQL this fails; `./test` starts one.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]
use subscription_center::db::Db;

async fn prepare_all(url: &str) {
    let db = Db::open(url).await.unwrap();
    let all = subscription_center::statements();
    let mut wrong = Vec::new();
    for statement in &all {
        if let Err(e) = db.check(statement).await {
            wrong.push(format!("{e}\n{}", statement.text()));
        }
    }
    assert!(wrong.is_empty(), "{} of {} statements:\n{}", wrong.len(), all.len(), wrong.join("\n\n"));
    println!("{} statements prepared", all.len());
    db.close().await;
}

#[tokio::test]
async fn each_prepares_on_sqlite() {
    let directory = testkit::product::temp_dir("statements");
    prepare_all(&format!("sqlite:{}", directory.path().join("db").display())).await;
}

#[tokio::test]
async fn each_prepares_on_postgres() {
    prepare_all(&testkit::product::postgres_database("statements").await).await;
}
