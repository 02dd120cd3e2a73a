//! Reads the official files into what a catalogue is made of. Known anomalies are counted; anything else refuses the file.

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::catalogue::contents::{Contents, GroupKind, Presentation, SkipReason, Source, Speciality};
use crate::catalogue::error::{BadLine, CatalogueError};
use crate::catalogue::official::{self, OfficialFile, SourceFile};
use crate::catalogue::{Progress, biosimilars};
use crate::domain::identifiers::{Cip13, Cis, InvalidIdentifier};
use crate::domain::product::{
    Atc, Availability, AvailabilityStatus, Cents, GenericGroup, GenericRole, HybridGroup, HybridRole,
    Ingredient, IngredientNature, Marketing, MarketingState, Price, Rate, SubstanceCode,
};

/// How often progress is told.
const LINES_BETWEEN_SIGNS: usize = 2_000;

/// Reads every file, in the order that lets each name what was read before.
pub(super) fn read(
    sources: &[SourceFile],
    progress: &mut dyn FnMut(Progress),
) -> Result<Contents, CatalogueError> {
    let mut contents = Contents::default();
    for file in OfficialFile::ALL {
        match sources.iter().find(|source| source.file == file) {
            Some(source) => read_file(source, &mut contents, progress)?,
            None if file.is_needed() => return Err(CatalogueError::Missing(file)),
            None => {}
        }
    }
    for speciality in contents.specialities.values_mut() {
        speciality.substances = substances(&speciality.composition);
        speciality
            .availability
            .sort_by_key(|availability| std::cmp::Reverse(availability.updated_on));
    }
    biosimilars::mark(&mut contents)?;
    Ok(contents)
}

fn read_file(
    from: &SourceFile,
    contents: &mut Contents,
    progress: &mut dyn FnMut(Progress),
) -> Result<(), CatalogueError> {
    let file = from.file;
    let mut source = Source {
        file,
        date: from.date,
        date_origin: from.date_origin,
        read: 0,
        recoded: 0,
        skipped: Vec::new(),
    };
    let mut seen = BTreeSet::new();
    let mut last = 0;
    for line in official::lines(&from.bytes) {
        let bad = |number| {
            move |source| CatalogueError::Line {
                file: file.name(),
                line: number,
                source,
            }
        };
        let line = line.map_err(|(number, source)| bad(number)(source))?;
        last = line.number;
        if last % LINES_BETWEEN_SIGNS == 0 {
            progress(Progress { file, lines: last });
        }
        source.recoded += u32::from(line.is_recoded);
        if line.text.trim().is_empty() {
            source.skip(SkipReason::EmptyLine, line.number);
            continue;
        }
        let row = Row::of(file, &line.text).map_err(bad(line.number))?;
        match keep(&row, contents, &mut seen).map_err(bad(line.number))? {
            None => source.read += 1,
            Some(reason) => source.skip(reason, line.number),
        }
    }
    progress(Progress { file, lines: last });
    if source.read == 0 && file.is_needed() {
        return Err(CatalogueError::Empty(file));
    }
    contents.sources.push(source);
    Ok(())
}

/// A line cut into its columns.
struct Row<'l> {
    file: OfficialFile,
    line: &'l str,
    columns: Vec<&'l str>,
}

impl<'l> Row<'l> {
    fn of(file: OfficialFile, line: &'l str) -> Result<Self, BadLine> {
        let expected = file.columns();
        let columns: Vec<&str> = match file {
            // A label of this file holds a tab of its own.
            OfficialFile::HybridGroups => line.splitn(expected, '\t').collect(),
            _ => line.split('\t').collect(),
        };
        if columns.len() != expected {
            return Err(BadLine::Columns {
                expected,
                found: columns.len(),
            });
        }
        Ok(Self { file, line, columns })
    }

