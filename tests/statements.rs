//! Each SQL text is understood by both databases. Without PostgreSQL this fails; `./test` starts one.
use subscription_center::db::Db;
use testkit::product::{Engine, Product};

async fn prepare_all(engine: Engine) {
    let product = Product::new(engine);
    let db = Db::open(product.database()).await.unwrap();
    let all = subscription_center::statements();
    let mut wrong = Vec::new();
    for statement in &all {
        if let Err(e) = db.check(statement).await {
            wrong.push(format!("{e}\n{}", statement.text()));
        }
    }
    assert!(wrong.is_empty(), "{} of {} statements:\n{}", wrong.len(), all.len(), wrong.join("\n\n"));
    println!("{} statements prepared on {engine:?}", all.len());
    db.close().await;
}

#[tokio::test]
async fn each_prepares_on_sqlite() {
    prepare_all(Engine::Sqlite).await;
}

#[tokio::test]
async fn each_prepares_on_postgres() {
    prepare_all(Engine::Postgres).await;
}
