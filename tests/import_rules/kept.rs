//! What a later import leaves as it is, beside what the main test shows. Set up past the product, on PostgreSQL.
use super::place::{Place, edit, psql, written};
use subscription_center::imports::Options;
use testkit::product::Engine;
use testkit::table::Table;

/// Whoever has signed in minds the own name; somebody invited has to accept; a dated assignment is for a time only.
#[tokio::test(flavor = "multi_thread")]
async fn people_and_dated_assignments() {
    let place = Place::new(Engine::Postgres).await;
    let (world, files) = written(&place, "world");
    place.import_from(&files).await;
    let (signed_in, other, invited) = (&world.people[1].email, &world.people[2].email, &world.people[3].email);
    let work = format!(
        "UPDATE people SET signed_in_at = 1 WHERE email_key = lower('{signed_in}');
         UPDATE memberships SET confirmed_at = NULL
            WHERE person_id = (SELECT id FROM people WHERE email_key = lower('{invited}'));
         INSERT INTO covers (level, target_id, contract_id, account_id, from_on, until_on, person_id, under_id, state, set_by,
            change_set) SELECT 'contract', id, id, account_id, '2026-01-01', '2099-01-01', manager_id, coordinator_id,
            'active', 0, 0 FROM contracts WHERE number = '{0}';
         UPDATE spans SET until_at = from_at WHERE level = 'contract' AND target_id = (
            SELECT id FROM contracts WHERE number = '{0}');
         INSERT INTO spans (level, target_id, person_id, from_at, set_by) SELECT 'contract', id, manager_id, 1, 0
            FROM contracts WHERE number = '{0}';
         UPDATE contracts SET coordinator_id = manager_id WHERE number = '{0}'",
        world.contracts[0].number
    );
    psql(place.product.database(), &work);
    let before = place.export("before").await;
    let again = place.import_from(&files).await;
    assert_eq!((again.updated.values().sum::<u64>(), again.differences.as_slice()), (0, &[][..]), "{again:#?}");
    for email in [signed_in, other] {
        edit(&files, "people.csv", email, "last_name", "Renamed");
        edit(&files, "people.csv", email, "language", "pl");
    }
    let report = place.import_from(&files).await;
    assert_eq!(report.updated["people"], 1);
    let names = |directory| Table::read(&std::path::Path::join(directory, "people.csv")).map("email", "last_name");
    let (was, now) = (names(&before), names(&place.export("now").await));
    assert_eq!((&now[signed_in], now[other].as_str()), (&was[signed_in], "Renamed"));
    psql(
        place.product.database(),
        "DO $$ BEGIN ASSERT (SELECT COUNT(*) FROM memberships WHERE confirmed_at IS NULL) > 0; END $$",
    );
}

/// The version of a contract moves where something on it changed, and nowhere else.
#[tokio::test(flavor = "multi_thread")]
async fn versions_of_untouched_contracts() {
    let place = Place::new(Engine::Postgres).await;
    let (world, files) = written(&place, "world");
    place.import_from(&files).await;
    let serial = &world.assets.iter().find(|a| a.contract == 1).unwrap().serial;
    edit(&files, "products.csv", "10024", "name", "Another name");
    edit(&files, "assets.csv", serial, "release", "2099");
    edit(&files, "contracts.csv", &world.contracts[2].number, "support_tier", "standard");
    place.import(Options { paths: vec![files], ..Options::default() }).await;
    let moved = format!(
        "DO $$ BEGIN ASSERT (SELECT string_agg(number, ' ' ORDER BY number) FROM contracts WHERE version = 2)
            = '{}'; ASSERT (SELECT COUNT(*) FROM contracts WHERE version > 2) = 0; END $$",
        {
            let mut numbers = [&world.contracts[1].number, &world.contracts[2].number].map(String::as_str);
            numbers.sort_unstable();
            numbers.join(" ")
        }
    );
    psql(place.product.database(), &moved);
}
