//! Assigning, handing over and undoing, asked through the API on both databases: levels, what stays, what returns, races.
mod races;
mod undo;
use crate::world::World;
use serde_json::{Value, json};
use testkit::product::Engine;

const C1: &str = "/api/v1/contracts/100000000001";
const CM: i64 = 1;

on_both! {
    the_nearest_level_wins
    replace_clears_what_lies_below_and_undo_brings_it_back
    the_same_key_has_one_effect
    a_lost_race_is_shown
    dated_assignments_lie_over_undated_ones
    hand_over_leaves_nothing_behind
    hand_over_of_what_lies_ahead_tells_both
    an_unknown_person_is_invited_and_has_no_rights_yet
    refusals_come_in_order
    a_coordinator_sees_and_does_not_assign
}

impl World {
    async fn post(&self, who: i64, path: &str, body: Value) -> (u16, Value) {
        let answer = self.call(who, &format!("POST {path}"), &body.to_string()).await;
        (answer.status, serde_json::from_str(&answer.body).unwrap_or(Value::Null))
    }

    /// Assigns as the manager, and expects it to be done.
    async fn assign(&self, to: Value, email: Option<&str>) -> Value {
        let coordinator = email.map_or(Value::Null, |email| json!({"email": email}));
        let body = json!({"coordinator": coordinator, "to": to});
        let (status, answer) = self.post(CM, &format!("{C1}/coordinator-assignments"), body).await;
        assert_eq!(status, 200, "{answer}");
        answer
    }

    async fn undo(&self, set: &Value) -> Value {
        let (status, answer) = self
            .post(CM, &format!("/api/v1/change-sets/{}/undo", set["change_set"].as_str().unwrap()), json!({}))
            .await;
        assert_eq!(status, 200, "{answer}");
        answer
    }

    /// So many days from today.
    fn day(&self, days: i32) -> String {
        self.app.clock().moment().today.plus(days).to_string()
    }

    /// Coordinator and source of a serial number: `sc@acme.example asset`.
    async fn who(&self, serial: &str) -> String {
        self.who_on(serial, "").await
    }

    async fn who_on(&self, serial: &str, on: &str) -> String {
        let answer = self.call(CM, &format!("GET /api/v1/assets/{serial}{on}"), "").await;
        let asset: Value = serde_json::from_str(&answer.body).unwrap();
        let part = |name: &str| asset["coordinator"][name].as_str().unwrap_or("?").to_owned();
        format!("{} {}", part("email"), part("source"))
    }

    /// Each assignment in force is its level's one open span, and no two spans of a target overlap.
    async fn assert_history_fits(&self) {
        for (level, table) in [("asset", "assets"), ("group", "asset_groups"), ("contract", "contracts")] {
            let unfit = format!(
                "SELECT COUNT(*) FROM {table} t WHERE (SELECT COUNT(*) FROM spans s WHERE s.level = '{level}' AND s.target_id = t.id
                 AND s.until_at IS NULL AND s.person_id = t.coordinator_id) <> CASE WHEN t.coordinator_id IS NULL THEN 0 ELSE 1 END"
            );
            assert_eq!(self.number(&unfit).await, 0, "{level}");
        }
        let overlap = "SELECT COUNT(*) FROM spans x JOIN spans y ON x.target_id = y.target_id AND x.level = y.level AND x.id < y.id
            AND x.until_at > y.from_at AND y.until_at > x.from_at";
        assert_eq!(self.number(overlap).await, 0);
    }
}

fn serials(serials: &[&str]) -> Value {
    json!({"serial_numbers": serials})
}

const WHOLE_KEEP: fn() -> Value = || json!({"whole_contract": true, "overrides": "keep"});
const WHOLE_REPLACE: fn() -> Value = || json!({"whole_contract": true, "overrides": "replace"});

