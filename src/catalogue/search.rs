//! From what a person types to the presentations meant: by code, else by the beginnings of words, the best first.

use rusqlite::{Connection, OptionalExtension};

use crate::catalogue::FOUND_MAX;
use crate::catalogue::error::CatalogueError;

/// From how many digits on a number may be a code.
const CODE_DIGITS_MIN: usize = 5;

/// Words beyond that are left out: no name has so many, and a pasted page must not become a query.
const WORDS_MAX: usize = 12;

/// The places of the presentations that fit, the best first.
pub(super) fn places(connection: &Connection, text: &str) -> Result<Vec<i64>, CatalogueError> {
    let mut found = Vec::new();
    if let Some(code) = code(text) {
        by_code(connection, &code, &mut found)?;
    }
    for query in queries(text) {
        if found.len() < FOUND_MAX {
            by_words(connection, &query, &mut found)?;
        }
    }
    found.truncate(FOUND_MAX);
    Ok(found)
}

/// The presentation with exactly that code: CIP13, GTIN-14, CIP7, or the best one of a CIS.
pub(super) fn place_of_code(connection: &Connection, text: &str) -> Result<Option<i64>, CatalogueError> {
    let Some(code) = code(text) else {
        return Ok(None);
    };
    let column = match code.len() {
        13 => "cip13",
        8 => "cis",
        7 => "cip7",
        _ => return Ok(None),
    };
    let sql = format!("SELECT place FROM presentation WHERE {column} = ?1 ORDER BY place LIMIT 1");
    let mut statement = connection.prepare_cached(&sql)?;
    Ok(statement.query_row([code], |row| row.get(0)).optional()?)
}

/// The digits of a text that may be a code, or its beginning; a GTIN-14 without its leading zero.
fn code(text: &str) -> Option<String> {
    let digits: String = text
        .chars()
        .filter(|character| !character.is_whitespace())
        .collect();
    let is_code = digits.len() >= CODE_DIGITS_MIN && digits.bytes().all(|byte| byte.is_ascii_digit());
    let without_zero = digits.strip_prefix('0').filter(|rest| rest.starts_with("34009"));
    is_code.then(|| without_zero.unwrap_or(&digits).to_owned())
}

fn by_code(connection: &Connection, code: &str, found: &mut Vec<i64>) -> Result<(), CatalogueError> {
    for column in ["cip13", "cis", "cip7"] {
        // ':' follows '9': everything that begins with the code lies below.
        let sql = format!(
            "SELECT place FROM presentation WHERE {column} >= ?1 AND {column} < ?1 || ':' ORDER BY {column}, place LIMIT {FOUND_MAX}"
        );
        let mut statement = connection.prepare_cached(&sql)?;
        let places = statement.query_map([code], |row| row.get(0))?;
        add(places, found)?;
    }
    Ok(())
}

fn by_words(connection: &Connection, query: &str, found: &mut Vec<i64>) -> Result<(), CatalogueError> {
    let sql = format!("SELECT rowid FROM words WHERE words MATCH ?1 ORDER BY rowid LIMIT {FOUND_MAX}");
    let mut statement = connection.prepare_cached(&sql)?;
    let places = statement.query_map([query], |row| row.get(0))?;
    add(places, found)
}

fn add(
    places: impl Iterator<Item = rusqlite::Result<i64>>,
    found: &mut Vec<i64>,
) -> Result<(), CatalogueError> {
    for place in places {
        let place = place?;
        if !found.contains(&place) {
            found.push(place);
        }
    }
    Ok(())
}

