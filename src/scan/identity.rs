//! The patient's identity as the INS DataMatrix carries it (ANS, « Datamatrix INS »).

use jiff::civil::Date;

use crate::domain::people::{Ins, Sex};
use crate::domain::scanned::ScannedIdentity;

/// Ends a field of any length; some decoders print it as the two letters.
const SEPARATOR: char = '\u{1d}';
const SEPARATOR_PRINTED: &str = "GS";

/// Columns of the fields that have a fixed length.
const MATRICULE: usize = 15;
const SEX: usize = 1;
const BORN: usize = 10;

/// Reads the matricule (S1), whose key must be right, and what stands behind it: given names (S3), name at birth (S4),
/// sex (S5), date of birth (S6). What is missing or cannot be read is left out; without a matricule there is nothing.
pub(super) fn read(text: &str) -> Option<ScannedIdentity> {
    let (ins, rest) = text.match_indices("S1").find_map(|(place, mark)| {
        let (matricule, rest) = text.get(place + mark.len()..)?.split_at_checked(MATRICULE)?;
        Some((matricule.parse::<Ins>().ok()?, rest))
    })?;
    let mut identity = ScannedIdentity::from(ins);
    let mut rest = without_separator(rest);
    while let Some((mark, after)) = rest.split_at_checked(2) {
        let (value, next) = match mark {
            "S5" => after.split_at_checked(SEX).unwrap_or((after, "")),
            "S6" => after.split_at_checked(BORN).unwrap_or((after, "")),
            _ => after.split_at(end_of_field(after)),
        };
        match mark {
            "S3" => value.clone_into(&mut identity.given),
            "S4" => value.clone_into(&mut identity.family),
            "S5" => identity.sex = sex(value),
            "S6" => identity.born = Date::strptime("%d-%m-%Y", value).ok(),
            _ => {}
        }
        rest = without_separator(next);
    }
    Some(identity)
}

fn sex(letter: &str) -> Sex {
    match letter {
        "F" => Sex::Female,
        "M" => Sex::Male,
        _ => Sex::Unknown,
    }
}

/// Where a field of any length ends: at a separator, or at the printed one when a field begins behind it. No name holds
/// a digit, so "GSS4" is never part of one.
fn end_of_field(text: &str) -> usize {
    let begins_a_field = |rest: &str| matches!(rest.as_bytes(), [b'S', b'1'..=b'9', ..]);
    let printed = text
        .match_indices(SEPARATOR_PRINTED)
        .find(|(place, mark)| begins_a_field(&text[place + mark.len()..]))
        .map(|(place, _)| place);
    [text.find(SEPARATOR), printed]
        .into_iter()
        .flatten()
        .min()
        .unwrap_or(text.len())
}

fn without_separator(text: &str) -> &str {
    text.strip_prefix(SEPARATOR)
        .or_else(|| text.strip_prefix(SEPARATOR_PRINTED))
        .unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    const HEADER: &str = "IS010000000000000000000000";

    #[test]
    fn names_birth_and_sex_are_read_whatever_stands_between_the_fields() {
        for (fields, family, given, born, sex) in [
            (
                "S1279035121518989S21.2.250.1.213.1.4.10|S3ANNE CLAIRE|S4PAT-TROIS|S5FS615-03-1979S751215",
                "PAT-TROIS",
                "ANNE CLAIRE",
                Some(date(1979, 3, 15)),
                Sex::Female,
            ),
            (
                "S1279035121518989S21.2.250.1.213.1.4.10|S3ANGS|S4GSELL|S5M|S631-02-1979|S751215",
                "GSELL",
                "ANGS",
                None,
                Sex::Male,
            ),
            ("S1279035121518989", "", "", None, Sex::Unknown),
            ("S1279035121518989S5", "", "", None, Sex::Unknown),
            ("S1279035121518989S6é", "", "", None, Sex::Unknown),
        ] {
            for separator in ["\u{1d}", "GS"] {
                let read = read(&format!("{HEADER}{}", fields.replace('|', separator))).unwrap();
                assert_eq!(read.ins.as_str(), "279035121518989");
                assert_eq!(
                    (read.family.as_str(), read.given.as_str(), read.born, read.sex),
                    (family, given, born, sex),
                    "{fields} {separator:?}"
                );
            }
        }
    }

    #[test]
    fn without_a_matricule_there_is_no_identity() {
        for fields in ["S1trueS21.2.250GSS3DOMINIQUE", "S1279035121518988S5F", "S1", ""] {
            assert!(read(&format!("{HEADER}{fields}")).is_none(), "{fields}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_fail(text in "(IS01)?(S1279035121518989)?[\\PC\u{1d}]{0,60}") {
            drop(read(&text));
        }
    }
}
