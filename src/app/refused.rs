//! A number or a file that could not be served: what it was, why, and what can be done now.

use std::path::PathBuf;

use crate::app::consulting::Consulting;
use crate::app::desk::{Desk, Notice};
use crate::app::keys::Command;
use crate::app::leaving::{self, Destination};
use crate::app::message::{ConsultFailure, ReadFailure};
use crate::app::paper::PaperBegun;
use crate::app::screen::{Next, Screen, Scroll};
use crate::domain::number::PrescriptionNumber;
use crate::domain::refusal::Refusal;

/// What could not be served.
pub struct Refused {
    /// What was asked, and why it could not be.
    pub why: Why,
    /// How far it is scrolled.
    pub scroll: Scroll,
    /// The screen to go back to.
    pub over: Box<Screen>,
}

/// What was asked, and why it could not be served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// The base said no.
    Refusal(PrescriptionNumber, Refusal),
    /// Nobody answered.
    Failure(PrescriptionNumber, ConsultFailure),
    /// The file could not be read.
    Unread(PathBuf, ReadFailure),
    /// The file was read and holds no code.
    NoCode(PathBuf),
}

impl Refused {
    /// Lays a refusal over a screen.
    pub fn over(screen: Screen, why: Why) -> Screen {
        Screen::Refused(Self {
            why,
            scroll: Scroll::default(),
            over: Box::new(screen),
        })
    }

    /// Takes a command.
    pub fn on(mut self, command: Command, desk: &mut Desk) -> Next {
        match command {
            Command::Back => (*self.over, Vec::new()),
            Command::Retry => self.tried_again(desk),
            Command::Paper => {
                if let Some(begun) = PaperBegun::after(&self.why) {
                    return leaving::depart(*self.over, Destination::Paper(begun), desk);
                }
                desk.notice = Some(Notice::NoPaperInstead);
                (Screen::Refused(self), Vec::new())
            }
            other => {
                self.scroll.on(other, 20);
                (Screen::Refused(self), Vec::new())
            }
        }
    }

    fn tried_again(self, desk: &mut Desk) -> Next {
        match self.why {
            Why::Refusal(number, _) | Why::Failure(number, _) => match *self.over {
                Screen::Counter(_) => Consulting::begin(number, desk),
                over => leaving::depart(over, Destination::Prescription(number), desk),
            },
            Why::Unread(path, _) | Why::NoCode(path) => (*self.over, desk.read(vec![path])),
        }
    }
}
