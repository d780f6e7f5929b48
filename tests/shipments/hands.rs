//! Coordinators that change while an order waits, is packed, or has left.
use super::*;

on_both!(
    hands_that_change_before_it_left_ask_again
    hands_that_change_in_part_make_a_second_order
    what_has_left_stays_with_whom_it_was_sent_to
    what_was_cancelled_does_not_come_back_to_former_hands
    what_was_withdrawn_does_not_leave
    the_new_coordinator_does_not_confirm_the_former_ones_address
    approving_and_changing_hands_at_once_never_ships_to_the_wrong_one
);

async fn hands_that_change_before_it_left_ask_again(world: World) {
    lives(&world, COORDINATOR, "Kade 1", 10).await;
    lives(&world, OTHER, "Kade 2", 10).await;
    let number = order(&world, COORDINATOR, &["S1"]).await[0].0.clone();
    approve(&world, &number).await;
    let set = assign(&world, "scn@acme.example", &["S1"]).await;
    // At once: the old one loses sight, nothing can leave, and the new one is shown what waits.
    let see = format!("GET /api/v1/shipments/{number}");
    assert_eq!(call(&world, COORDINATOR, &see, Value::Null).await.0, 404);
    assert!(ok(&world, OTHER, &see, Value::Null).await["waits_for_address"] == false, "it is approved still");
    let (status, no) = ship(&world, &number).await;
    assert_eq!((status, no["type"].as_str().unwrap().rsplit(['/', ':']).next()), (409, Some("hands-changed")));
    // Whoever met it had it settled.
    assert_eq!(state(&world, &number).await, "requested of scn@acme.example for 1, waits");
    let last = mails(&world).await.pop().unwrap();
    assert_eq!(last, format!("order.address to scn@acme.example: Order {number}: is your address right?"));
    assert_eq!(approve(&world, &number).await["refused"][0]["reason"], "address-open");
    ok(&world, OTHER, &format!("POST /api/v1/shipments/{number}/ship-to"), json!({})).await;
    let shown = ok(&world, OTHER, &see, Value::Null).await;
    assert_eq!(shown["ship_to"]["line1"], "Kade 2");
    assert!(
        shown["history"].to_string().contains("Dan Acme became Software Coordinator in place of Cid Acme"),
        "{shown}"
    );
    // The undo gives it back, and asks once more; so does handing everything over.
    ok(&world, MANAGER, &format!("POST /api/v1/change-sets/{set}/undo"), json!({})).await;
    settle(&world).await;
    assert_eq!(state(&world, &number).await, "requested of sc@acme.example for 1, waits");
    let over = json!({"coordinator": {"email": "scn@acme.example"}});
    ok(&world, MANAGER, "POST /api/v1/people/sc@acme.example/hand-over", over).await;
    settle(&world).await;
    assert_eq!(state(&world, &number).await, "requested of scn@acme.example for 1, waits");
    // Clearing lets it fall to the Contract Manager.
    let clear = json!({"coordinator": null, "to": {"serial_numbers": ["S1"]}});
    ok(&world, MANAGER, "POST /api/v1/contracts/100000000001/coordinator-assignments", clear).await;
    settle(&world).await;
    assert_eq!(state(&world, &number).await, "requested of cm@acme.example for 1, waits");
}

async fn hands_that_change_in_part_make_a_second_order(world: World) {
    lives(&world, COORDINATOR, "Kade 1", 10).await;
    assign(&world, "sc@acme.example", &["S2", "S5"]).await;
    let number = order(&world, COORDINATOR, &["S1", "S2", "S5"]).await[0].0.clone();
    approve(&world, &number).await;
    assign(&world, "scn@acme.example", &["S2"]).await;
    assign(&world, "cm@acme.example", &["S5"]).await;
    settle(&world).await;
    assert_eq!(state(&world, &number).await, "requested of sc@acme.example for 1");
    let all = ok(&world, FULFILMENT, "GET /api/v1/shipments?state=address", Value::Null).await;
    let mut new: Vec<String> = Vec::new();
    for one in all["items"].as_array().unwrap() {
        new.push(state(&world, one["number"].as_str().unwrap()).await);
    }
    new.sort();
    assert_eq!(new, ["requested of cm@acme.example for 1, waits", "requested of scn@acme.example for 1, waits"]);
    // What went to somebody else, and goes on to a third one, does not touch what was left behind and is packed.
    approve(&world, &number).await;
    assign(&world, "cm@acme.example", &["S2"]).await;
    settle(&world).await;
    assert_eq!(state(&world, &number).await, "approved of sc@acme.example for 1");
    // A second look changes nothing.
    let before = world.number("SELECT COUNT(*) FROM shipment_events").await;
    world.exec("UPDATE jobs SET state = 'waiting', run_at = 0 WHERE kind = 'shipments.settle'").await;
    settle(&world).await;
    assert_eq!(world.number("SELECT COUNT(*) FROM shipment_events").await, before);
}