/// The questions in the order of their answers: the name begins so and every number is whole ("500", not "5000"); the
/// same anywhere; then numbers that are still being typed.
fn queries(text: &str) -> Vec<String> {
    let folded = folded(text);
    let words: Vec<&str> = folded
        .split(' ')
        .filter(|word| !word.is_empty())
        .take(WORDS_MAX)
        .collect();
    let is_number = |word: &str| word.starts_with(|first: char| first.is_ascii_digit());
    let begins = |word: &&str| format!("\"{word}\" *");
    let whole = |word: &&str| {
        if is_number(word) {
            format!("\"{word}\"")
        } else {
            begins(word)
        }
    };
    let Some((first, others)) = words.split_first() else {
        return Vec::new();
    };
    let at_start: Vec<String> = std::iter::once(format!("^ {}", begins(first)))
        .chain(others.iter().map(whole))
        .collect();
    let anywhere: Vec<String> = words.iter().map(whole).collect();
    let unfinished: Vec<String> = words.iter().map(begins).collect();
    let mut queries = vec![
        format!("name : ({})", at_start.join(" AND ")),
        anywhere.join(" AND "),
        unfinished.join(" AND "),
    ];
    queries.dedup();
    queries
}

/// A text as it is searched: lower case, without accents, words and numbers apart, "0,5" and "0.5" the same.
pub(super) fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut characters = text.chars().flat_map(char::to_lowercase).peekable();
    let mut last = ' ';
    while let Some(character) = characters.next() {
        let is_decimal_sign = matches!(character, ',' | '.')
            && last.is_ascii_digit()
            && characters.peek().is_some_and(char::is_ascii_digit);
        let plain = if is_decimal_sign { "." } else { plain(&character) };
        let Some(first) = plain.chars().next() else {
            push_space(&mut folded, &mut last);
            continue;
        };
        let changes_kind =
            last != ' ' && last != '.' && first != '.' && last.is_ascii_digit() != first.is_ascii_digit();
        if changes_kind {
            push_space(&mut folded, &mut last);
        }
        folded.push_str(plain);
        last = first;
    }
    folded.truncate(folded.trim_end().len());
    folded
}

fn push_space(folded: &mut String, last: &mut char) {
    if *last != ' ' {
        folded.push(' ');
        *last = ' ';
    }
}

/// A lower-case letter or digit without its accent; nothing for what separates words.
fn plain(character: &char) -> &str {
    const ASCII: &str = "abcdefghijklmnopqrstuvwxyz0123456789";
    match character {
        'à' | 'â' | 'ä' | 'á' | 'ã' | 'å' => "a",
        'é' | 'è' | 'ê' | 'ë' => "e",
        'î' | 'ï' | 'í' | 'ì' => "i",
        'ô' | 'ö' | 'ó' | 'ò' | 'õ' | 'ø' => "o",
        'ù' | 'û' | 'ü' | 'ú' | 'µ' | 'μ' => "u",
        'ÿ' | 'ý' => "y",
        'ç' | 'č' => "c",
        'ñ' => "n",
        'š' => "s",
        'ž' => "z",
        'œ' => "oe",
        'æ' => "ae",
        'ß' => "ss",
        _ => ASCII
            .find(*character)
            .and_then(|place| ASCII.get(place..=place))
            .unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_type_and_what_is_published_fold_to_the_same_words() {
        for (text, expected) in [
            ("LÉVOTHYROX 25 µg", "levothyrox 25 ug"),
            ("amoxicilline  500mg", "amoxicilline 500 mg"),
            ("Sœur d’Œdipe", "soeur d oedipe"),
            ("0,5 mg", "0.5 mg"),
            ("0.5mg/ml,", "0.5 mg ml"),
            ("1,", "1"),
            ("B12", "b 12"),
            ("GONAL-f", "gonal f"),
            ("\"'*(:^", ""),
            ("   ", ""),
        ] {
            assert_eq!(folded(text), expected, "{text}");
        }
    }

    #[test]
    fn only_long_enough_digits_are_a_code() {
        for (text, expected) in [
            ("3400 9338 57042", Some("3400933857042")),
            ("03400933857042", Some("3400933857042")),
            ("69118175", Some("69118175")),
            ("1000", None),
            ("12 a", None),
            ("", None),
        ] {
            assert_eq!(code(text).as_deref(), expected, "{text}");
        }
    }
}
