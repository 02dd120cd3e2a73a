//! `NUMBER|FILE`: what a command is about, whether it was typed or scanned.

use std::ffi::OsStr;
use std::path::Path;

use super::failure::Failure;
use crate::app::identified::in_code;
use crate::app::refused::Why;
use crate::confined::{self, Asked};
use crate::domain::number::{PrescriptionNumber, TypedNumber};
use crate::domain::scanned::Scanned;
use crate::runtime::workshop::read_failure;
use crate::scan::{self, ReadError};
use crate::ui::wording::command_line as words;

/// The prescription number that an argument names or that the picture it names carries.
pub(super) fn number(argument: &OsStr) -> Result<PrescriptionNumber, Failure> {
    let path = Path::new(argument);
    if path.exists() {
        return number_of_file(path);
    }
    let text = argument.to_string_lossy();
    if let Some(reference) = PrescriptionNumber::reference_typed(&text) {
        return Ok(reference);
    }
    match PrescriptionNumber::typed(&text) {
        Ok(TypedNumber::Clear(number)) => Ok(number),
        // Asked, never guessed: on a command line the question is a second command.
        Ok(TypedNumber::Doubtful { perhaps, .. }) => {
            Err(Failure::not_readable(words::doubtful_number(&text, &perhaps)))
        }
        Err(why) => number_of_text(&text).ok_or_else(|| {
            Failure::not_readable(if looks_like_a_path(&text) {
                words::no_such_file(&text)
            } else {
                words::not_a_number(&text, &why)
            })
        }),
    }
}

/// A scanner's whole text may be pasted as an argument.
fn number_of_text(text: &str) -> Option<PrescriptionNumber> {
    match scan::what::read_text(text).scanned {
        Scanned::Prescription(number) => Some(number),
        _ => None,
    }
}

fn looks_like_a_path(text: &str) -> bool {
    text.contains(['/', '\\']) || Path::new(text).extension().is_some()
}

/// Why a file gave no code, as the terminal says it.
pub(super) fn unread(path: &Path, error: ReadError) -> Why {
    match error {
        ReadError::NoCode => Why::NoCode(path.to_owned()),
        error => Why::Unread(path.to_owned(), read_failure(error)),
    }
}

fn number_of_file(path: &Path) -> Result<PrescriptionNumber, Failure> {
    let reading = confined::read_file(path, &scan::Limits::default(), &Asked::default());
    let name = path.display().to_string();
    if let Some(error) = reading.error {
        let why = unread(path, error);
        return Err(Failure::not_readable(words::unreadable_file(&name, &why)));
    }
    let read: Vec<_> = reading
        .symbols
        .iter()
        .map(|symbol| scan::what::read_as_sent(&symbol.text).scanned)
        .collect();
    let mut numbers: Vec<PrescriptionNumber> = read.iter().flat_map(in_code).cloned().collect();
    numbers.sort();
    numbers.dedup();
    match (numbers.pop(), numbers.as_slice()) {
        (Some(number), []) => Ok(number),
        (Some(last), others) => {
            let all: Vec<_> = others
                .iter()
                .chain([&last])
                .map(PrescriptionNumber::to_string)
                .collect();
            Err(Failure::not_readable(words::several_prescriptions(
                &name,
                &all.join(", "),
            )))
        }
        (None, _) => Err(Failure::not_readable(words::no_prescription_in_file(
            &name,
            read.first(),
        ))),
    }
}
