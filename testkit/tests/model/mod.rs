//! Random steps against a running product; each answer must be the reference model's.
//!
//! MODEL_STEPS (20,000) and MODEL_SEED (1) in the environment change the run. A divergence prints how to repeat it.

mod choose;
mod run;
mod steps;

use run::{Run, Tally};
use std::time::Instant;
use testkit::product::Engine;

/// A new world after so many steps, so that contracts run out again and again.
const STEPS_PER_WORLD: u64 = 5_000;

/// What must have happened at least once in a whole run.
const ACTIONS: [&str; 27] = [
    "assign: all_assets",
    "assign: group, keep",
    "assign: group, replace",
    "assign: matching",
    "assign: serial_numbers",
    "assign: whole_contract, keep",
    "assign: whole_contract, replace",
    "assign: clear",
    "assign: invite a new person",
    "assign: invite a person of another company",
    "assign: the manager",
    "assign: dated, begins today",
    "assign: dated, planned",
    "assign: from a day on, for good",
    "assign: on a contract in its grace",
    "preview",
    "if_state holds",
    "hand-over",
    "hand-over: a dated one",
    "undo",
    "undo: of an undo",
    "undo: of a hand-over",
    "undo: of a dated one",
    "undo: some reverted, some kept",
    "replay with the same key",
    "clock moved",
    "seen and not seen",
];
const REFUSALS: [&str; 14] = [
    "401 sign-in",
    "403 not-allowed",
    "404 not-found",
    "409 contract-lapsed",
    "409 dates-overlap",
    "409 items-refused: not_found",
    "409 items-refused: other_contract",
    "409 not-undoable",
    "409 nothing-selected",
    "409 unknown-coordinator",
    "412 changed",
    "422 idempotency-key-reused",
    "422 invalid",
    "undo: contract_lapsed",
];

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |value| value.parse().unwrap_or_else(|e| panic!("{name}={value}: {e}")))
}

fn model_on(engine: Engine) {
    let (steps, seed) = (setting("MODEL_STEPS", 20_000), setting("MODEL_SEED", 1));
    let (began, mut tally, mut done) = (Instant::now(), Tally::default(), 0);
    while done < steps {
        let part = STEPS_PER_WORLD.min(steps - done);
        let world = done / STEPS_PER_WORLD;
        let mut run = Run::start(engine, seed.wrapping_mul(1_000).wrapping_add(world), tally);
        for step in 1..=part {
            run.step(step);
        }
        tally = run.finish();
        done += part;
    }
    let seconds = began.elapsed().as_secs();
    println!("{engine:?}: {done} steps in {seconds} s, seed {seed}, {} comparisons, no divergence", tally.comparisons);
    tally.print_and_require(&ACTIONS, &REFUSALS);
}

#[test]
fn model_on_sqlite() {
    model_on(Engine::Sqlite);
}

#[test]
fn model_on_postgres() {
    model_on(Engine::Postgres);
}
