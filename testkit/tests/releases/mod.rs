//! A release on the imported data: a large file uploaded in parts through a kill, a rehearsal, an announcement that reaches exactly
//! those whom the vendor's own files name, and a download that is resumed and verified. With files in a directory and in a bucket.
mod expected;
mod story;

use serde_json::json;
use story::Story;
use testkit::product::Engine;

/// Parts that are sent before the server is killed.
const BEFORE_THE_KILL: usize = 7;

fn published_announced_and_downloaded(engine: Engine, bucket: bool, presigned: bool) {
    let mut story = Story::begin(engine, bucket, presigned);
    let line = story.busiest_line();
    let release = story.draft(&line);
    let artifact = story.begin_upload(&release);
    story.send_parts(&artifact, BEFORE_THE_KILL);
    let early = story.staff.post(&format!("/api/v1/releases/{release}/publish"), &json!({}));
    assert_eq!((early.status, early.problem()), (409, "artifacts-unready"));
    story.kill_and_start();
    // Begun again, it goes on where it was.
    assert_eq!(story.begin_upload(&release), artifact);
    story.send_parts(&artifact, usize::MAX);
    story.wait_until_ready(&artifact);
    story.staff.post(&format!("/api/v1/releases/{release}/publish"), &json!({})).ok();

    let expected = expected::recipients(&line, story.today());
    let rehearsed = story.rehearse(&release);
    assert_eq!(rehearsed, expected, "the rehearsal names exactly whom the files name");
    let unconfirmed = story.staff.post(&format!("/api/v1/releases/{release}/announce"), &json!({}));
    assert_eq!((unconfirmed.status, unconfirmed.problem()), (409, "confirm-notices"));
    assert_eq!(unconfirmed.number("notices"), expected.len() as u64);
    story.announce(&release, expected.len());
    // The list is frozen: hands that change now change nothing.
    let moved = story.hand_somebody_over(&expected);
    let told = story.told(expected.len());
    assert_eq!(told, expected, "each exactly one mail; {moved} had handed over meanwhile");
    let (email, link) = story.somebody_told();
    assert!(link.ends_with(&format!("/downloads/{release}")), "{link}");
    story.download(&email, &release, presigned);
    let report = story.staff.get(&format!("/api/v1/releases/{release}")).ok().body;
    assert_eq!(report["artifacts"][0]["size"].as_u64(), Some(story.size));
    println!(
        "{engine:?}{}{}: {} people told of {line}, {} MB in {} s of upload, at most {} MB of anonymous memory",
        if bucket { ", S3" } else { "" },
        if presigned { ", presigned" } else { "" },
        expected.len(),
        story.size / 1_000_000,
        story.uploading.as_secs(),
        story.most_memory / 1000
    );
    assert!(story.most_memory < 160_000, "memory is flat: {} kB for a file of {} bytes", story.most_memory, story.size);
    story.end();
}

#[test]
fn a_release_on_sqlite_with_files_in_a_directory() {
    published_announced_and_downloaded(Engine::Sqlite, false, false);
}

#[test]
fn a_release_on_postgres_with_files_in_a_bucket() {
    published_announced_and_downloaded(Engine::Postgres, true, false);
}

#[test]
fn a_release_on_sqlite_with_presigned_links_to_a_bucket() {
    published_announced_and_downloaded(Engine::Sqlite, true, true);
}
