//! Mails about assignments for some days.
use super::*;

/// Dated: the mail says the days, and so does the one that takes it back before it began.
pub async fn dated(engine: Engine) {
    let mut office = Office::open(engine, false).await;
    office.go_live().await;
    office.begin_work(office.to_sink());
    let outcome = office
        .assign(json!({"coordinator": {"email": "maya@of.example"}, "to": {"serial_numbers": ["S1"]}, "from": "2026-12-01", "until": "2026-12-05"}))
        .await;
    office.later().await;
    let mails = office.since(0);
    assert_eq!(
        heads(&mails),
        [
            ("elena", "1 serial number changes hands on 1 Dec 2026"),
            ("maya", "You coordinate 1 serial number from 1 Dec 2026"),
            ("tomas", "Maya Lindqvist takes over 1 serial number on 1 Dec 2026"),
        ]
    );
    assert!(mails[2].text.contains("On 5 Dec 2026 it returns to you."), "{}", mails[2].text);
    let undo = office.undo(&outcome).await;
    office.later().await;
    assert_eq!(
        heads(&office.since(3)),
        [
            ("elena", "1 serial number does not change hands on 1 Dec 2026"),
            ("maya", "1 serial number stays with Tomás Brandt"),
            ("tomas", "You keep 1 serial number (contract 110448270013)"),
        ]
    );
    // The undo of that makes it again.
    let again = office.undo_of(undo.change_set.as_deref().unwrap()).await;
    office.later().await;
    let mails = office.since(6);
    let opening = |mail: &testkit::mail::Mail| {
        let lines = mail.text.lines().take_while(|line| !line.is_empty());
        lines.collect::<Vec<_>>().join(" ")
    };
    let openings: Vec<String> = mails.iter().map(opening).collect();
    let days = "from 1 Dec 2026 until 5 Dec 2026, as planned before.";
    assert_eq!(
        openings,
        [
            format!("You undid a change of 1 serial number at Ostrava & Finch: it goes to Maya Lindqvist {days}"),
            format!("Elena Ostrava undid a change: you coordinate 1 serial number at Ostrava & Finch {days}"),
            format!(
                "Elena Ostrava undid a change of 1 serial number at Ostrava & Finch: it goes from you to Maya Lindqvist {days}"
            ),
        ]
    );
    office.undo_of(again.change_set.as_deref().unwrap()).await;
    office.later().await;
    let mails = office.since(9);
    assert_eq!(heads(&mails)[1], ("maya", "1 serial number stays with Tomás Brandt"));
    // One that has begun changes hands back.
    let outcome = office
        .assign(json!({"coordinator": {"email": "maya@of.example"}, "to": {"serial_numbers": ["S1"]}, "until": "2026-12-05"}))
        .await;
    office.later().await;
    office.undo(&outcome).await;
    office.later().await;
    let mails = office.since(15);
    assert_eq!(heads(&mails)[1], ("maya", "Tomás Brandt took over 1 serial number from you"));
    assert_eq!(heads(&mails)[2], ("tomas", "You now coordinate 1 serial number (contract 110448270013)"));
    office.end_work().await;
}