async fn what_has_left_stays_with_whom_it_was_sent_to(world: World) {
    lives(&world, COORDINATOR, "Kade 1", 10).await;
    let number = order(&world, COORDINATOR, &["S1"]).await[0].0.clone();
    approve(&world, &number).await;
    ship(&world, &number).await;
    assign(&world, "scn@acme.example", &["S1"]).await;
    assert_eq!(world.number("SELECT COUNT(*) FROM jobs WHERE kind = 'shipments.settle'").await, 0);
    assert_eq!(state(&world, &number).await, "shipped of sc@acme.example for 1");
    let see = format!("GET /api/v1/shipments/{number}");
    assert_eq!(call(&world, COORDINATOR, &see, Value::Null).await.0, 200);
    assert_eq!(call(&world, OTHER, &see, Value::Null).await.0, 404);
}

async fn what_was_cancelled_does_not_come_back_to_former_hands(world: World) {
    lives(&world, COORDINATOR, "Kade 1", 10).await;
    let number = order(&world, COORDINATOR, &["S1"]).await[0].0.clone();
    let cancel = format!("POST /api/v1/shipments/{number}/cancel");
    ok(&world, COORDINATOR, &cancel, json!({})).await;
    assign(&world, "scn@acme.example", &["S1"]).await;
    for who in [COORDINATOR, MANAGER] {
        let (status, no) = call(&world, who, &cancel, json!({"undo": true})).await;
        assert!(status == 404 || no["type"].as_str().unwrap().ends_with("order-over"), "{who}: {status} {no}");
    }
    assert_eq!(state(&world, &number).await, "cancelled of sc@acme.example for 1");
}

async fn what_was_withdrawn_does_not_leave(world: World) {
    lives(&world, COORDINATOR, "Kade 1", 10).await;
    let number = order(&world, COORDINATOR, &["S1"]).await[0].0.clone();
    world.exec("UPDATE releases SET state = 'withdrawn' WHERE id = 1").await;
    assert_eq!(approve(&world, &number).await["refused"][0]["reason"], "release-withdrawn");
    world.exec("UPDATE releases SET state = 'published' WHERE id = 1").await;
    approve(&world, &number).await;
    world.exec("UPDATE releases SET state = 'withdrawn' WHERE id = 1").await;
    let (status, no) = ship(&world, &number).await;
    assert!(status == 409 && no["type"].as_str().unwrap().ends_with("release-withdrawn"), "{no}");
    assert_eq!(state(&world, &number).await, "approved of sc@acme.example for 1");
}

/// In the minute before the order is settled.
async fn the_new_coordinator_does_not_confirm_the_former_ones_address(world: World) {
    lives(&world, COORDINATOR, "Kade 1", 500).await;
    lives(&world, OTHER, "Kade 2", 500).await;
    let number = order(&world, COORDINATOR, &["S1"]).await[0].0.clone();
    assign(&world, "scn@acme.example", &["S1"]).await;
    let ship_to = format!("POST /api/v1/shipments/{number}/ship-to");
    assert_eq!(refused(&world, OTHER, &ship_to, json!({})).await, "hands-changed");
    let old = "SELECT COUNT(*) FROM shipping_addresses d WHERE d.person_id = 4 AND d.checked_at < (SELECT MAX(h.requested_at) FROM shipments h)";
    assert_eq!(world.number(old).await, 1, "nobody has said that it is right");
    settle(&world).await;
    ok(&world, OTHER, &ship_to, json!({})).await;
    assert_eq!(world.number(old).await, 0);
    let shown = ok(&world, OTHER, &format!("GET /api/v1/shipments/{number}"), Value::Null).await;
    assert_eq!(shown["ship_to"]["line1"], "Kade 2");
}

/// Whichever comes first: what is approved or shipped goes to whoever coordinated then, and everything else asks again.
async fn approving_and_changing_hands_at_once_never_ships_to_the_wrong_one(world: World) {
    lives(&world, COORDINATOR, "Kade 1", 10).await;
    lives(&world, OTHER, "Kade 2", 10).await;
    for round in 0..12 {
        world
            .exec("UPDATE shipments SET state = 'cancelled' WHERE id > 4; UPDATE assets SET coordinator_id = 3 WHERE id = 1")
            .await;
        world.exec("UPDATE spans SET person_id = 3 WHERE level = 'asset' AND target_id = 1 AND until_at IS NULL").await;
        let number = order(&world, COORDINATOR, &["S1"]).await[0].0.clone();
        approve(&world, &number).await;
        let (shipped, _) = tokio::join!(ship(&world, &number), assign(&world, "scn@acme.example", &["S1"]));
        settle(&world).await;
        let state = state(&world, &number).await;
        let expected = match shipped.0 {
            200 => "shipped of sc@acme.example for 1",
            _ => "requested of scn@acme.example for 1, waits",
        };
        assert_eq!(state, expected, "round {round}");
    }
}
