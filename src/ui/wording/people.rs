//! Names and titles of people.

use jiff::civil::Date;

use crate::domain::people::{Operator, OperatorRole, Patient, Prescriber, Sex};
use crate::safe::safe;
use crate::ui::wording::dates::{age, day};

/// Family name, then given names.
pub fn patient_name(patient: &Patient) -> String {
    joined(&patient.family, &patient.given, "Patient non nommé")
}

/// "née le 28/03/1970 (56 ans)".
pub fn patient_birth(patient: &Patient, today: Date) -> String {
    let born = match patient.sex {
        Sex::Female => "née",
        Sex::Male => "né",
        Sex::Unknown => "né(e)",
    };
    match patient.born {
        Some(date) => {
            let age = age(date, today)
                .map(|age| format!(" ({age})"))
                .unwrap_or_default();
            format!("{born} le {}{age}", day(date))
        }
        None => "date de naissance non indiquée".into(),
    }
}

/// The sex in a word.
pub const fn sex(sex: Sex) -> &'static str {
    match sex {
        Sex::Female => "femme",
        Sex::Male => "homme",
        Sex::Unknown => "sexe non indiqué",
    }
}

/// Given name, then family name.
pub fn prescriber_name(prescriber: &Prescriber) -> String {
    joined(&prescriber.given, &prescriber.family, "Prescripteur non nommé")
}

/// A telephone number as it is read aloud; it is never broken at the end of a row.
pub fn phone(phone: &str) -> String {
    let phone = phone.trim();
    let is_national = phone.len() == 10 && phone.bytes().all(|byte| byte.is_ascii_digit());
    let grouped = if is_national {
        let pairs: Vec<&str> = (0..5)
            .filter_map(|pair| phone.get(2 * pair..2 * pair + 2))
            .collect();
        pairs.join(" ")
    } else {
        phone.to_owned()
    };
    safe(&grouped).replace(' ', "\u{a0}")
}

/// What a person at the counter is.
pub const fn role(role: OperatorRole) -> &'static str {
    match role {
        OperatorRole::Pharmacist => "pharmacien",
        OperatorRole::Technician => "préparateur",
        OperatorRole::Student => "étudiant",
    }
}

/// "Claire Martin (pharmacien)".
pub fn operator(operator: &Operator) -> String {
    format!("{} ({})", safe(&operator.name), role(operator.role))
}

fn joined(first: &str, second: &str, otherwise: &str) -> String {
    let names = [first.trim(), second.trim()];
    let names: Vec<String> = names
        .iter()
        .filter(|name| !name.is_empty())
        .map(|name| safe(name))
        .collect();
    if names.is_empty() {
        otherwise.into()
    } else {
        names.join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_telephone_number_is_grouped_and_stays_in_one_piece() {
        for (written, said) in [
            ("0199000010", "01\u{a0}99\u{a0}00\u{a0}00\u{a0}10"),
            (" 01 99 00 00 10 ", "01\u{a0}99\u{a0}00\u{a0}00\u{a0}10"),
            ("+33 1 99", "+33\u{a0}1\u{a0}99"),
            ("é1234567é", "é1234567é"),
            ("", ""),
        ] {
            assert_eq!(phone(written), said);
        }
    }
}
