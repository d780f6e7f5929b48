//! Two records of one human become one, and two again: nothing is lost either way.
use super::data::whole;
use crate::world::World;
use subscription_center::db::statements_run;
use testkit::product::Engine;

on_both! {
    everything_moves_and_comes_back
    a_merge_meets_an_assignment
    only_an_administrator_merges
    an_old_address_leads_to_the_one_who_stays
    duplicates_are_found
    a_merge_is_a_fixed_number_of_statements
}

/// Who holds what, as one line each.
async fn state(world: &World) -> Vec<String> {
    let text = "SELECT 'asset ' || serial || ' ' || COALESCE(coordinator_id, 0) FROM assets
        UNION ALL SELECT 'contract ' || number || ' ' || manager_id || ' ' || COALESCE(coordinator_id, 0) FROM contracts
        UNION ALL SELECT 'group ' || name || ' ' || COALESCE(coordinator_id, 0) FROM asset_groups
        UNION ALL SELECT 'cover ' || id || ' ' || COALESCE(person_id, 0) || ' ' || COALESCE(under_id, 0) FROM covers
        UNION ALL SELECT 'naming ' || contract_id || ' ' || person_id FROM naming_rights
        UNION ALL SELECT 'member ' || account_id || ' ' || person_id || ' ' || COALESCE(confirmed_at, 0) FROM memberships
        UNION ALL SELECT 'person ' || id FROM people WHERE deactivated_at IS NULL
        UNION ALL SELECT 'entry ' || person_id || ' ' || contract_id || CASE WHEN all_assets = TRUE THEN ' all' ELSE '' END
            || CASE WHEN releases = TRUE THEN ' releases' ELSE '' END || CASE WHEN extensions = TRUE THEN ' extensions' ELSE '' END
            FROM entries WHERE ended_at IS NULL ORDER BY 1";
    world.texts(text).await
}

async fn merge(world: &World, who: i64, gone: &str, kept: &str) -> (u16, String) {
    let answer = world.call(who, &format!("POST /vendor/people/{gone}/merge"), &format!("kept={kept}")).await;
    let location = answer.headers.get("location").map(|v| v.to_str().unwrap().to_owned());
    (answer.status, location.unwrap_or(answer.body))
}

/// Dan (4) also manages a contract, coordinates a group and another contract, has access, and a dated assignment ahead.
async fn busy(world: &World) {
    world
        .exec(
            "UPDATE contracts SET manager_id = 4 WHERE id = 2; UPDATE spans SET person_id = 4 WHERE level = 'manager' AND target_id = 2;
             INSERT INTO asset_groups (id, contract_id, account_id, name, name_key, coordinator_id) VALUES (1, 1, 1, 'G', 'g', 4);
             UPDATE contracts SET coordinator_id = 4 WHERE id = 1;
             INSERT INTO spans (level, target_id, person_id, from_at, set_by) VALUES ('group', 1, 4, 1, 0), ('contract', 1, 4, 1, 0);
             INSERT INTO entries (id, person_id, contract_id, account_id, all_assets, releases, extensions, support, learning, set_by, from_at)
                VALUES (3, 4, 1, 1, FALSE, FALSE, TRUE, TRUE, TRUE, 1, 1);
             INSERT INTO entry_assets (entry_id, asset_id) VALUES (3, 2);
             INSERT INTO covers (id, level, target_id, contract_id, account_id, person_id, from_on, state, set_by, change_set)
                VALUES (1, 'asset', 5, 1, 1, 4, '2098-01-01', 'planned', 1, 1);",
        )
        .await;
}

