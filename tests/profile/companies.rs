//! A company that was entered twice becomes one, and two again: nobody gains or loses a right to a contract.
use super::data::whole;
use crate::world::World;
use subscription_center::imports::Options;
use testkit::product::Engine;

on_both! {
    companies_become_one_and_two_again
    what_was_given_since_stays
    merged_twice_is_undone_from_the_end
    the_vendors_files_may_go_on_saying_the_old_number
    only_an_administrator_merges_companies
    a_merge_of_companies_is_a_fixed_number_of_statements
}

/// What belongs to which company, as one line each.
async fn state(world: &World) -> Vec<String> {
    let text = "SELECT 'contract ' || number || ' ' || account_id || ' ' || manager_id || ' ' || COALESCE(coordinator_id, 0) FROM contracts
        UNION ALL SELECT 'asset ' || serial || ' ' || account_id || ' ' || COALESCE(coordinator_id, 0) FROM assets
        UNION ALL SELECT 'group ' || name || ' ' || account_id || ' ' || COALESCE(coordinator_id, 0) FROM asset_groups
        UNION ALL SELECT 'cover ' || id || ' ' || account_id FROM covers
        UNION ALL SELECT 'entry ' || id || ' ' || account_id FROM entries
        UNION ALL SELECT 'naming ' || contract_id || ' ' || account_id || ' ' || person_id FROM naming_rights
        UNION ALL SELECT 'member ' || account_id || ' ' || person_id || ' ' || COALESCE(confirmed_at, 0) FROM memberships
        UNION ALL SELECT 'invited ' || account_id || ' ' || person_id FROM invitations
        UNION ALL SELECT 'domain ' || account_id || ' ' || domain FROM account_domains
        UNION ALL SELECT 'account ' || number || ' ' || COALESCE(merged_into, 0) FROM accounts ORDER BY 1";
    world.texts(text).await
}

/// Acme has a group, a dated assignment, somebody invited, a domain of its own and one that Beta has, too.
async fn busy(world: &World) {
    world
        .exec(
            "INSERT INTO asset_groups (id, contract_id, account_id, name, name_key, coordinator_id) VALUES (1, 1, 1, 'G', 'g', 4);
             INSERT INTO spans (level, target_id, person_id, from_at, set_by) VALUES ('group', 1, 4, 1, 0);
             INSERT INTO covers (id, level, target_id, contract_id, account_id, person_id, from_on, state, set_by, change_set)
                VALUES (1, 'asset', 5, 1, 1, 4, '2098-01-01', 'planned', 1, 1);
             INSERT INTO invitations (account_id, person_id, invited_by, invited_at, expires_at) VALUES (1, 7, 1, 1, 9000000000000);
             INSERT INTO account_domains (account_id, domain) VALUES (1, 'acme.example'), (1, 'both.example'), (2, 'both.example')",
        )
        .await;
}

async fn merge(world: &World, who: i64, gone: &str, kept: &str) -> (u16, String) {
    let answer = world.call(who, &format!("POST /vendor/companies/{gone}/merge"), &format!("kept={kept}")).await;
    let location = answer.headers.get("location").map(|v| v.to_str().unwrap().to_owned());
    (answer.status, location.unwrap_or(answer.body))
}

async fn undo(world: &World, who: i64, location: &str) -> u16 {
    let handle = location.split("done=").nth(1).unwrap();
    world.call(who, &format!("POST /change-sets/{handle}/undo"), "").await.status
}

/// What each person sees of Acme's contract.
async fn rights(world: &World) -> Vec<(i64, u16)> {
    let mut all = Vec::new();
    for who in [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13] {
        all.push((who, world.call(who, "GET /api/v1/contracts/100000000001", "").await.status));
    }
    all
}

