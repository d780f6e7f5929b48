//! Once a month: what is still the manager's by default, and whether coordinators still are.
use super::office::{Office, heads, secret};
use axum::body::Body;
use axum::http::Request;
use subscription_center::web;
use testkit::product::Engine;
use tower::ServiceExt;

async fn post(office: &Office, path: &str) -> u16 {
    let token = subscription_center::auth::secret::form_token("anonymous");
    let request =
        Request::builder().method("POST").uri(path).header("content-type", "application/x-www-form-urlencoded");
    let request = request.body(Body::from(format!("csrf={token}"))).unwrap();
    web::router(office.app.clone()).oneshot(request).await.unwrap().status().as_u16()
}

/// Nothing in the first month of an installation; then one mail for each manager, and a question a year for each coordinator.
pub async fn monthly(engine: Engine) {
    let mut office = Office::open(engine, false).await;
    office.go_live().await;
    office.begin_work(office.to_sink());
    office.later().await;
    assert_eq!(office.number("SELECT COUNT(*) FROM notices").await, 0, "the first month is let pass");
    let turn = || async {
        office.product.clock.advance_days(31);
        office.ask_to_sign_in("nobody@of.example").await;
        office.later().await;
    };
    turn().await;
    let mails = office.since(0);
    assert_eq!(
        heads(&mails),
        [
            ("elena", "5 serial numbers are still yours by default"),
            ("tomas", "Do you still coordinate this serial number?")
        ]
    );
    assert!(
        mails[0].headers.contains_key("list-unsubscribe") && mails[0].text.contains("/coordinators"),
        "{}",
        mails[0].text
    );
    let path = format!("/still-coordinator/{}", secret(&mails[1].text, "/still-coordinator/"));
    assert_eq!(post(&office, &path).await, 200);
    assert_eq!(office.texts("SELECT answer FROM role_checks").await, ["yes"]);
    assert_eq!(office.number("SELECT COUNT(*) FROM people WHERE id = 3 AND seen_at IS NOT NULL").await, 1);
    assert_eq!(post(&office, &format!("{path}/no")).await, 200);
    assert_eq!(post(&office, "/still-coordinator/nosuch/no").await, 404);
    office.idle().await;
    assert_eq!(heads(&office.since(2)), [("elena", "Tomás Brandt no longer coordinates 1 serial number")]);

    // Once a month, and asked once a year; nothing for whoever assigned them.
    office.app.wake();
    office.later().await;
    assert_eq!(office.since(3).len(), 0);
    office.exec("UPDATE contracts SET coordinator_id = 1").await;
    turn().await;
    assert_eq!(office.since(3).len(), 0, "named, and asked less than a year ago");
    office.end_work().await;
}
