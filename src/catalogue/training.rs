//! The embedded training catalogue: a subset of the public database, one presentation a line.

use crate::catalogue::biosimilars;
use crate::catalogue::contents::{Contents, Presentation, Speciality};
use crate::catalogue::database::{read_availability, read_ingredient, read_lines};
use crate::catalogue::error::{BadLine, CatalogueError};
use crate::domain::product::{
    Atc, BiosimilarGroup, Cents, GenericGroup, GenericRole, HybridGroup, HybridRole, Marketing,
    MarketingState, Price, Rate,
};

/// Its first lines give its columns and its source.
const TRAINING: &str = include_str!("training.tsv");

const COLUMNS: usize = 22;

/// Everything it holds.
pub(super) fn contents() -> Result<Contents, CatalogueError> {
    parse(TRAINING)
}

fn parse(text: &str) -> Result<Contents, CatalogueError> {
    let mut contents = Contents::default();
    let is_row = |line: &str| !line.starts_with('#') && !line.trim().is_empty();
    for (place, line) in text.lines().enumerate().filter(|(_, line)| is_row(line)) {
        row(line, &mut contents).map_err(|source| CatalogueError::Line {
            file: "training.tsv",
            line: place + 1,
            source,
        })?;
    }
    biosimilars::name_groups(&mut contents)?;
    Ok(contents)
}

fn row(line: &str, contents: &mut Contents) -> Result<(), BadLine> {
    let columns: Vec<&str> = line.split('\t').collect();
    if columns.len() != COLUMNS {
        return Err(BadLine::Columns {
            expected: COLUMNS,
            found: columns.len(),
        });
    }
    let wrong = |column: usize, expected: &'static str| BadLine::Value {
        column: column + 1,
        expected,
        value: columns[column].chars().take(40).collect(),
    };
    let cis: crate::domain::identifiers::Cis = columns[1].parse().map_err(BadLine::Code)?;
    contents.presentations.push(Presentation {
        cip13: columns[0].parse().map_err(BadLine::Code)?,
        cis: cis.clone(),
        label: columns[3].to_owned(),
        marketing: Marketing {
            state: MarketingState::read(columns[14], columns[15]),
            label: columns[15].to_owned(),
            declared_on: columns[16].parse().ok(),
        },
        rates: read_all(columns[17], ' ', Rate::read).ok_or_else(|| wrong(17, "a rate"))?,
        price: price(columns[18]).map_err(|()| wrong(18, "three amounts"))?,
    });
    let speciality = speciality(&columns).map_err(|(column, expected)| wrong(column, expected))?;
    contents.specialities.insert(cis, speciality);
    Ok(())
}

fn speciality(columns: &[&str]) -> Result<Speciality, (usize, &'static str)> {
    let stated = |column: usize| (!columns[column].is_empty()).then(|| columns[column].to_owned());
    let groups = columns[5]
        .split_whitespace()
        .map(|group| GenericGroup(group.to_owned()));
    let role = |number: &str| GenericRole::of_number(number.parse().ok()?);
    let roles = read_all(columns[9], ' ', role).ok_or((9, "roles"))?;
    let role = match columns[10] {
        "R" => Some(HybridRole::Reference),
        "H" => Some(HybridRole::Hybrid),
        _ => None,
    };
    // Rows and columns of their own, inside a column of this file.
    let rows = |column: usize| columns[column].replace(" | ", "\n").replace(" ¦ ", "\t");
    Ok(Speciality {
        name: columns[2].to_owned(),
        form: columns[11].to_owned(),
        routes: columns[12].to_owned(),
        procedure: columns[13].to_owned(),
        substances: columns[4].to_owned(),
        generics: groups.zip(roles).collect(),
        hybrid: stated(6).map(|group| (HybridGroup(group), role)),
        biosimilar: stated(7).map(BiosimilarGroup),
        conditions: stated(8).map(|all| all.split(" | ").map(str::to_owned).collect()),
        composition: read_lines(&rows(19), read_ingredient).ok_or((19, "a composition"))?,
        availability: read_lines(&rows(20), read_availability).ok_or((20, "shortages"))?,
        atc: stated(21).map(Atc),
    })
}

fn read_all<T>(text: &str, separator: char, read: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
    text.split(separator)
        .filter(|part| !part.is_empty())
        .map(read)
        .collect()
}

fn price(text: &str) -> Result<Option<Price>, ()> {
    let cents = read_all(text, ' ', |cents| cents.parse().ok().map(Cents)).ok_or(())?;
    match cents[..] {
        [] => Ok(None),
        [medicine, public, fee] => Ok(Some(Price {
            medicine,
            public,
            fee,
        })),
        _ => Err(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_line_is_named() {
        assert!(matches!(
            parse("# a\nx\ty"),
            Err(CatalogueError::Line {
                file: "training.tsv",
                line: 2,
                source: BadLine::Columns { found: 2, .. },
            })
        ));
        let empty = "\t".repeat(COLUMNS - 2);
        assert!(matches!(
            parse(&format!("123\t60000001{empty}")),
            Err(CatalogueError::Line {
                line: 1,
                source: BadLine::Code(_),
                ..
            })
        ));
    }
}