    /// The column with that number, from 1, as it stands: `of` made sure that it is there.
    fn text(&self, column: usize) -> &'l str {
        self.columns.get(column - 1).copied().unwrap_or_default()
    }

    fn trimmed(&self, column: usize) -> &'l str {
        self.text(column).trim()
    }

    fn owned(&self, column: usize) -> String {
        self.trimmed(column).to_owned()
    }

    fn is_not(&self, column: usize, expected: &'static str) -> BadLine {
        BadLine::Value {
            column,
            expected,
            value: self.text(column).chars().take(40).collect(),
        }
    }

    fn code<T: std::str::FromStr<Err = InvalidIdentifier>>(&self, column: usize) -> Result<T, BadLine> {
        self.text(column).parse().map_err(BadLine::Code)
    }

    fn number(&self, column: usize) -> Result<u32, BadLine> {
        let text = self.trimmed(column);
        text.parse().map_err(|_| self.is_not(column, "a number"))
    }

    fn role<T>(&self, column: usize, of_number: fn(u8) -> Option<T>) -> Result<T, BadLine> {
        let number = u8::try_from(self.number(column)?).ok();
        number
            .and_then(of_number)
            .ok_or_else(|| self.is_not(column, "a number of the official list"))
    }

    fn date(&self, column: usize) -> Result<Date, BadLine> {
        Date::strptime("%d/%m/%Y", self.trimmed(column)).map_err(|_| self.is_not(column, "a date"))
    }

    fn date_or_none(&self, column: usize) -> Result<Option<Date>, BadLine> {
        (!self.trimmed(column).is_empty())
            .then(|| self.date(column))
            .transpose()
    }

    fn cents(&self, column: usize) -> Result<Option<Cents>, BadLine> {
        let text = self.trimmed(column);
        if text.is_empty() {
            return Ok(None);
        }
        Cents::read(text)
            .map(Some)
            .ok_or_else(|| self.is_not(column, "a price"))
    }
}

type Seen = BTreeSet<String>;

/// Keeps a row, or says why not.
fn keep(row: &Row, contents: &mut Contents, seen: &mut Seen) -> Result<Option<SkipReason>, BadLine> {
    match row.file {
        OfficialFile::Specialities => return speciality(row, contents),
        OfficialFile::Presentations => return presentation(row, contents, seen),
        OfficialFile::HybridGroups => {
            let label = format!("{} — {}", row.trimmed(3), row.trimmed(4));
            contents.groups.insert((GroupKind::Hybrid, group(row, 2)?), label);
            return Ok(None);
        }
        OfficialFile::Generics => {
            let key = (GroupKind::Generic, group(row, 1)?);
            contents.groups.entry(key).or_insert_with(|| row.owned(2));
        }
        _ => {}
    }
    let column = match row.file {
        OfficialFile::Generics => 3,
        OfficialFile::Hybrids => 2,
        _ => 1,
    };
    // Every row is checked, also one that is not kept.
    let cis: Cis = row.code(column)?;
    let mut nobody = Speciality::default();
    let known = contents.specialities.get_mut(&cis);
    let is_known = known.is_some();
    let reason = said_of(row, known.unwrap_or(&mut nobody))?;
    if !is_known {
        return Ok(Some(SkipReason::UnknownSpeciality));
    }
    if reason.is_none() && !seen.insert(row.line.to_owned()) {
        return Ok(Some(SkipReason::Repeated));
    }
    Ok(reason)
}

fn speciality(row: &Row, contents: &mut Contents) -> Result<Option<SkipReason>, BadLine> {
    row.date_or_none(8)?;
    let speciality = Speciality {
        name: row.owned(2),
        form: row.owned(3),
        routes: row.owned(4),
        procedure: row.owned(6),
        ..Speciality::default()
    };
    match contents.specialities.insert(row.code(1)?, speciality) {
        Some(_) => Err(BadLine::Twice),
        None => Ok(None),
    }
}

