//! Naming users, step by step against a reference model: who may name whom, end access, undo, remove, ask and decide. After
//! each step what people can do over the API is what the model says.
//!
//! NAMING_STEPS (900) and MODEL_SEED (1) in the environment change the run. A divergence prints how to repeat it.

mod pages;
mod run;
mod steps;

use run::Run;
use std::time::Instant;
use testkit::product::Engine;

/// A new world after so many steps: whoever was removed comes back as invited only.
const STEPS_PER_WORLD: u64 = 300;

/// What must have happened at least once in a whole run.
const HAPPENED: [&str; 32] = [
    "named: one",
    "named: many",
    "named: by a coordinator",
    "named: added",
    "named: somebody new",
    "named: somebody of another company",
    "named: unchanged",
    "named: some left out",
    "refused: not_an_address",
    "refused: no_serial_number",
    "refused: unknown_serial_number",
    "refused: name_own_serial_numbers",
    "refused: others_access",
    "ended",
    "ended: by a coordinator",
    "right: given",
    "right: taken",
    "undo",
    "undo: by the coordinator who named",
    "undo: of an undo",
    "undo: kept",
    "undo: gone",
    "undo: others' serial numbers",
    "removed",
    "removal refused",
    "asked: given",
    "asked: declined",
    "asked: by the coordinator of the serial number",
    "asked: not theirs to decide",
    "403 not-allowed",
    "404 not-found",
    "409 contract-lapsed",
];

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |value| value.parse().unwrap_or_else(|e| panic!("{name}={value}: {e}")))
}

fn naming_on(engine: Engine) {
    let (steps, seed) = (setting("NAMING_STEPS", 900), setting("MODEL_SEED", 1));
    let (began, mut tally, mut done) = (Instant::now(), run::Tally::default(), 0);
    while done < steps {
        let part = STEPS_PER_WORLD.min(steps - done);
        let mut run = Run::start(engine, seed.wrapping_mul(1_000).wrapping_add(done / STEPS_PER_WORLD), tally);
        for step in 1..=part {
            run.step(step);
        }
        tally = run.finish();
        done += part;
    }
    let seconds = began.elapsed().as_secs();
    println!("{engine:?}: {done} steps in {seconds} s, seed {seed}, {} comparisons, no divergence", tally.comparisons);
    for (name, count) in &tally.happened {
        println!("{count:>8}  {name}");
    }
    let missing: Vec<_> = HAPPENED.iter().filter(|name| !tally.happened.contains_key(**name)).collect();
    assert!(missing.is_empty(), "never happened: {missing:?}");
}

#[test]
fn naming_on_sqlite() {
    naming_on(Engine::Sqlite);
}

#[test]
fn naming_on_postgres() {
    naming_on(Engine::Postgres);
}
