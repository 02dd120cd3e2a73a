//! The catalogue's own tables: written once, then only read.

use jiff::civil::Date;
use rusqlite::{Connection, Row, params};

use crate::catalogue::contents::{
    Contents, GroupKind, Presentation, SkipReason, Skipped, Source, Speciality,
};
use crate::catalogue::error::CatalogueError;
use crate::catalogue::search::folded;
use crate::catalogue::{About, DateOrigin, OfficialFile};
use crate::domain::identifiers::{Cip13, Cis};
use crate::domain::product::{
    Atc, Availability, AvailabilityStatus, BiosimilarGroup, BoxContent, Cents, GenericGroup, GenericRole,
    HybridGroup, HybridRole, Ingredient, IngredientNature, Marketing, MarketingState, Price, Product,
    Published, Rate, SubstanceCode,
};
use crate::domain::recall::Recalls;

/// "cpcg": marks a file as a catalogue of this program.
pub(super) const APPLICATION_ID: i64 = 0x6370_6367;

/// Changes with the tables: a catalogue of another version is made again from the official files.
pub(super) const VERSION: i64 = 1;

/// Writes everything, in one transaction, into an empty database.
pub(super) fn write(
    connection: &mut Connection,
    contents: &Contents,
    made: &About,
) -> Result<(), CatalogueError> {
    let transaction = connection.transaction()?;
    transaction.execute_batch(include_str!("tables.sql"))?;
    write_specialities(&transaction, contents)?;
    write_presentations(&transaction, contents)?;
    transaction.execute_batch(
        "CREATE INDEX presentation_cis ON presentation (cis, place);
         CREATE INDEX presentation_cip7 ON presentation (cip7, place);
         INSERT INTO words (words) VALUES ('optimize');",
    )?;
    for ((kind, group), name) in &contents.groups {
        transaction
            .prepare_cached("INSERT INTO group_name VALUES (?1, ?2, ?3)")?
            .execute(params![kind.name(), group, name])?;
    }
    for source in &contents.sources {
        transaction.execute(
            "INSERT INTO source VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                source.file.name(),
                source.date.map(|date| date.to_string()),
                source.date_origin.name(),
                source.read,
                source.recoded,
                lines(&source.skipped, |s| format!(
                    "{}\t{}\t{}",
                    s.reason.name(),
                    s.lines,
                    s.first
                )),
            ],
        )?;
    }
    transaction.execute(
        "INSERT INTO made VALUES (?1, ?2, ?3, ?4, ?5)",
        params![
            made.imported_at.map_or_else(String::new, |at| at.to_string()),
            made.specialities,
            made.presentations,
            made.without_conditions,
            made.counted_boxes,
        ],
    )?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", VERSION)?;
    transaction.commit()?;
    Ok(())
}