async fn companies_become_one_and_two_again(world: World) {
    busy(&world).await;
    let (before, may) = (state(&world).await, rights(&world).await);
    let page = world.call(21, "GET /vendor/merge-companies?gone=A-1&kept=A-2", "").await.body;
    assert!(page.contains("Merge Acme into Beta?") && page.contains("2 contracts, with"), "{page}");
    let (status, location) = merge(&world, 21, "A-1", "A-2").await;
    assert!(status == 303 && location.starts_with("/vendor/duplicates?done="), "{status} {location}");
    let after = state(&world).await;
    for line in [
        "contract 100000000001 2 1 0",
        "asset S1 2 3",
        "group G 2 4",
        "cover 1 2",
        "entry 2 2",
        "naming 1 2 4",
        "member 2 7 0",
        "invited 2 7",
        "domain 2 acme.example",
        "account A-1 2",
    ] {
        assert!(after.iter().any(|l| l == line), "{line} is not in {after:#?}");
    }
    let left = after
        .iter()
        .filter(|l| ["member 1 ", "invited 1 ", "domain 1 "].iter().any(|head| l.starts_with(head)))
        .count();
    assert_eq!(left, 0, "{after:#?}");
    assert_eq!(rights(&world).await, may, "nobody gains or loses a right");
    // The number that went leads to the company that stayed.
    let company = world.call(21, "GET /company/A-1/sign-in", "").await;
    assert!(company.status == 200 && company.body.contains("Beta"), "{}", company.body);
    assert!(!world.call(21, "GET /vendor/duplicates", "").await.body.contains("A-1"));
    whole(&world).await;
    // The customer cannot take it back, the vendor can, once.
    assert_eq!(undo(&world, 1, &location).await, 409);
    assert_eq!(undo(&world, 21, &location).await, 303);
    let again = state(&world).await;
    let diff = |a: &[String], b: &[String]| a.iter().filter(|l| !b.contains(l)).cloned().collect::<Vec<_>>();
    assert_eq!(again, before, "missing: {:?}, new: {:?}", diff(&before, &again), diff(&again, &before));
    assert_eq!(rights(&world).await, may);
    assert_eq!(undo(&world, 21, &location).await, 303, "a second press is no error");
    assert_eq!(state(&world).await, before, "and changes nothing");
    whole(&world).await;
}

async fn what_was_given_since_stays(world: World) {
    let (_, location) = merge(&world, 21, "A-1", "A-2").await;
    // Cy of Beta is a colleague now, and gets something.
    let assign = r#"{"coordinator":{"email":"cm@beta.example"},"to":{"serial_numbers":["S5"]}}"#;
    let given = world.call(1, "POST /api/v1/contracts/100000000001/coordinator-assignments", assign).await;
    assert_eq!(given.status, 200, "{}", given.body);
    assert_eq!(undo(&world, 21, &location).await, 303);
    let after = state(&world).await;
    for line in [
        "asset S5 1 12",
        "contract 100000000001 1 1 0",
        "contract 100000000003 2 12 0",
        "member 1 12 1",
        "member 2 12 1",
    ] {
        assert!(after.iter().any(|l| l == line), "{line} is not in {after:#?}");
    }
    assert!(!after.iter().any(|l| l.starts_with("member 2 1 ")), "{after:#?}");
    whole(&world).await;
}

async fn merged_twice_is_undone_from_the_end(world: World) {
    let before = state(&world).await;
    let (_, first) = merge(&world, 21, "A-1", "A-2").await;
    let (status, second) = merge(&world, 21, "A-2", "A-3").await;
    assert_eq!(status, 303, "{second}");
    let all = state(&world).await;
    assert!(all.contains(&"account A-1 3".to_owned()) && all.contains(&"account A-2 3".to_owned()), "{all:#?}");
    assert_eq!(undo(&world, 21, &first).await, 409, "the later one first");
    assert_eq!((undo(&world, 21, &second).await, undo(&world, 21, &first).await), (303, 303));
    assert_eq!(state(&world).await, before);
    whole(&world).await;
}

