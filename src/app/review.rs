//! The review: exactly what will be recorded and posted, and the last place to change one's mind.

use crate::app::desk::{Desk, Notice};
use crate::app::effect::{Effect, RecordRequest};
use crate::app::input::TextInput;
use crate::app::keys::Command;
use crate::app::prescription;
use crate::app::screen::{Next, Screen, Scroll};
use crate::app::serving::{Passed, Scope, Serving};
use crate::domain::dispense::{Override, Proposal};
use crate::domain::finding::{Finding, Severity};
use crate::domain::identifiers::LineNumber;

/// What will be recorded.
pub struct Review {
    /// The prescription.
    pub serving: Box<Serving>,
    /// Which lines this is about.
    pub scope: Scope,
    /// Exactly what is shown, and exactly what is recorded once confirmed.
    pub proposal: Proposal,
    /// What the rules say about it.
    pub findings: Vec<Finding>,
    /// What they said at the last door, when they refused there: it sees the whole medicines database.
    pub refused_for: Vec<Finding>,
    /// The reason being typed to pass a warning.
    pub reason: Option<OverrideReason>,
    /// How far the review is scrolled.
    pub scroll: Scroll,
}

/// A reason being typed.
pub struct OverrideReason {
    /// The warning.
    pub finding: Finding,
    /// What is typed.
    pub input: TextInput,
}

impl OverrideReason {
    fn for_warning(warning: &Finding) -> Self {
        Self {
            finding: warning.clone(),
            input: TextInput::default(),
        }
    }
}

impl Review {
    /// Shows a proposal.
    pub fn new(serving: Box<Serving>, scope: Scope, proposal: Proposal, desk: &Desk) -> Self {
        let findings = serving.findings(&proposal, desk);
        Self {
            serving,
            scope,
            proposal,
            findings,
            refused_for: Vec::new(),
            reason: None,
            scroll: Scroll::default(),
        }
    }

    /// Asks the rules again: time passes and holds change while a review is on the screen.
    pub fn look_again(&mut self, desk: &Desk) {
        self.findings = self.serving.findings(&self.proposal, desk);
        for finding in &self.refused_for {
            if !self.findings.contains(finding) {
                self.findings.push(finding.clone());
            }
        }
    }

    /// Whether the base is told nothing of it: a paper without a number, or nothing but what was written by hand.
    pub fn stays_here(&self) -> bool {
        let prescription = &self.serving.prescription;
        let mut lines = self
            .proposal
            .decisions
            .iter()
            .filter_map(|one| prescription.line(one.line));
        prescription.number.is_of_paper() || lines.all(|line| line.is_handwritten)
    }

    /// Whether a finding leaves no choice.
    pub fn is_blocked(&self) -> bool {
        self.findings.iter().any(|f| f.severity() == Severity::Blocking)
    }

    /// The reason given to pass a warning.
    pub fn passed_because(&self, finding: &Finding) -> Option<&str> {
        let mut passed = self.serving.passed.iter();
        let passed = passed.find(|passed| passed.finding == *finding)?;
        Some(&passed.reason)
    }

    /// The first warning nobody has answered for.
    pub fn next_warning(&self) -> Option<&Finding> {
        self.findings
            .iter()
            .find(|finding| finding.severity() == Severity::Warning && self.passed_because(finding).is_none())
    }

    /// Takes a command.
    pub fn on(mut self: Box<Self>, command: Command, desk: &mut Desk) -> Next {
        if let Some(reason) = self.reason.take() {
            return self.on_reason(reason, command, desk);
        }
        match command {
            Command::Confirm => return self.confirmed(desk),
            Command::TakeOver => {
                let effects = self.serving.take_over();
                return (Screen::Review(self), effects);
            }
            Command::Back => return (Screen::Prescription(self.serving), Vec::new()),
            Command::Choose(digit) => return self.line(LineNumber(digit.into()), desk),
            other => {
                let rows = 4 * (self.proposal.decisions.len() + self.findings.len()) + 10;
                self.scroll.on(other, rows);
            }
        }
        (Screen::Review(self), Vec::new())
    }

    fn confirmed(mut self: Box<Self>, desk: &mut Desk) -> Next {
        self.look_again(desk);
        if self.is_blocked() {
            desk.notice = Some(Notice::Blocked);
            return (Screen::Review(self), Vec::new());
        }
        if let Some(hold) = self.serving.colleague() {
            desk.notice = Some(Notice::ColleagueServes(Box::new(hold.clone())));
            return (Screen::Review(self), Vec::new());
        }
        if let Some(warning) = self.next_warning() {
            self.reason = Some(OverrideReason::for_warning(warning));
            return (Screen::Review(self), Vec::new());
        }
        let mut proposal = self.proposal.clone();
        // Only the warnings that are still there: a reason for nothing has no place in the register.
        proposal.overrides = self
            .serving
            .passed
            .iter()
            .filter(|passed| self.findings.contains(&passed.finding))
            .map(|passed| Override {
                finding: passed.finding.id().to_owned(),
                reason: passed.reason.clone(),
            })
            .collect();
        let request = RecordRequest {
            prescription: self.serving.prescription.clone(),
            proposal,
            circumstances: desk.circumstances(self.serving.id),
        };
        (Screen::Recording(self), vec![Effect::Record(Box::new(request))])
    }

    fn on_reason(mut self: Box<Self>, mut reason: OverrideReason, command: Command, desk: &mut Desk) -> Next {
        match command {
            Command::Back => return (Screen::Review(self), Vec::new()),
            Command::Type(character) => reason.input.add(character),
            Command::Erase => reason.input.erase(),
            Command::Confirm if reason.input.as_str().trim().is_empty() => {
                desk.notice = Some(Notice::WordsNeeded);
            }
            Command::Confirm => {
                self.serving.passed.push(Passed {
                    finding: reason.finding,
                    reason: reason.input.as_str().trim().to_owned(),
                });
                self.reason = self.next_warning().map(OverrideReason::for_warning);
                return (Screen::Review(self), Vec::new());
            }
            _ => {}
        }
        self.reason = Some(reason);
        (Screen::Review(self), Vec::new())
    }

    /// Changes one line from here.
    fn line(mut self: Box<Self>, line: LineNumber, desk: &mut Desk) -> Next {
        if !self.serving.select(line) {
            desk.notice = Some(Notice::NoSuchLine);
            return (Screen::Review(self), Vec::new());
        }
        prescription::on(self.serving, Command::Details, desk)
    }
}