fn lines<T>(of: &[T], line: impl Fn(&T) -> String) -> String {
    of.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn write_specialities(connection: &Connection, contents: &Contents) -> Result<(), CatalogueError> {
    let mut insert = connection
        .prepare("INSERT INTO speciality VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)")?;
    let mut join = connection.prepare("INSERT INTO membership VALUES (?1, ?2, ?3)")?;
    for (cis, speciality) in &contents.specialities {
        let cis = cis.as_str();
        let hybrid = speciality.hybrid.as_ref();
        insert.execute(params![
            cis,
            speciality.name,
            speciality.form,
            speciality.routes,
            speciality.procedure,
            speciality.substances,
            lines(&speciality.generics, |(group, role)| format!(
                "{}\t{}",
                group.0,
                role.number()
            )),
            hybrid.map_or_else(String::new, |(group, role)| format!(
                "{}\t{}",
                group.0,
                hybrid_letter(*role)
            )),
            speciality.biosimilar.as_ref().map_or("", |group| &group.0),
            speciality.conditions.as_ref().map(|all| all.join("\n")),
            lines(&speciality.composition, ingredient_line),
            lines(&speciality.availability, availability_line),
            speciality.atc.as_ref().map(|atc| &atc.0),
        ])?;
        let generics = speciality
            .generics
            .iter()
            .map(|(group, _)| (GroupKind::Generic, &group.0));
        let hybrid = hybrid.iter().map(|(group, _)| (GroupKind::Hybrid, &group.0));
        let biosimilar = speciality
            .biosimilar
            .iter()
            .map(|group| (GroupKind::Biosimilar, &group.0));
        for (kind, group) in generics.chain(hybrid).chain(biosimilar) {
            join.execute(params![kind.name(), group, cis])?;
        }
    }
    Ok(())
}

fn write_presentations(connection: &Connection, contents: &Contents) -> Result<(), CatalogueError> {
    let mut insert = connection
        .prepare("INSERT INTO presentation VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)")?;
    let mut index = connection.prepare("INSERT INTO words (rowid, name, substances) VALUES (?1, ?2, ?3)")?;
    for (place, (presentation, speciality)) in (1_i64..).zip(best_first(contents)) {
        let price = presentation.price;
        insert.execute(params![
            place,
            presentation.cip13.as_str(),
            presentation.cip13.as_str().get(5..12),
            presentation.cis.as_str(),
            presentation.label,
            state_name(presentation.marketing.state),
            presentation.marketing.label,
            presentation.marketing.declared_on.map(|date| date.to_string()),
            lines(&presentation.rates, |rate| rate.0.to_string()),
            price.map(|price| price.medicine.0),
            price.map(|price| price.public.0),
            price.map(|price| price.fee.0),
        ])?;
        let mut substances = folded(&speciality.substances);
        for part in &speciality.composition {
            substances.push(' ');
            substances.push_str(&folded(&part.name));
        }
        index.execute(params![place, folded(&speciality.name), substances])?;
    }
    Ok(())
}

/// The presentations in the order a search shows them: those sold, those of one substance, by name, the smaller box
/// first.
fn best_first(contents: &Contents) -> Vec<(&Presentation, &Speciality)> {
    let mut presentations: Vec<_> = contents
        .presentations
        .iter()
        .filter_map(|presentation| Some((presentation, contents.specialities.get(&presentation.cis)?)))
        .collect();
    presentations.sort_by_cached_key(|(presentation, speciality)| {
        let count = BoxContent::read(&presentation.label).map(|content| content.count);
        (
            presentation.marketing.state == MarketingState::Stopped,
            active_substances(speciality),
            folded(&speciality.name),
            &presentation.cis,
            count,
            &presentation.cip13,
        )
    });
    presentations
}

/// How many active substances: who types one of them means it alone, rather than its combinations.
fn active_substances(speciality: &Speciality) -> usize {
    speciality.substances.split(" + ").count()
}

fn hybrid_letter(role: Option<HybridRole>) -> &'static str {
    match role {
        Some(HybridRole::Reference) => "R",
        Some(HybridRole::Hybrid) => "H",
        None => "",
    }
}

fn state_name(state: MarketingState) -> &'static str {
    match state {
        MarketingState::Marketed => "marketed",
        MarketingState::Stopped => "stopped",
        MarketingState::Unknown => "unknown",
    }
}

fn ingredient_line(part: &Ingredient) -> String {
    let nature = match part.nature {
        IngredientNature::Substance => "SA",
        IngredientNature::Fraction => "FT",
    };
    let Ingredient {
        element,
        substance,
        name,
        dosage,
        per,
        link,
        ..
    } = part;
    format!(
        "{element}\t{}\t{name}\t{dosage}\t{per}\t{nature}\t{link}",
        substance.0
    )
}

fn availability_line(availability: &Availability) -> String {
    format!(
        "{}\t{}\t{}\t{}\t{}",
        availability.presentation.as_ref().map_or("", Cip13::as_str),
        availability.status.number(),
        availability.since,
        availability.updated_on,
        availability
            .back_on
            .map_or_else(String::new, |date| date.to_string()),
    )
}

