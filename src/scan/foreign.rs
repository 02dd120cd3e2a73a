//! Prescriptions of other countries' systems, by what their codes begin with.

use crate::domain::scanned::Country;

/// The country whose prescription a text is: the gematik access token, the Swiss CHMED document, the British EPS number.
pub(super) fn country(text: &str) -> Option<Country> {
    let is_german = text
        .split_once("Task/")
        .is_some_and(|(_, after)| after.contains("/$accept?ac="));
    let is_swiss = matches!(text.as_bytes(), [b'C', b'H', b'M', b'E', b'D', tens, units, b'A', ..]
        if tens.is_ascii_digit() && units.is_ascii_digit())
        || text.contains("eprescription.hin.ch/#");
    if is_german {
        Some(Country::Germany)
    } else if is_swiss {
        Some(Country::Switzerland)
    } else {
        is_british(text).then_some(Country::UnitedKingdom)
    }
}

/// The short form of the English prescription service: six hexadecimal digits, an organisation, five hexadecimal digits
/// and a check character (ISO/IEC 7064, MOD 37-2, with + for *). It may have the shape of a French number in groups.
fn is_british(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    let [random, organisation, sequence] = groups[..] else {
        return false;
    };
    let is_of = |group: &str, allowed: fn(char) -> bool| group.len() == 6 && group.chars().all(allowed);
    let is_hexadecimal = |c: char| matches!(c, '0'..='9' | 'A'..='F');
    let is_capital = |c: char| c.is_ascii_digit() || c.is_ascii_uppercase();
    if !is_of(random, is_hexadecimal) || !is_of(organisation, is_capital) {
        return false;
    }
    let is_sequence = is_of(sequence, |c| {
        c == '+' || c.is_ascii_digit() || c.is_ascii_uppercase()
    }) && sequence[..5].chars().all(is_hexadecimal);
    is_sequence && mod_37_2_is_right(&groups.concat())
}

fn mod_37_2_is_right(text: &str) -> bool {
    let value = |c: char| if c == '+' { 36 } else { c.to_digit(36).unwrap_or(0) };
    let Some(check) = text.chars().last() else {
        return false;
    };
    let total = text[..text.len() - check.len_utf8()]
        .chars()
        .fold(0, |total, c| ((total + value(c)) * 2) % 37);
    (total + value(check)) % 37 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_system_is_told_by_its_code() {
        let british = |body: &str| {
            let checks = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ+".chars();
            let right: Vec<String> = checks
                .map(|check| format!("{body}{check}"))
                .filter(|text| country(text) == Some(Country::UnitedKingdom))
                .collect();
            assert_eq!(right.len(), 1, "one check character in thirty-seven: {right:?}");
        };
        british("83C40E-A23856-00123");
        british("123456-A83008-2EFE3");
        for (text, expected) in [
            ("83C40E-A23856-00123W", Some(Country::UnitedKingdom)),
            ("83C40E-A23856-00123X", None),
            ("83C40E-A23856-0012W", None),
            ("83C40G-A23856-00123W", None),
            ("83C40E-A2385é-00123W", None),
            ("01S2TB-PZ2JCN-ZZYGHZ", None),
            ("CHMED16A1H4sI", Some(Country::Switzerland)),
            ("CHMEDxxA1H4sI", None),
            (
                "{\"urls\":[\"Task/160.1/$accept?ac=12\"]}",
                Some(Country::Germany),
            ),
            ("", None),
        ] {
            assert_eq!(country(text), expected, "{text:?}");
        }
    }
}
