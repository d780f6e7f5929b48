//! One level of one target: whom its undated assignment names, what dated ones lie over it, and who was in force when.
use jiff::civil::Date;
use std::collections::BTreeMap;

/// A dated assignment that is planned or active.
#[derive(Clone, Debug, PartialEq)]
pub struct Cover {
    pub id: usize,
    /// None: falls to the next level for that time.
    pub person: Option<usize>,
    pub from: Date,
    /// None: on `from` it becomes the undated assignment.
    pub until: Option<Date>,
    pub set_by: usize,
}

/// Who is in force at a level, and who set it (nobody: the import).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Holder {
    pub person: Option<usize>,
    pub set_by: Option<usize>,
}

#[derive(Clone, Debug)]
pub struct Level {
    pub undated: Holder,
    pub covers: Vec<Cover>,
    /// The holder at the end of each day on which that changed.
    past: BTreeMap<Date, Holder>,
}

impl Level {
    pub fn imported(person: Option<usize>, today: Date) -> Self {
        let undated = Holder { person, set_by: None };
        Self { undated, covers: Vec::new(), past: BTreeMap::from([(today, undated)]) }
    }

    /// Who is in force on a day from today on, if nothing more is changed.
    pub fn planned(&self, day: Date) -> Holder {
        let holder = |cover: &Cover| Holder { person: cover.person, set_by: Some(cover.set_by) };
        let for_good = self.covers.iter().filter(|cover| cover.from <= day && cover.until.is_none());
        let beneath = || for_good.max_by_key(|cover| cover.from).map_or(self.undated, holder);
        self.active(day).map_or_else(beneath, holder)
    }

    /// The dated assignment that is in force on the day.
    pub fn active(&self, day: Date) -> Option<&Cover> {
        self.covers.iter().find(|cover| cover.from <= day && cover.until.is_some_and(|until| day < until))
    }

    /// Who was in force at the end of a past day.
    pub fn past(&self, day: Date) -> Holder {
        let last = self.past.range(..=day).next_back();
        *last.map(|(_, holder)| holder).expect("the world begins before any day that is asked for")
    }

    /// Two dated assignments of one target must not meet.
    pub fn overlaps(&self, from: Date, until: Option<Date>) -> bool {
        let ends_after = |until: Option<Date>, day: Date| until.is_none_or(|until| day < until);
        self.covers.iter().any(|c| ends_after(c.until, from) && ends_after(until, c.from))
    }

    pub fn cover(&mut self, id: usize) -> Option<&mut Cover> {
        self.covers.iter_mut().find(|cover| cover.id == id)
    }

    /// To be called after each change: what is in force now is what history will say of today.
    pub fn record(&mut self, today: Date) {
        let holder = self.planned(today);
        if self.past(today) != holder {
            self.past.insert(today, holder);
        }
    }

    /// Hands change at the start of the day.
    pub fn begin_day(&mut self, today: Date) {
        let ended = |cover: &Cover| cover.until.is_some_and(|until| until <= today);
        self.covers.retain(|cover| !ended(cover));
        while let Some(n) = self.covers.iter().position(|c| c.until.is_none() && c.from <= today) {
            let cover = self.covers.remove(n);
            self.undated = Holder { person: cover.person, set_by: Some(cover.set_by) };
        }
        self.record(today);
    }
}