/// The columns that [`product`] reads.
pub(super) const PRODUCT_COLUMNS: &str = "p.cip13, p.cis, s.name, p.label, s.substances, s.generics, s.hybrid, \
     s.biosimilar, s.conditions, s.form, s.routes, s.procedure, p.state, p.declared, p.declared_on, s.composition, \
     p.rates, p.medicine_cents, p.public_cents, p.fee_cents, s.availability, s.atc";

/// A product from its row.
pub(super) fn product(row: &Row) -> Result<Product, CatalogueError> {
    let text = |column: usize| -> Result<String, CatalogueError> { Ok(row.get(column)?) };
    let cip13: Cip13 = text(0)?.parse().map_err(|_| CatalogueError::Damaged("a CIP13"))?;
    let cis: Cis = text(1)?.parse().map_err(|_| CatalogueError::Damaged("a CIS"))?;
    let generic_roles = read_lines(&text(5)?, generic_member).ok_or(CatalogueError::Damaged("a group"))?;
    let hybrid = text(6)?;
    let (hybrid_group, hybrid_role) = hybrid_member(&hybrid);
    let biosimilar = text(7)?;
    let conditions: Option<String> = row.get(8)?;
    let label = text(3)?;
    let availability =
        read_lines(&text(20)?, read_availability).ok_or(CatalogueError::Damaged("a shortage"))?;
    let concerns =
        |availability: &Availability| availability.presentation.as_ref().is_none_or(|of| *of == cip13);
    Ok(Product {
        name: text(2)?,
        substances: text(4)?,
        generic_groups: generic_roles.iter().map(|(group, _)| group.clone()).collect(),
        hybrid_group,
        biosimilar_group: (!biosimilar.is_empty()).then_some(BiosimilarGroup(biosimilar)),
        conditions: conditions.map(|all| all.split('\n').map(str::to_owned).collect()),
        published: Box::new(Published {
            // Not of this base: whoever asks marks them.
            recalls: Recalls::default(),
            form: text(9)?,
            routes: text(10)?,
            procedure: text(11)?,
            marketing: marketing(row)?,
            composition: read_lines(&text(15)?, read_ingredient)
                .ok_or(CatalogueError::Damaged("a composition"))?,
            content: BoxContent::read(&label),
            generic_roles,
            hybrid_role,
            price: price(row)?,
            rates: read_lines(&text(16)?, |line| line.parse().ok().map(Rate))
                .ok_or(CatalogueError::Damaged("a rate"))?,
            availability: availability.into_iter().filter(concerns).collect(),
            major_interest: row.get::<_, Option<String>>(21)?.map(Atc),
        }),
        presentation: label,
        cip13,
        cis,
    })
}

fn marketing(row: &Row) -> Result<Marketing, CatalogueError> {
    let state: String = row.get(12)?;
    let declared_on: Option<String> = row.get(14)?;
    Ok(Marketing {
        state: match state.as_str() {
            "marketed" => MarketingState::Marketed,
            "stopped" => MarketingState::Stopped,
            _ => MarketingState::Unknown,
        },
        label: row.get(13)?,
        declared_on: declared_on.and_then(|date| date.parse().ok()),
    })
}

fn price(row: &Row) -> Result<Option<Price>, CatalogueError> {
    let cents = |column: usize| -> Result<Option<Cents>, CatalogueError> {
        Ok(row.get::<_, Option<u32>>(column)?.map(Cents))
    };
    Ok(match (cents(17)?, cents(18)?, cents(19)?) {
        (Some(medicine), Some(public), Some(fee)) => Some(Price {
            medicine,
            public,
            fee,
        }),
        _ => None,
    })
}

/// Every line as `read` reads it; nothing when one cannot be read.
pub(super) fn read_lines<T>(text: &str, read: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
    text.split('\n')
        .filter(|line| !line.is_empty())
        .map(read)
        .collect()
}