async fn the_vendors_files_may_go_on_saying_the_old_number(world: World) {
    merge(&world, 21, "A-1", "A-2").await;
    let directory = world.directory("vendors-files");
    let write = |name: &str, text: &str| std::fs::write(directory.join(name), text).unwrap();
    write(
        "accounts.csv",
        "account_number,name,kind,country,domains\nA-1,Acme renamed,customer,GB,acme.example\nA-2,Beta,customer,GB,beta.example\n",
    );
    write(
        "people.csv",
        "email,first_name,last_name,account_numbers,language,role\n\
         cm@acme.example,Ann,Acme,A-1 A-2,en,\nnew@elsewhere.example,New,Acme,A-1,en,\n",
    );
    write(
        "contracts.csv",
        "contract_number,account_number,reseller_account_number,contract_manager_email,start_date,end_date,program,support_tier\n\
         100000000001,A-1,R-1,cm@acme.example,2020-01-01,2099-12-31,maintenance,platinum\n\
         100000000009,A-1,,new@elsewhere.example,2020-01-01,2099-12-31,term,gold\n",
    );
    let options = Options { paths: vec![directory.clone()], ..Options::default() };
    let report = subscription_center::imports::import(&world.app, options).await.unwrap();
    assert_eq!((report.error_count, report.difference_count), (0, 0), "{report:#?}");
    let after = state(&world).await;
    for line in ["contract 100000000001 2 1 0", "account A-1 2", "domain 2 acme.example", "domain 2 beta.example"] {
        assert!(after.iter().any(|l| l == line), "{line} is not in {after:#?}");
    }
    assert!(after.iter().any(|l| l.starts_with("contract 100000000009 2 ")), "{after:#?}");
    assert!(!after.iter().any(|l| l.starts_with("member 1 ") || l.starts_with("domain 1 ")), "{after:#?}");
    whole(&world).await;
}

async fn only_an_administrator_merges_companies(world: World) {
    let before = world.digest().await;
    for (who, status) in [(1, 403), (22, 403), (25, 403), (13, 404), (0, 303)] {
        assert_eq!(merge(&world, who, "A-1", "A-2").await.0, status, "person {who}");
    }
    for (gone, kept) in [("A-1", "A-1"), ("A-1", "R-1"), ("R-1", "R-2")] {
        assert_eq!(merge(&world, 21, gone, kept).await.0, 409, "{gone} into {kept}");
    }
    assert_eq!(merge(&world, 21, "A-1", "nosuch").await.0, 404);
    assert_eq!(world.digest().await, before);
}

async fn a_merge_of_companies_is_a_fixed_number_of_statements(world: World) {
    let run = subscription_center::db::statements_run;
    // The first request of a day does more.
    assert_eq!(world.call(21, "GET /vendor/duplicates", "").await.status, 200);
    let begun = run();
    assert_eq!(merge(&world, 21, "A-2", "A-3").await.0, 303);
    let few = run() - begun;
    let rows: Vec<String> =
        (0..2000).map(|n| format!("({}, 'M{n:05}', 1, 1, 1, NULL, '1', 'network', 1, 4)", 5000 + n)).collect();
    world.exec(&format!("INSERT INTO assets (id, serial, contract_id, account_id, product_id, group_id, release, deployment, seats, coordinator_id) VALUES {}", rows.join(","))).await;
    world.exec("INSERT INTO spans (level, target_id, person_id, from_at, set_by) SELECT 'asset', id, 4, 1, 0 FROM assets WHERE id >= 5000").await;
    let (begun, at) = (run(), std::time::Instant::now());
    assert_eq!(merge(&world, 21, "A-1", "A-3").await.0, 303);
    println!("2,008 assets of 2 contracts moved in {:?}, {few} statements", at.elapsed());
    assert_eq!(run() - begun, few);
    whole(&world).await;
}
