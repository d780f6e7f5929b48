//! What an undo takes back, what it leaves alone and why.
use super::*;

on_both! {
    undo_keeps_what_changed_since
    undo_of_an_undo_brings_it_back
    undo_of_an_undo_brings_the_dates_back
    dates_that_are_taken_do_not_come_back
    what_is_left_can_be_undone_later
    nothing_is_undone_of_nothing
    undo_refuses_who_is_gone
}

async fn undo_keeps_what_changed_since(w: World) {
    let first = w.assign(serials(&["S1", "S5"]), Some("user@acme.example")).await;
    w.assign(serials(&["S5"]), Some("named@acme.example")).await;
    let undone = w.undo(&first).await;
    assert_eq!((&undone["reverted"], &undone["kept"]), (&json!(1), &json!(1)));
    assert_eq!(
        (w.who("S1").await, w.who("S5").await),
        ("sc@acme.example asset".into(), "named@acme.example asset".into())
    );
    // Changed back by hand is changed since, too.
    let first = w.assign(serials(&["S2"]), Some("user@acme.example")).await;
    w.assign(serials(&["S2"]), Some("sc@acme.example")).await;
    w.assign(serials(&["S2"]), Some("user@acme.example")).await;
    assert_eq!(w.undo(&first).await["kept"], 1);
    assert_eq!(w.who("S2").await, "user@acme.example asset");
}

async fn undo_of_an_undo_brings_it_back(w: World) {
    let first = w.assign(serials(&["S1"]), Some("user@acme.example")).await;
    let second = w.assign(serials(&["S1"]), Some("named@acme.example")).await;
    let undo = w.undo(&second).await;
    assert_eq!(w.who("S1").await, "user@acme.example asset");
    // What was undone no longer counts as a change since.
    assert_eq!(w.undo(&first).await["reverted"], 1);
    assert_eq!(w.who("S1").await, "sc@acme.example asset");
    let (status, problem) =
        w.post(CM, &format!("/api/v1/change-sets/{}/undo", first["change_set"].as_str().unwrap()), json!({})).await;
    assert_eq!((status, &problem["type"]), (409, &json!("/problems/not-undoable")));
    let again = w.assign(serials(&["S2"]), Some("user@acme.example")).await;
    let undo_again = w.undo(&again).await;
    assert_eq!(w.undo(&undo_again).await["reverted"], 1);
    assert_eq!(w.who("S2").await, "user@acme.example asset");
    assert_eq!(w.undo(&undo).await["kept"], 1, "S1 was changed since");
    w.assert_history_fits().await;
}

async fn undo_refuses_who_is_gone(w: World) {
    let set = w.assign(serials(&["S1"]), None).await;
    assert_eq!(w.who("S1").await, "cm@acme.example contract_manager");
    w.exec("UPDATE people SET deactivated_at = 5 WHERE id = 3").await;
    let undone = w.undo(&set).await;
    assert_eq!(
        undone,
        json!({"change_set": null, "reverted": 0, "kept": 0, "refused": [{"serial_number": "S1", "reason": "gone"}]})
    );
    w.exec(
        "UPDATE people SET deactivated_at = NULL WHERE id = 3; UPDATE contracts SET end_on = '2020-02-01' WHERE id = 1",
    )
    .await;
    assert_eq!(w.undo(&set).await["refused"], json!([{"serial_number": "S1", "reason": "contract_lapsed"}]));
}

/// A dated assignment is taken back and made again as often as somebody undoes, before it begins and while it lasts.
async fn undo_of_an_undo_brings_the_dates_back(w: World) {
    for (from, until) in [(1, 9), (0, 9)] {
        let (on, out) = (format!("?on={}", w.day(2)), format!("?on={}", w.day(10)));
        let body = json!({"coordinator": {"email": "user@acme.example"}, "to": serials(&["S1"]),
            "from": w.day(from), "until": w.day(until)});
        let (status, mut set) = w.post(CM, &format!("{C1}/coordinator-assignments"), body).await;
        assert_eq!(status, 200, "{set}");
        for expected in ["sc@acme.example asset", "user@acme.example asset", "sc@acme.example asset"] {
            set = w.undo(&set).await;
            assert_eq!((&set["reverted"], &set["kept"]), (&json!(1), &json!(0)));
            assert_eq!(w.who_on("S1", &on).await, expected);
            assert_eq!(w.who_on("S1", &out).await, "sc@acme.example asset");
            let now = if from == 0 { expected } else { "sc@acme.example asset" };
            assert_eq!(w.who("S1").await, now);
        }
        w.assert_history_fits().await;
    }
}

/// Another dated assignment that was made since stands in the way of one that was taken back.
async fn dates_that_are_taken_do_not_come_back(w: World) {
    let dated = |email: &str, from, until| json!({"coordinator": {"email": email}, "to": serials(&["S1"]), "from": w.day(from), "until": w.day(until)});
    let path = format!("{C1}/coordinator-assignments");
    let first = w.post(CM, &path, dated("user@acme.example", 3, 6)).await.1;
    let undo = w.undo(&first).await;
    assert_eq!(w.post(CM, &path, dated("named@acme.example", 5, 8)).await.0, 200);
    assert_eq!(w.undo(&undo).await["kept"], 1);
    assert_eq!(w.who_on("S1", &format!("?on={}", w.day(5))).await, "named@acme.example asset");
}

/// What could not go back at first can later; only then is the set undone.
async fn what_is_left_can_be_undone_later(w: World) {
    let set = w.assign(serials(&["S1", "S2"]), Some("user@acme.example")).await;
    w.exec("UPDATE people SET deactivated_at = 5 WHERE id = 3").await;
    let numbers = |undone: &Value| (undone["reverted"].clone(), undone["kept"].clone(), undone["refused"].clone());
    assert_eq!(numbers(&w.undo(&set).await), (json!(1), json!(0), json!([{"serial_number": "S1", "reason": "gone"}])));
    w.exec("UPDATE people SET deactivated_at = NULL WHERE id = 3").await;
    assert_eq!(numbers(&w.undo(&set).await), (json!(1), json!(1), json!([])));
    let path = format!("/api/v1/change-sets/{}/undo", set["change_set"].as_str().unwrap());
    assert_eq!(w.post(CM, &path, json!({})).await.1["type"], "/problems/not-undoable");
}

async fn nothing_is_undone_of_nothing(w: World) {
    let set = w.assign(serials(&["S1"]), Some("sc@acme.example")).await;
    assert_eq!(set["changed"], 0);
    assert_eq!(w.undo(&set).await, json!({"change_set": null, "reverted": 0, "kept": 0, "refused": []}));
    let listed = w.call(CM, "GET /contracts/100000000001/activity", "").await.body;
    assert!(!listed.contains(set["change_set"].as_str().unwrap()), "what changed nothing is no news: {listed}");
}