async fn the_nearest_level_wins(w: World) {
    w.exec("INSERT INTO asset_groups (id, contract_id, account_id, name, name_key) VALUES (1, 1, 1, 'Göteborg', 'goteborg');
            UPDATE assets SET group_id = 1 WHERE id = 5").await;
    assert_eq!(w.who("S5").await, "cm@acme.example contract_manager");
    w.assign(WHOLE_KEEP(), Some("user@acme.example")).await;
    assert_eq!(w.who("S5").await, "user@acme.example contract");
    w.assign(json!({"group": "GÖTEBORG", "overrides": "keep"}), Some("named@acme.example")).await;
    assert_eq!(w.who("S5").await, "named@acme.example group");
    w.assign(serials(&["S5"]), Some("sc@acme.example")).await;
    assert_eq!(w.who("S5").await, "sc@acme.example asset");
    w.assign(serials(&["S5"]), None).await;
    assert_eq!(w.who("S5").await, "named@acme.example group");
    w.assign(json!({"group": "Göteborg", "overrides": "keep"}), None).await;
    w.assign(WHOLE_KEEP(), None).await;
    assert_eq!(w.who("S5").await, "cm@acme.example contract_manager");
    // A manager who coordinates something himself or herself has an assignment like any other.
    w.assign(serials(&["S5"]), Some("CM@ACME.example")).await;
    assert_eq!(w.who("S5").await, "cm@acme.example asset");
    w.assert_history_fits().await;
}

async fn replace_clears_what_lies_below_and_undo_brings_it_back(w: World) {
    let before = w.who("S1").await;
    let set = w.assign(WHOLE_REPLACE(), Some("user@acme.example")).await;
    for serial in ["S1", "S2", "S3", "S4", "S5"] {
        assert_eq!(w.who(serial).await, "user@acme.example contract");
    }
    assert_eq!((set["changed"].as_u64(), set["unchanged"].as_u64()), (Some(1), Some(0)));
    let undone = w.undo(&set).await;
    assert_eq!(undone["kept"], 0, "{undone}");
    // S4's coordinator has no sign-in any more, and cannot get it back.
    assert_eq!(undone["refused"], json!([{"serial_number": "S4", "reason": "gone"}]));
    assert_eq!(w.who("S1").await, before);
    assert_eq!(w.who("S4").await, "cm@acme.example contract_manager");
    w.assert_history_fits().await;
}

async fn the_same_key_has_one_effect(w: World) {
    let path = format!("POST {C1}/coordinator-assignments");
    let body = json!({"coordinator": {"email": "user@acme.example"}, "to": serials(&["S1"])}).to_string();
    let first = w.call_with(CM, &path, &[("idempotency-key", "k")], &body).await;
    w.assign(serials(&["S1"]), Some("sc@acme.example")).await;
    let again = w.call_with(CM, &path, &[("idempotency-key", "k")], &body).await;
    assert_eq!((again.status, &again.body), (200, &first.body), "the stored answer");
    assert_eq!(w.who("S1").await, "sc@acme.example asset", "and no second effect");
    let other = body.replace("S1", "S2");
    let reused = w.call_with(CM, &path, &[("idempotency-key", "k")], &other).await;
    assert_eq!(reused.status, 422, "{}", reused.body);
    // Another contract is another route.
    let elsewhere = format!("POST {}/coordinator-assignments", C1.replace("0001", "0002"));
    let body = json!({"coordinator": null, "to": serials(&["T1"])}).to_string();
    assert_eq!(w.call_with(2, &elsewhere, &[("idempotency-key", "k")], &body).await.status, 200);
}

async fn a_lost_race_is_shown(w: World) {
    let version = w.call(CM, &format!("GET {C1}"), "").await.headers["etag"].to_str().unwrap().to_owned();
    let preview = json!({"coordinator": {"email": "user@acme.example"}, "to": serials(&["S1", "S2"]), "preview": true});
    let (_, seen) = w.post(CM, &format!("{C1}/coordinator-assignments"), preview).await;
    w.assign(serials(&["S2"]), Some("named@acme.example")).await;
    let late =
        json!({"coordinator": {"email": "user@acme.example"}, "to": serials(&["S1", "S2"]), "if_state": seen["state"]});
    let (status, problem) = w.post(CM, &format!("{C1}/coordinator-assignments"), late).await;
    assert_eq!((status, &problem["changed_since"]), (412, &json!(["S2"])), "{problem}");
    // Somebody else's serial numbers are no race.
    let other =
        json!({"coordinator": {"email": "user@acme.example"}, "to": serials(&["S1"]), "if_state": seen["state"]});
    assert_eq!(w.post(CM, &format!("{C1}/coordinator-assignments"), other).await.0, 200);
    let body = json!({"coordinator": null, "to": serials(&["S1"])}).to_string();
    let stale = w.call_with(CM, &format!("POST {C1}/coordinator-assignments"), &[("if-match", &version)], &body).await;
    assert_eq!(stale.status, 412, "{}", stale.body);
}

async fn dated_assignments_lie_over_undated_ones(w: World) {
    let day = |n| w.day(n);
    let dated = |from: Option<i32>, until: Option<i32>| {
        let mut body = json!({"coordinator": {"email": "user@acme.example"}, "to": serials(&["S1"])});
        if let Some(from) = from {
            body["from"] = json!(day(from));
        }
        if let Some(until) = until {
            body["until"] = json!(day(until));
        }
        body
    };
    let path = format!("{C1}/coordinator-assignments");
    assert_eq!(w.post(CM, &path, dated(None, Some(5))).await.0, 200);
    assert_eq!(w.who("S1").await, "user@acme.example asset", "begins at once");
    w.assign(serials(&["S1"]), Some("named@acme.example")).await;
    assert_eq!(w.who("S1").await, "user@acme.example asset", "an undated one goes beneath");
    assert_eq!(w.who_on("S1", &format!("?on={}", day(4))).await, "user@acme.example asset");
    assert_eq!(w.who_on("S1", &format!("?on={}", day(5))).await, "named@acme.example asset", "and returns on the day");
    let (status, problem) = w.post(CM, &path, dated(Some(4), Some(6))).await;
    assert_eq!((status, &problem["type"]), (409, &json!("/problems/dates-overlap")));
    let (status, planned) = w.post(CM, &path, dated(Some(5), None)).await;
    assert_eq!(status, 200, "{planned}");
    assert_eq!(w.who_on("S1", &format!("?on={}", day(5))).await, "user@acme.example asset");
    assert_eq!(w.undo(&planned).await["reverted"], 1);
    assert_eq!(w.who_on("S1", &format!("?on={}", day(9))).await, "named@acme.example asset");
    for (from, until) in [(Some(-1), None), (Some(3), Some(3)), (None, Some(0))] {
        assert_eq!(w.post(CM, &path, dated(from, until)).await.0, 422, "{from:?} {until:?}");
    }
    w.assert_history_fits().await;
}

async fn hand_over_leaves_nothing_behind(w: World) {
    w.assign(serials(&["S2", "S3", "S4"]), Some("sc@acme.example")).await;
    w.assign(WHOLE_KEEP(), Some("sc@acme.example")).await;
    let path = format!("{C1}/coordinator-assignments");
    let dated = json!({"coordinator": {"email": "sc@acme.example"}, "to": serials(&["S5"]), "from": w.day(3), "until": w.day(5)});
    assert_eq!(w.post(CM, &path, dated).await.0, 200);
    let to = |preview: bool| json!({"coordinator": {"email": "user@acme.example"}, "preview": preview});
    let hand_over = "/api/v1/people/sc@acme.example/hand-over";
    let (_, seen) = w.post(CM, hand_over, to(true)).await;
    let (status, done) = w.post(CM, hand_over, to(false)).await;
    assert_eq!(status, 200, "{done}");
    assert_eq!(
        (&seen["changed"], &done["changed"]),
        (&json!(6), &json!(6)),
        "four serial numbers, the contract, a dated one"
    );
    assert_eq!(seen["notices"], done["notices"]);
    for serial in ["S1", "S2", "S3", "S4"] {
        assert_eq!(w.who(serial).await, "user@acme.example asset");
    }
    assert_eq!(w.who("S5").await, "user@acme.example contract");
    assert_eq!(w.who_on("S5", &format!("?on={}", w.day(4))).await, "user@acme.example asset");
    let (status, nothing) = w.post(CM, hand_over, to(false)).await;
    assert_eq!((status, &nothing["type"]), (409, &json!("/problems/nothing-selected")));
    // The manager hands over what is the manager's by default, one by one.
    w.undo(&done).await;
    w.assign(WHOLE_KEEP(), None).await;
    let (status, done) = w.post(CM, "/api/v1/people/cm@acme.example/hand-over", to(false)).await;
    assert_eq!((status, &done["changed"]), (200, &json!(1)), "{done}");
    assert_eq!(w.who("S5").await, "user@acme.example asset");
    w.assert_history_fits().await;
}

async fn hand_over_of_what_lies_ahead_tells_both(w: World) {
    let ahead = json!({"coordinator": {"email": "user@acme.example"}, "to": serials(&["S5"]), "from": w.day(3)});
    assert_eq!(w.post(CM, &format!("{C1}/coordinator-assignments"), ahead).await.0, 200);
    for preview in [true, false] {
        let body = json!({"coordinator": {"email": "named@acme.example"}, "preview": preview});
        let (_, answer) = w.post(CM, "/api/v1/people/user@acme.example/hand-over", body).await;
        assert_eq!((&answer["changed"], &answer["notices"]), (&json!(1), &json!(3)), "both and the manager: {answer}");
    }
}

async fn an_unknown_person_is_invited_and_has_no_rights_yet(w: World) {
    let path = format!("{C1}/coordinator-assignments");
    for email in ["nobody@acme.example", "cm@foreign.example"] {
        let unnamed = json!({"coordinator": {"email": email}, "to": serials(&["S1"])});
        let (status, problem) = w.post(CM, &path, unnamed).await;
        assert_eq!(
            (status, &problem["type"]),
            (409, &json!("/problems/unknown-coordinator")),
            "the same answer for both"
        );
    }
    let named = json!({"coordinator": {"email": "cm@foreign.example", "first_name": "Max", "last_name": "F"}, "to": serials(&["S1"])});
    assert_eq!(w.post(CM, &path, named).await.0, 200);
    assert_eq!(w.who("S1").await, "cm@foreign.example asset");
    assert_eq!(w.call(13, "GET /api/v1/assets/S1", "").await.status, 404, "not before accepting");
    let explained = w.call(CM, "GET /api/v1/explain?serial_number=S1", "").await.body;
    let explained: Value = serde_json::from_str(&explained).unwrap();
    let told: Vec<&str> =
        explained["recipients"].as_array().unwrap().iter().map(|r| r["email"].as_str().unwrap()).collect();
    assert_eq!(told, ["cm@foreign.example", "cm@acme.example"], "until then the manager is told, too");
    assert_eq!(w.number("SELECT COUNT(*) FROM invitations WHERE person_id = 13 AND account_id = 1").await, 1);
}

async fn refusals_come_in_order(w: World) {
    let path = format!("{C1}/coordinator-assignments");
    let ask = async |coordinator: Value, to: Value| {
        let (status, problem) = w.post(CM, &path, json!({"coordinator": coordinator, "to": to})).await;
        format!("{status} {}", problem["type"].as_str().unwrap_or_default())
    };
    let user = || json!({"email": "user@acme.example"});
    assert_eq!(ask(json!({"email": "x"}), serials(&["S1"])).await, "422 /problems/invalid");
    assert_eq!(ask(user(), serials(&[])).await, "409 /problems/nothing-selected");
    assert_eq!(ask(user(), json!({"matching": {}})).await, "422 /problems/invalid");
    assert_eq!(ask(user(), json!({"matching": {"q": " "}})).await, "422 /problems/invalid");
    assert_eq!(ask(user(), json!({"all_assets": false})).await, "422 /problems/invalid");
    assert_eq!(ask(user(), json!({"group": "none", "overrides": "keep"})).await, "422 /problems/invalid");
    assert_eq!(ask(user(), serials(&["S1", "F1", "nosuch"])).await, "409 /problems/items-refused");
    let (_, problem) = w.post(CM, &path, json!({"coordinator": user(), "to": serials(&["S1", "F1", "nosuch"])})).await;
    let reasons =
        json!([{"serial_number": "F1", "reason": "not_found"}, {"serial_number": "nosuch", "reason": "not_found"}]);
    assert_eq!(problem["refused"], reasons, "another company's serial number does not exist");
    assert_eq!(w.who("S1").await, "sc@acme.example asset", "nothing is half done");
    w.exec("UPDATE contracts SET end_on = '2020-02-01' WHERE id = 1").await;
    assert_eq!(ask(json!({"email": "nobody@acme.example"}), serials(&["S1"])).await, "409 /problems/contract-lapsed");
}

async fn a_coordinator_sees_and_does_not_assign(w: World) {
    let body = json!({"coordinator": {"email": "user@acme.example"}, "to": serials(&["S1"])});
    let (status, problem) = w.post(3, &format!("{C1}/coordinator-assignments"), body.clone()).await;
    assert_eq!(status, 403);
    assert_eq!(
        problem["who_can"],
        json!([{"role": "Contract Manager", "name": "Ann Acme", "email": "cm@acme.example"}])
    );
    // A right that was taken away is gone with the next request.
    let naming = json!({"coordinator": {"email": "sc@acme.example"}, "to": serials(&["S1"]), "may_name_users": true});
    let (status, answer) = w.post(CM, &format!("{C1}/coordinator-assignments"), naming).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(w.number("SELECT COUNT(*) FROM naming_rights WHERE person_id = 3").await, 1);
    w.undo(&answer).await;
    assert_eq!(w.number("SELECT COUNT(*) FROM naming_rights WHERE person_id = 3").await, 0);
    w.exec("UPDATE contracts SET manager_id = 2 WHERE id = 1").await;
    assert_eq!(w.post(CM, &format!("{C1}/coordinator-assignments"), body).await.0, 404);
}