fn generic_member(line: &str) -> Option<(GenericGroup, GenericRole)> {
    let (group, role) = line.split_once('\t')?;
    let role = GenericRole::of_number(role.parse().ok()?)?;
    Some((GenericGroup(group.to_owned()), role))
}

fn hybrid_member(text: &str) -> (Option<HybridGroup>, Option<HybridRole>) {
    let (group, role) = text.split_once('\t').unwrap_or((text, ""));
    let role = match role {
        "R" => Some(HybridRole::Reference),
        "H" => Some(HybridRole::Hybrid),
        _ => None,
    };
    ((!group.is_empty()).then(|| HybridGroup(group.to_owned())), role)
}

/// One substance: element, code, name, dosage, reference, nature, link.
pub(super) fn read_ingredient(line: &str) -> Option<Ingredient> {
    let columns: Vec<&str> = line.split('\t').collect();
    let [part, substance, name, dosage, per, kind, number] = columns[..] else {
        return None;
    };
    Some(Ingredient {
        element: part.to_owned(),
        substance: SubstanceCode(substance.to_owned()),
        name: name.to_owned(),
        dosage: dosage.to_owned(),
        per: per.to_owned(),
        nature: match kind {
            "SA" => IngredientNature::Substance,
            "FT" => IngredientNature::Fraction,
            _ => return None,
        },
        link: number.parse().ok()?,
    })
}

/// One sheet of ANSM: presentation, status, since, updated, back.
pub(super) fn read_availability(line: &str) -> Option<Availability> {
    let columns: Vec<&str> = line.split('\t').collect();
    let [presentation, status, since, updated_on, back_on] = columns[..] else {
        return None;
    };
    let date_or_none = |text: &str| -> Option<Option<Date>> {
        (!text.is_empty())
            .then(|| text.parse().ok())
            .map_or(Some(None), |date| date.map(Some))
    };
    Some(Availability {
        presentation: match presentation {
            "" => None,
            code => Some(code.parse().ok()?),
        },
        status: AvailabilityStatus::of_number(status.parse().ok()?)?,
        since: since.parse().ok()?,
        updated_on: updated_on.parse().ok()?,
        back_on: date_or_none(back_on)?,
    })
}

/// What the database says of itself.
pub(super) fn about(connection: &Connection) -> Result<About, CatalogueError> {
    let mut about = connection.query_row("SELECT * FROM made", [], |row| {
        Ok(About {
            imported_at: row.get::<_, String>(0)?.parse().ok(),
            specialities: row.get(1)?,
            presentations: row.get(2)?,
            without_conditions: row.get(3)?,
            counted_boxes: row.get(4)?,
            sources: Vec::new(),
        })
    })?;
    let mut statement = connection.prepare("SELECT * FROM source")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        about.sources.push(source(row)?);
    }
    about.sources.sort_by_key(|source| source.file);
    Ok(about)
}

fn source(row: &Row) -> Result<Source, CatalogueError> {
    let damaged = CatalogueError::Damaged("a source");
    let (name, origin, skipped): (String, String, String) = (row.get(0)?, row.get(2)?, row.get(5)?);
    let date: Option<String> = row.get(1)?;
    let origins = DateOrigin::ALL.into_iter();
    let (Some(file), Some(date_origin), Some(skipped)) = (
        OfficialFile::of_name(&name),
        origins.into_iter().find(|known| known.name() == origin),
        read_lines(&skipped, read_skipped),
    ) else {
        return Err(damaged);
    };
    Ok(Source {
        file,
        date: date.and_then(|date| date.parse().ok()),
        date_origin,
        read: row.get(3)?,
        recoded: row.get(4)?,
        skipped,
    })
}

fn read_skipped(line: &str) -> Option<Skipped> {
    let mut columns = line.split('\t');
    let reason = columns.next()?;
    Some(Skipped {
        reason: SkipReason::ALL.into_iter().find(|known| known.name() == reason)?,
        lines: columns.next()?.parse().ok()?,
        first: columns.next()?.parse().ok()?,
    })
}
