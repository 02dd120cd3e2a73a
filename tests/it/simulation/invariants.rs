//! What must be true after every step, and what must be true after quiet.

use std::collections::{BTreeMap, BTreeSet};

use comptoir::app::Screen;
use comptoir::domain::dispense::HandOver;
use comptoir::domain::identifiers::{DispenseId, DispensedLineId};
use comptoir::domain::outbox::{OutboxEntry, PostState, SettlementChoice};
use comptoir::domain::refusal::RefusalCode;
use comptoir::domain::register::{RegisterContent, RegisterNumber};
use jiff::Timestamp;

use super::base::Held;
use super::world::{Broken, Place, World};

macro_rules! require {
    ($condition:expr, $($words:tt)+) => {
        if !$condition {
            return Err(format!($($words)+));
        }
    };
}

impl World {
    /// After every step.
    pub(super) fn check(&mut self) -> Result<(), Broken> {
        let changed = std::mem::take(&mut self.changed);
        if !std::mem::take(&mut self.stirred) && changed.is_empty() {
            return Ok(());
        }
        for place in changed {
            self.audit(place)?;
        }
        let entries: Vec<Vec<OutboxEntry>> = self.places.iter().map(Place::entries).collect();
        for (place, entries) in self.places.iter().zip(&entries) {
            place.told_is_recorded(entries)?;
            place.every_delivery_is_registered_once(entries)?;
            self.accepted_is_at_the_base(entries)?;
        }
        self.the_base_holds_only_what_was_handed_over(&entries)?;
        self.screens_claim_only_what_is_true(&entries)
    }

    /// Reads a prescription again, as an auditor and as the prescriber.
    fn audit(&mut self, place: usize) -> Result<(), Broken> {
        let known = &self.prescriptions[place];
        let held = self.base.seen_by(&self.base.auditor, known).deliveries;
        let mut seen = BTreeSet::new();
        for delivery in &held {
            require!(
                seen.insert(&delivery.identifier),
                "the base holds {} twice",
                delivery.identifier
            );
        }
        corrected_once(&held)?;
        for before in self.held[place].iter().filter(|before| before.is_wrong) {
            require!(
                held.iter()
                    .any(|now| now.identifier == before.identifier && now.is_wrong),
                "{} was marked as an error, and counts again",
                before.identifier
            );
        }
        let mut boxes: BTreeMap<&str, u64> = BTreeMap::new();
        for delivery in held.iter().filter(|delivery| !delivery.is_wrong) {
            *boxes.entry(&delivery.line).or_default() += delivery.boxes;
        }
        for (line, accepted) in boxes {
            let ordered = known.lines[line];
            require!(
                accepted <= ordered,
                "the base accepted {accepted} boxes of {ordered} ordered"
            );
        }
        let shown = self.base.seen_by(self.prescriber_token(), known);
        if known.agreed {
            require!(
                same(&shown.deliveries, &held),
                "the patient agreed, and the prescriber sees {} of {} deliveries",
                shown.deliveries.len(),
                held.len()
            );
        } else {
            require!(
                shown.deliveries.is_empty(),
                "against the patient's opposition the prescriber sees {} deliveries of prescription {}",
                shown.deliveries.len(),
                place + 1
            );
            require!(
                !shown.task_tells,
                "against the patient's opposition the Task of prescription {} tells that it was served",
                place + 1
            );
        }
        self.held[place] = held;
        Ok(())
    }

    fn holds(&self, line: DispensedLineId) -> bool {
        let name = format!("urn:uuid:{}", line.0);
        self.held.iter().flatten().any(|held| held.identifier == name)
    }

    /// Whether the base counts a delivery.
    fn counts(&self, line: DispensedLineId) -> bool {
        let name = format!("urn:uuid:{}", line.0);
        let mut held = self.held.iter().flatten();
        held.any(|held| held.identifier == name && !held.is_wrong)
    }

    /// Whether the base marks a delivery as an error that no accepted correction takes back.
    fn newly_wrong(&self, line: DispensedLineId, entries: &[OutboxEntry]) -> bool {
        let name = format!("urn:uuid:{}", line.0);
        let mut held = self.held.iter().flatten();
        let is_wrong = held.any(|held| held.identifier == name && held.is_wrong);
        let accepted = entries
            .iter()
            .filter(|entry| *entry.state() == PostState::Accepted);
        is_wrong
            && !accepted
                .flat_map(|entry| entry.hand_over.annulled())
                .any(|taken| taken == line)
    }

    fn accepted_is_at_the_base(&self, entries: &[OutboxEntry]) -> Result<(), Broken> {
        for entry in entries {
            let annulment = entry.hand_over.id.annulment();
            for (line, state) in &entry.states {
                if *state != PostState::Accepted {
                    continue;
                }
                if *line == annulment {
                    for wrong in entry.hand_over.annulled() {
                        require!(
                            !self.counts(wrong),
                            "a correction is shown as accepted, and the base still counts {wrong}"
                        );
                    }
                    continue;
                }
                require!(
                    self.holds(*line),
                    "line {line} is shown as accepted, and the base does not hold it"
                );
            }
        }
        Ok(())
    }