fn presentation(row: &Row, contents: &mut Contents, seen: &mut Seen) -> Result<Option<SkipReason>, BadLine> {
    let (cis, cip13): (Cis, Cip13) = (row.code(1)?, row.code(7)?);
    // "34009", the CIP7, the check digit.
    if cip13.as_str().get(5..12) != Some(row.trimmed(2)) {
        return Err(BadLine::Cip7);
    }
    let rates = row.trimmed(9).split(';').filter(|rate| !rate.trim().is_empty());
    let rates: Option<Vec<Rate>> = rates.map(Rate::read).collect();
    let price = match (row.cents(10)?, row.cents(11)?, row.cents(12)?) {
        (Some(medicine), Some(public), Some(fee)) => Some(Price {
            medicine,
            public,
            fee,
        }),
        _ => None,
    };
    let presentation = Presentation {
        label: row.owned(3),
        marketing: Marketing {
            state: MarketingState::read(row.text(4), row.text(5)),
            label: row.owned(5),
            declared_on: row.date_or_none(6)?,
        },
        rates: rates.ok_or_else(|| row.is_not(9, "a rate"))?,
        price,
        cis,
        cip13,
    };
    if !seen.insert(presentation.cip13.as_str().to_owned()) {
        return Err(BadLine::Twice);
    }
    if !contents.specialities.contains_key(&presentation.cis) {
        return Ok(Some(SkipReason::UnknownSpeciality));
    }
    contents.presentations.push(presentation);
    Ok(None)
}

/// Adds what a row says of its speciality.
fn said_of(row: &Row, speciality: &mut Speciality) -> Result<Option<SkipReason>, BadLine> {
    match row.file {
        OfficialFile::Compositions => {
            let ingredient = ingredient(row)?;
            if !speciality.composition.contains(&ingredient) {
                speciality.composition.push(ingredient);
            }
        }
        OfficialFile::Generics => {
            let member = (GenericGroup(group(row, 1)?), row.role(4, GenericRole::of_number)?);
            if !speciality.generics.contains(&member) {
                speciality.generics.push(member);
            }
        }
        OfficialFile::Conditions => {
            // As published, to the letter: rules and people read these very words.
            let label = row.text(2).to_owned();
            let conditions = speciality.conditions.get_or_insert_default();
            if !conditions.contains(&label) {
                conditions.push(label);
            }
        }
        OfficialFile::Availability => {
            let presentation = row.trimmed(2);
            let availability = Availability {
                presentation: (!presentation.is_empty()).then(|| row.code(2)).transpose()?,
                status: row.role(3, AvailabilityStatus::of_number)?,
                since: row.date(5)?,
                updated_on: row.date(6)?,
                back_on: row.date_or_none(7)?,
            };
            if !speciality.availability.contains(&availability) {
                speciality.availability.push(availability);
            }
        }
        OfficialFile::MajorInterest => speciality.atc = Some(Atc(row.owned(2))),
        OfficialFile::Hybrids => {
            let role = match row.trimmed(3) {
                "R" => HybridRole::Reference,
                "H" => HybridRole::Hybrid,
                _ => return Err(row.is_not(3, "R or H")),
            };
            let member = (HybridGroup(group(row, 1)?), Some(role));
            if speciality.hybrid.as_ref().is_some_and(|known| *known != member) {
                return Ok(Some(SkipReason::SecondHybridGroup));
            }
            speciality.hybrid = Some(member);
        }
        OfficialFile::Specialities | OfficialFile::Presentations | OfficialFile::HybridGroups => {}
    }
    Ok(None)
}

fn group(row: &Row, column: usize) -> Result<String, BadLine> {
    row.number(column).map(|number| number.to_string())
}

fn ingredient(row: &Row) -> Result<Ingredient, BadLine> {
    Ok(Ingredient {
        element: row.owned(2),
        substance: SubstanceCode(row.owned(3)),
        name: row.owned(4),
        dosage: row.owned(5),
        per: row.owned(6),
        nature: match row.trimmed(7) {
            "SA" => IngredientNature::Substance,
            // The data say FT, the official description ST.
            "FT" | "ST" => IngredientNature::Fraction,
            _ => return Err(row.is_not(7, "SA or FT")),
        },
        link: row.number(8)?,
    })
}

/// The active substances in words, each once, in the published order.
fn substances(composition: &[Ingredient]) -> String {
    let mut names: Vec<&str> = Vec::new();
    let active = composition
        .iter()
        .filter(|part| part.nature == IngredientNature::Substance);
    for part in active {
        if !names.contains(&part.name.as_str()) {
            names.push(&part.name);
        }
    }
    names.join(" + ")
}