async fn everything_moves_and_comes_back(world: World) {
    busy(&world).await;
    let before = state(&world).await;
    let page = world.call(21, "GET /vendor/merge?gone=h4&kept=h6", "").await.body;
    for part in [
        "Contract Manager of 100000000002",
        "Software Coordinator of 1 group",
        "the whole contract 100000000001",
        "May name users on 100000000001",
    ] {
        assert!(page.contains(part), "{part} is not in\n{page}");
    }
    let (status, location) = merge(&world, 21, "h4", "h6").await;
    assert!(status == 303 && location.starts_with("/people/h6?done="), "{status} {location}");
    let after = state(&world).await;
    for line in [
        "asset S2 6",
        "contract 100000000001 1 6",
        "contract 100000000002 6 0",
        "group G 6",
        "cover 1 6 0",
        "naming 1 6",
        "entry 6 1 extensions",
    ] {
        assert!(after.iter().any(|l| l.starts_with(line)), "{line} is not in {after:#?}");
    }
    let left =
        after.iter().filter(|l| l.split(' ').skip(1).any(|part| part == "4") && !l.starts_with("member")).count();
    assert_eq!(left, 0, "{after:#?}");
    assert_eq!(world.texts("SELECT a.serial FROM entries e JOIN entry_assets x ON x.entry_id = e.id JOIN assets a ON a.id = x.asset_id
        WHERE e.person_id = 6 AND e.ended_at IS NULL ORDER BY 1").await, ["S1", "S2"], "the union of both");
    assert_eq!(world.call(4, "GET /account", "").await.status, 303, "the one who went is signed out");
    whole(&world).await;
    let handle = location.split("done=").nth(1).unwrap().to_owned();
    // The customer cannot take it back, the vendor can, once.
    let undo = format!("POST /change-sets/{handle}/undo");
    assert_eq!(world.call(1, &undo, "").await.status, 409);
    assert_eq!(world.call(21, &undo, "").await.status, 303);
    let again = state(&world).await;
    let diff = |a: &[String], b: &[String]| a.iter().filter(|l| !b.contains(l)).cloned().collect::<Vec<_>>();
    assert_eq!(again, before, "missing: {:?}, new: {:?}", diff(&before, &again), diff(&again, &before));
    whole(&world).await;
}

async fn a_merge_meets_an_assignment(world: World) {
    let assign = r#"{"coordinator":{"email":"scn@acme.example"},"to":{"serial_numbers":["S5"]}}"#;
    let (merged, assigned) = tokio::join!(
        merge(&world, 21, "h4", "h6"),
        world.call(1, "POST /api/v1/contracts/100000000001/coordinator-assignments", assign)
    );
    assert_eq!(merged.0, 303, "{}", merged.1);
    let holder = world.number("SELECT COALESCE(coordinator_id, 0) FROM assets WHERE serial = 'S5'").await;
    match assigned.status {
        200 => assert_eq!(holder, 6, "what was given before goes along"),
        _ => assert_eq!(holder, 0, "{}", assigned.body),
    }
    assert_eq!(world.number("SELECT COUNT(*) FROM assets WHERE coordinator_id = 4").await, 0);
    whole(&world).await;
}

async fn only_an_administrator_merges(world: World) {
    let before = world.digest().await;
    for (who, status) in [(1, 403), (22, 403), (25, 403), (13, 404), (0, 303)] {
        assert_eq!(merge(&world, who, "h4", "h6").await.0, status, "person {who}");
    }
    for (gone, kept) in [("h4", "h4"), ("h4", "h9"), ("h4", "h22"), ("h9", "h4")] {
        assert_eq!(merge(&world, 21, gone, kept).await.0, 409, "{gone} into {kept}");
    }
    assert_eq!(world.call(1, "GET /vendor/duplicates", "").await.status, 403);
    assert_eq!(world.call(22, "GET /vendor/duplicates", "").await.status, 200);
    assert_eq!(world.digest().await, before);
}

async fn an_old_address_leads_to_the_one_who_stays(world: World) {
    merge(&world, 21, "h4", "h6").await;
    world.call(0, "POST /sign-in", "email=scn%40acme.example").await;
    super::data::worked(
        &world,
        "SELECT COUNT(*) FROM notices WHERE kind = 'sign_in_link' AND address = 'named@acme.example'",
    )
    .await;
    assert_eq!(world.number("SELECT COUNT(*) FROM notices WHERE kind = 'sign_in_link' AND person_id = 4").await, 0);
    // Nobody else gets the address.
    world.exec("UPDATE people SET signed_in_at = 1").await;
    assert_eq!(world.call(5, "POST /account/email", "email=scn%40acme.example").await.status, 303);
    assert_eq!(world.number("SELECT COUNT(*) FROM notices WHERE kind = 'change_email_new'").await, 0);
}

async fn duplicates_are_found(world: World) {
    world
        .exec(
            "UPDATE people SET first_key = 'dan' WHERE id = 3; UPDATE people SET email = 'user+1@acme.example', email_key = 'user+1@acme.example' WHERE id = 6;
             INSERT INTO account_domains (account_id, domain) VALUES (1, 'acme.example'), (2, 'acme.example')",
        )
        .await;
    let page = world.call(21, "GET /vendor/duplicates", "").await.body;
    for part in [
        "the same name in one company",
        "one mailbox",
        "/vendor/merge?gone=h4&amp;kept=h3",
        "/vendor/merge?gone=h6&amp;kept=h5",
        "Both have the domain acme.example",
    ] {
        assert!(page.contains(part), "{part} is not in\n{page}");
    }
    assert!(!page.contains("h13"), "a stranger is nobody's double");
}

/// Two people who have nothing but access: one to one contract, the other to a thousand.
async fn with_access_to(world: &World, person: i64, contracts: i64) {
    let first = 10_000 * person;
    world
        .exec(&format!(
            "INSERT INTO people (id, handle, email, email_key, first_name, last_name, first_key, last_key, sort_key, language, theme, version)
                VALUES ({person}, 'h{person}', 'p{person}@acme.example', 'p{person}@acme.example', 'P', 'P', 'p', 'p', 'p{person}', 'en', 'system', 1);
             INSERT INTO memberships (account_id, person_id, confirmed_at) VALUES (1, {person}, 1);"
        ))
        .await;
    let many = |row: &dyn Fn(i64) -> String| (0..contracts).map(row).collect::<Vec<_>>().join(",");
    let numbered = many(&|n| {
        format!("({}, '2{:011}', 1, 1, 'term', 'gold', '2020-01-01', '2099-12-31', 1, 1)", first + n, first + n)
    });
    world.exec(&format!("INSERT INTO contracts (id, number, account_id, manager_id, program, support_tier, start_on, end_on, version, changed_at) VALUES {numbered}")).await;
    let spans = many(&|n| format!("('manager', {}, 1, 1, 0)", first + n));
    world.exec(&format!("INSERT INTO spans (level, target_id, person_id, from_at, set_by) VALUES {spans}")).await;
    let entries =
        many(&|n| format!("({}, {person}, {}, 1, TRUE, TRUE, FALSE, TRUE, TRUE, 1, 1)", first + n, first + n));
    world.exec(&format!("INSERT INTO entries (id, person_id, contract_id, account_id, all_assets, releases, extensions, support, learning, set_by, from_at) VALUES {entries}")).await;
}

async fn a_merge_is_a_fixed_number_of_statements(world: World) {
    // 2,000 assets go in one merge: each item is written by the same statements as one.
    let rows: Vec<String> =
        (0..2000).map(|n| format!("({}, 'M{n:05}', 1, 1, 1, NULL, '1', 'network', 1, 4)", 5000 + n)).collect();
    world.exec(&format!("INSERT INTO assets (id, serial, contract_id, account_id, product_id, group_id, release, deployment, seats, coordinator_id) VALUES {}", rows.join(","))).await;
    world.exec("INSERT INTO spans (level, target_id, person_id, from_at, set_by) SELECT 'asset', id, 4, 1, 0 FROM assets WHERE id >= 5000").await;
    with_access_to(&world, 101, 1).await;
    with_access_to(&world, 102, 1_000).await;
    // The first request of a day also changes hands.
    world.call(21, "GET /vendor/duplicates", "").await;
    let mut counts = Vec::new();
    for gone in ["h101", "h102", "h4"] {
        let (before, begun) = (statements_run(), std::time::Instant::now());
        assert_eq!(merge(&world, 21, gone, "h6").await.0, 303);
        counts.push(statements_run() - before);
        println!("{gone} merged in {:?}", begun.elapsed());
    }
    println!("statements to merge 1 entry, 1,000 entries, 2,001 assets: {counts:?}");
    assert_eq!(counts, [counts[0]; 3]);
    assert_eq!(world.number("SELECT COUNT(*) FROM assets WHERE coordinator_id = 6").await, 2001);
    let open = "SELECT COUNT(*) FROM entries WHERE person_id = 6 AND ended_at IS NULL";
    assert_eq!(world.number(open).await, 1_002);
    whole(&world).await;
}