    fn the_base_holds_only_what_was_handed_over(&self, entries: &[Vec<OutboxEntry>]) -> Result<(), Broken> {
        let handed_over: BTreeSet<String> = entries
            .iter()
            .flatten()
            .flat_map(|entry| &entry.hand_over.lines)
            .map(|line| format!("urn:uuid:{}", line.id.0))
            .collect();
        let taken_back: BTreeSet<String> = entries
            .iter()
            .flatten()
            .flat_map(|entry| entry.hand_over.annulled())
            .map(|line| format!("urn:uuid:{}", line.0))
            .collect();
        for held in self.held.iter().flatten() {
            require!(
                handed_over.contains(&held.identifier),
                "the base holds {}, which no pharmacy recorded",
                held.identifier
            );
            require!(
                !held.is_wrong || taken_back.contains(&held.identifier),
                "the base marks {} as an error, which no pharmacy corrected",
                held.identifier
            );
        }
        Ok(())
    }

    /// A screen may lag behind the store; it never claims an end that the store does not know.
    fn screens_claim_only_what_is_true(&self, entries: &[Vec<OutboxEntry>]) -> Result<(), Broken> {
        for (terminal, app) in self.apps() {
            let place = super::schedule::TERMINALS[terminal];
            let truth: BTreeMap<DispenseId, &OutboxEntry> = entries[place]
                .iter()
                .map(|entry| (entry.hand_over.id, entry))
                .collect();
            for shown in &app.desk().hand_overs {
                let id = shown.hand_over.id;
                let Some(known) = truth.get(&id) else {
                    return Err(format!(
                        "terminal {} shows {id}, which is not recorded",
                        terminal + 1
                    ));
                };
                // A no that a colleague had asked again: this screen lags behind, and claims nothing better than the truth.
                let last = known.settlement.as_ref().map(|settlement| settlement.choice);
                let was_asked_again = last == Some(SettlementChoice::Retried);
                for (line, state) in &shown.states {
                    let is_no = matches!(state, PostState::Conflict(_) | PostState::Refused(_));
                    let is_true = *state == PostState::Pending
                        || known.states.contains(&(*line, state.clone()))
                        || (is_no && was_asked_again);
                    require!(
                        is_true,
                        "terminal {} shows a line of {id} as {}, and the store knows better",
                        terminal + 1,
                        state.code()
                    );
                }
            }
            if let Screen::Done(done) = app.screen().beneath() {
                let registered = self.places[place].store.registered(done.id).unwrap();
                require!(
                    registered == done.numbers,
                    "terminal {} shows other register numbers than the register's",
                    terminal + 1
                );
            }
        }
        Ok(())
    }

    fn apps(&self) -> impl Iterator<Item = (usize, &comptoir::app::App)> {
        let running = self.terminals.iter().enumerate();
        running.filter_map(|(number, terminal)| Some((number, &terminal.as_ref()?.app)))
    }

    /// After quiet: everything has an end, it is shown, and the registers verify.
    pub(super) fn check_quiet(&self) -> Result<(), Broken> {
        for place in &self.places {
            let entries = place.entries();
            for cancellation in entries.iter().filter(|entry| entry.hand_over.lines.is_empty()) {
                let state = cancellation.state();
                // The base itself never refuses one; a gateway may say that it is too large, and then nothing was done.
                let is_barred =
                    matches!(state, PostState::Refused(refusal) if refusal.code == RefusalCode::Malformed);
                require!(
                    *state == PostState::Accepted || is_barred,
                    "after quiet a cancellation is {}",
                    state.code()
                );
                let mut annulled = cancellation.hand_over.annulled();
                require!(
                    !is_barred || !annulled.any(|line| self.newly_wrong(line, &entries)),
                    "a cancellation is shown as refused, and the base did it"
                );
            }
            for (entry, (line, state)) in entries
                .iter()
                .flat_map(|entry| entry.states.iter().map(move |state| (entry, state)))
            {
                if *line == entry.hand_over.id.annulment() {
                    continue;
                }
                let is_held = self.holds(*line);
                require!(
                    is_held == (*state == PostState::Accepted),
                    "after quiet line {line} is {}, and the base {} it",
                    state.code(),
                    if is_held { "holds" } else { "does not hold" }
                );
            }
            let verified = place.store.verify_register(Timestamp::MAX).unwrap();
            require!(
                verified.first_bad.is_none(),
                "the register does not verify from {:?} on",
                verified.first_bad
            );
        }
        for (terminal, app) in self.apps() {
            for shown in &app.desk().hand_overs {
                require!(
                    *shown.state() != PostState::Pending,
                    "after quiet terminal {} still shows {} as waiting",
                    terminal + 1,
                    shown.hand_over.id
                );
            }
        }
        Ok(())
    }

