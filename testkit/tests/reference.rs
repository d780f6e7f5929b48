//! The reference model says what the rule book says: the cases that the rule book itself spells out.
use jiff::civil::Date;
use testkit::model::{Assign, HandOver, Model, Named, Pick, Target, To};
use testkit::product::FIRST_DAY;
use testkit::world;

/// Contract 0, whose manager is person 0; its fifth asset is in group 0, whose coordinator is person 3.
const CONTRACT: usize = 0;
const MANAGER: usize = 0;
const GROUPED: usize = 4;

fn day(after: i32) -> Date {
    FIRST_DAY.saturating_add(jiff::Span::new().days(after))
}

fn named(model: &Model, person: usize) -> Named {
    Named { email: model.world.people[person].email.to_uppercase(), name: None }
}

fn assign(model: &mut Model, person: Option<usize>, to: To, from: Option<i32>, until: Option<i32>) -> usize {
    let coordinator = person.map(|p| named(model, p));
    let request = Assign { contract: CONTRACT, coordinator, to, from: from.map(day), until: until.map(day) };
    let plan = model.plan_assign(MANAGER, &request).expect("allowed");
    model.apply(plan, String::new());
    model.sets.len() - 1
}

/// Returns how many were reverted and kept.
fn undo(model: &mut Model, set: usize) -> (u64, u64) {
    let plan = model.plan_undo(MANAGER, set).expect("allowed");
    let numbers = (plan.changed, plan.kept);
    model.apply(plan, String::new());
    numbers
}

fn one(asset: usize) -> To {
    To::Serials([Pick::Asset(asset)].into())
}

fn who(model: &Model, asset: usize, on: i32) -> (usize, &'static str) {
    let resolved = model.resolve(asset, day(on));
    (resolved.person, resolved.source)
}

#[test]
fn the_nearest_of_four_levels_wins() {
    let mut model = Model::new(world::small(), FIRST_DAY);
    assert_eq!(who(&model, GROUPED, 0), (3, "group"));
    assign(&mut model, Some(5), one(GROUPED), None, None);
    assert_eq!(who(&model, GROUPED, 0), (5, "asset"));
    assign(&mut model, Some(6), To::WholeContract { replace: false }, None, None);
    assert_eq!(who(&model, GROUPED, 0), (5, "asset"));
    assert_eq!(who(&model, 1, 0), (6, "contract"));
    assign(&mut model, None, To::WholeContract { replace: true }, None, None);
    assert_eq!(who(&model, GROUPED, 0), (MANAGER, "contract_manager"));
}

#[test]
fn a_dated_one_lies_over_the_undated_one() {
    let mut model = Model::new(world::small(), FIRST_DAY);
    assign(&mut model, Some(5), one(GROUPED), Some(2), Some(4));
    let seen = |model: &Model| [1, 2, 3, 4].map(|on| who(model, GROUPED, on).0);
    assert_eq!(seen(&model), [3, 5, 5, 3]);
    model.advance(3);
    assign(&mut model, Some(7), one(GROUPED), None, None);
    assert_eq!(who(&model, GROUPED, 3), (5, "asset"), "what lies beneath changes, nobody's hands");
    model.advance(2);
    assert_eq!([seen(&model)[0], seen(&model)[1], seen(&model)[3]], [3, 5, 7], "history answers for the end of a day");
    let overlapping = |from: i32| Assign {
        contract: CONTRACT,
        coordinator: None,
        to: one(GROUPED),
        from: Some(day(from)),
        until: Some(day(9)),
    };
    assign(&mut model, Some(5), one(GROUPED), Some(7), Some(8));
    assert_eq!(model.plan_assign(MANAGER, &overlapping(6)).expect_err("refused").problem, "dates-overlap");
    assert!(model.plan_assign(MANAGER, &overlapping(8)).is_ok(), "until is exclusive");
}

#[test]
fn undo_goes_back_unless_changed_since() {
    let mut model = Model::new(world::small(), FIRST_DAY);
    let first = assign(&mut model, Some(5), To::AllAssets, None, None);
    let second = assign(&mut model, Some(6), one(GROUPED), None, None);
    assert_eq!(undo(&mut model, first), (9, 1));
    assert_eq!((who(&model, GROUPED, 0).0, who(&model, 0, 0).0), (6, 2));
    assert_eq!(undo(&mut model, second), (1, 0));
    assert_eq!(who(&model, GROUPED, 0), (5, "asset"));
    let undone = model.sets.len() - 1;
    assert_eq!(undo(&mut model, undone), (1, 0), "an undo can be undone");
    assert_eq!(who(&model, GROUPED, 0), (6, "asset"));
    model.advance(31);
    assert_eq!(model.plan_undo(MANAGER, second).expect_err("too late").problem, "not-undoable");
}

#[test]
fn a_hand_over_takes_everything() {
    let mut model = Model::new(world::small(), FIRST_DAY);
    assign(&mut model, Some(5), To::Group { group: 1, replace: false }, None, None);
    assign(&mut model, Some(5), one(0), Some(3), Some(6));
    let request = HandOver { person: 5, coordinator: named(&model, 6) };
    let plan = model.plan_hand_over(MANAGER, &request).expect("allowed");
    assert_eq!((plan.changed, plan.contracts.as_slice()), (2, [CONTRACT].as_slice()));
    model.apply(plan, String::new());
    assert_eq!(model.level(Target::Group(1)).undated.person, Some(6));
    assert_eq!([who(&model, 0, 2).0, who(&model, 0, 3).0], [2, 6]);
    assert!(model.plan_hand_over(MANAGER, &request).is_err(), "nothing is left");
}

#[test]
fn a_lapsed_contract_stays_as_it_is() {
    let mut model = Model::new(world::small(), FIRST_DAY);
    let request = |model: &Model| Assign {
        contract: 1,
        coordinator: Some(named(model, 5)),
        to: To::AllAssets,
        from: None,
        until: None,
    };
    model.advance(20);
    assert!(model.plan_assign(MANAGER, &request(&model)).is_ok(), "the thirtieth day after the end");
    model.advance(1);
    assert_eq!(model.plan_assign(MANAGER, &request(&model)).expect_err("lapsed").problem, "contract-lapsed");
    assert_eq!(model.plan_assign(5, &request(&model)).expect_err("a User").status, 403);
    assert_eq!(model.plan_assign(10, &request(&model)).expect_err("a stranger").status, 404);
}