    /// How many such hand-overs a person sent again after the base had said no.
    pub(super) fn sent_again(&self, which: fn(&HandOver) -> bool) -> usize {
        let entries = self.places.iter().flat_map(Place::entries);
        let is_retried = |entry: &OutboxEntry| {
            let last = entry.settlement.as_ref();
            last.is_some_and(|settlement| settlement.choice == SettlementChoice::Retried)
        };
        entries
            .filter(|entry| is_retried(entry) && which(&entry.hand_over))
            .count()
    }

    /// How often the story tells that.
    pub(super) fn told(&self, words: &str) -> usize {
        self.story.iter().filter(|told| told.contains(words)).count()
    }

    /// Once every person looked at the outbox: it shows all that the base did not accept, and why.
    pub(super) fn check_outboxes(&self) -> Result<(), Broken> {
        for (terminal, app) in self.apps() {
            let entries = self.places[super::schedule::TERMINALS[terminal]].entries();
            for known in entries
                .iter()
                .filter(|entry| *entry.state() != PostState::Accepted)
            {
                let shown = app.desk().hand_over(known.hand_over.id);
                require!(
                    shown.is_some_and(|shown| shown.states == known.states),
                    "the outbox of terminal {} does not show that {} is {}",
                    terminal + 1,
                    known.hand_over.id,
                    known.state().code()
                );
            }
        }
        Ok(())
    }
}

impl Place {
    /// Everything this pharmacy ever handed over.
    fn entries(&self) -> Vec<OutboxEntry> {
        self.store
            .served_between(Timestamp::UNIX_EPOCH, Timestamp::MAX)
            .unwrap()
    }

    fn told_is_recorded(&self, entries: &[OutboxEntry]) -> Result<(), Broken> {
        for told in &self.told {
            let id = told.entry.hand_over.id;
            let recorded = entries.iter().find(|entry| entry.hand_over.id == id);
            require!(
                recorded.is_some_and(|entry| entry.hand_over == told.entry.hand_over),
                "a person was told that {id} is recorded, and it is not"
            );
        }
        Ok(())
    }

    fn every_delivery_is_registered_once(&self, entries: &[OutboxEntry]) -> Result<(), Broken> {
        let register = self.store.register_entries(RegisterNumber(1), 10_000).unwrap();
        let mut registered: BTreeMap<DispensedLineId, RegisterNumber> = BTreeMap::new();
        for (place, entry) in register.iter().enumerate() {
            require!(
                entry.number.0 as usize == place + 1,
                "the register has a gap before {:?}",
                entry.number
            );
            let line = match &entry.content {
                Some(RegisterContent::Delivery(delivery)) => delivery.dispensed_line,
                Some(RegisterContent::Correction { of, .. }) => {
                    let mut corrections = entries.iter().filter(|entry| {
                        let corrects = entry.hand_over.corrects.as_ref();
                        corrects.is_some_and(|corrects| corrects.entry == *of)
                    });
                    let Some(correction) = corrections.next() else {
                        return Err(format!(
                            "{:?} corrects {of:?}, and nothing is posted for it",
                            entry.number
                        ));
                    };
                    require!(corrections.next().is_none(), "{of:?} is corrected twice");
                    correction.hand_over.id.annulment()
                }
                None => return Err(format!("{:?} is empty", entry.number)),
            };
            let known = registered.insert(line, entry.number);
            require!(known.is_none(), "{line} is registered twice");
        }
        let corrections = entries
            .iter()
            .filter(|entry| entry.hand_over.corrects.is_some())
            .map(|entry| entry.hand_over.id.annulment());
        let delivered: BTreeSet<DispensedLineId> = entries
            .iter()
            .flat_map(|entry| &entry.hand_over.lines)
            .filter(|line| line.outcome.supply().is_some())
            .map(|line| line.id)
            .chain(corrections)
            .collect();
        require!(
            delivered.iter().eq(registered.keys()),
            "{} lines were delivered, {} are registered",
            delivered.len(),
            registered.len()
        );
        for told in &self.told {
            for (line, number) in &told.numbers {
                require!(
                    registered.get(line) == number.as_ref(),
                    "a person was told another register number of {line}"
                );
            }
        }
        Ok(())
    }
}

/// A delivery is marked as an error once, and one delivery at most replaces it.
fn corrected_once(held: &[Held]) -> Result<(), Broken> {
    for one in held {
        let written = if one.is_wrong { 2 } else { 1 };
        require!(
            one.version == written,
            "{} was written {} times",
            one.identifier,
            one.version
        );
        let replacing = held
            .iter()
            .filter(|other| other.replaces.as_ref() == Some(&one.reference));
        require!(replacing.count() < 2, "{} is replaced twice", one.identifier);
    }
    Ok(())
}

fn same(left: &[Held], right: &[Held]) -> bool {
    let names =
        |held: &[Held]| -> BTreeSet<String> { held.iter().map(|held| held.identifier.clone()).collect() };
    names(left) == names(right)
}
