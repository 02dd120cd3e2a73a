//! The medicines database: what a code means and what may stand in its place.
//!
//! ```text
//!   official files ─reading→ contents ─database→ catalogue.db, built aside ─swap→ the catalogue
//!   training.tsv   ─training→ contents ─database→ in memory
//! ```
//!
//! Either way it is one SQLite database, asked for a few rows at a time: nothing of it is kept in memory. The training
//! catalogue is embedded; it is a subset of the public database and says so.

mod biosimilars;
mod contents;
mod database;
mod download;
mod error;
mod official;
mod reading;
mod recalls;
mod search;
mod swap;
mod training;

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};

pub use contents::{SkipReason, Skipped, Source};
pub use download::{AddressRefused, DownloadAddress, DownloadError, download};
pub use error::{BadLine, CatalogueError};
pub use official::{DateOrigin, FILE_SIZE_MAX, OfficialFile, SourceFile, from_folder};
pub use recalls::{RecalledLots, recalled_lots};
pub use swap::{Shrinking, import};

use crate::domain::product::{
    BoxContent, CATALOGUE_AGE_DAYS_MAX, CatalogueScope, KnownProducts, Product, ProductCode, Published,
};
use contents::{Contents, GroupKind};
use recalls::RecallList;

/// How many products a search returns at most: more than a screen shows.
pub const FOUND_MAX: usize = 50;

/// Presentations, asked for one at a time. Cheap to clone: shared, never changed.
#[derive(Clone)]
pub struct Catalogue {
    connection: Arc<Mutex<Connection>>,
    about: Arc<About>,
    origin: Origin,
    recalls: RecallList,
}

impl fmt::Debug for Catalogue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Catalogue").field(&self.origin).finish()
    }
}

/// Where the products come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The embedded subset: the absence of a product proves nothing.
    TrainingSubset,
    /// The official files.
    Official,
}

/// What a catalogue says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct About {
    /// When the official files were imported.
    pub imported_at: Option<Timestamp>,
    /// How many specialities it holds.
    pub specialities: u32,
    /// How many presentations.
    pub presentations: u32,
    /// How many specialities no condition is published for: theirs are unknown.
    pub without_conditions: u32,
    /// How many presentations have a label that says without doubt what the box holds.
    pub counted_boxes: u32,
    /// The files it was made from.
    pub sources: Vec<Source>,
}

impl About {
    fn of(contents: &Contents, imported_at: Option<Timestamp>) -> Self {
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let specialities = contents.specialities.values();
        let presentations = contents.presentations.iter();
        Self {
            imported_at,
            specialities: count(contents.specialities.len()),
            presentations: count(contents.presentations.len()),
            without_conditions: count(specialities.filter(|one| one.conditions.is_none()).count()),
            counted_boxes: count(
                presentations
                    .filter(|one| BoxContent::read(&one.label).is_some())
                    .count(),
            ),
            sources: contents.sources.clone(),
        }
    }

    /// The day its presentations are of: those change the most.
    pub fn date(&self) -> Option<Date> {
        let presentations = |source: &&Source| source.file == OfficialFile::Presentations;
        self.sources
            .iter()
            .find(presentations)
            .and_then(|source| source.date)
    }

    /// Whether its files are not all of the same day: a product of one may then lack what another says of it.
    pub fn is_mixed(&self) -> bool {
        let dates: BTreeSet<_> = self.sources.iter().map(|source| source.date).collect();
        dates.len() > 1
    }

    /// How many days old its presentations are.
    pub fn age_days(&self, today: Date) -> Option<i32> {
        Some(self.date()?.until(today).ok()?.get_days())
    }

    /// Whether it is older than [`CATALOGUE_AGE_DAYS_MAX`].
    pub fn is_old(&self, today: Date) -> bool {
        self.age_days(today)
            .is_some_and(|days| days > CATALOGUE_AGE_DAYS_MAX)
    }
}

/// How far an import is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// The file being read.
    pub file: OfficialFile,
    /// Its lines read so far.
    pub lines: usize,
}

impl Catalogue {
    /// The embedded training catalogue.
    pub fn training() -> Result<Self, CatalogueError> {
        let contents = training::contents()?;
        let about = About::of(&contents, None);
        let mut connection = Connection::open_in_memory()?;
        database::write(&mut connection, &contents, &about)?;
        Ok(Self::over(connection, about, Origin::TrainingSubset))
    }

    /// The catalogue that was imported there; `None` when none was.
    pub fn open(path: &Path) -> Result<Option<Self>, CatalogueError> {
        if !path.exists() {
            return Ok(None);
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        let mark = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
        let not_ours = || CatalogueError::NotOurs {
            path: path.to_owned(),
        };
        let application = mark("application_id").map_err(|_| not_ours())?;
        if (application, mark("user_version")?) != (database::APPLICATION_ID, database::VERSION) {
            return Err(not_ours());
        }
        for (name, value) in [
            ("trusted_schema", "OFF"),
            ("cell_size_check", "ON"),
            ("query_only", "ON"),
        ] {
            connection.pragma_update(None, name, value)?;
        }
        let about = database::about(&connection)?;
        Ok(Some(Self::over(connection, about, Origin::Official)))
    }

    fn over(connection: Connection, about: About, origin: Origin) -> Self {
        Self {
            connection: Arc::new(Mutex::new(connection)),
            about: Arc::new(about),
            origin,
            recalls: RecallList::default(),
        }
    }

    /// With the list of recalled lots that is there, which may change while the counter is open.
    #[must_use]
    pub fn with_recalled_lots(self, list: Option<&Path>) -> Self {
        let recalls = RecallList(list.map(|path| Arc::new(path.to_owned())));
        Self { recalls, ..self }
    }

    /// Where its products come from.
    pub fn origin(&self) -> Origin {
        self.origin
    }

    /// What it says of itself.
    pub fn about(&self) -> &About {
        &self.about
    }

    /// How much of the public database it is, for whoever shows it.
    pub fn scope(&self) -> CatalogueScope {
        match self.origin {
            Origin::TrainingSubset => CatalogueScope::TrainingSubset,
            Origin::Official => CatalogueScope::Official {
                date: self.about.date(),
            },
        }
    }

    /// The product with that code; for a speciality, its best presentation: sold, of the smallest box.
    ///
    /// A catalogue that cannot be read knows no product: the counter goes on without it, and the log says why.
    pub fn find(&self, code: &ProductCode) -> Option<Product> {
        match code {
            ProductCode::Cip13(_) | ProductCode::Cis(_) => self.by_code(code.code()),
            ProductCode::Lpp(_) | ProductCode::Other { .. } | ProductCode::None => None,
        }
    }

    /// The product with exactly that code as people type it: CIP13, GTIN-14, CIP7 or CIS, blanks aside.
    pub fn by_code(&self, text: &str) -> Option<Product> {
        let mut found = self.read(|connection| {
            let place = search::place_of_code(connection, text)?;
            place.map(|place| product_at(connection, place)).transpose()
        });
        self.recalls.mark(found.as_mut_slice());
        found
    }

    /// Every presentation of the same speciality, the best first.
    pub fn boxes_of(&self, product: &Product) -> Vec<Product> {
        self.read(|connection| of_speciality(connection, product.cis.as_str()))
    }

    /// The products whose name, substances or codes hold a word that begins with each word of the text, accents and
    /// case aside, the best first: the name begins so, the strength is whole, the product is sold.
    pub fn search(&self, text: &str) -> Vec<Product> {
        let mut found: Vec<Product> = self.read(|connection| {
            let places = search::places(connection, text)?;
            places
                .into_iter()
                .map(|place| product_at(connection, place))
                .collect()
        });
        self.recalls.mark(&mut found);
        found
    }

    /// The products with those codes, and every product that shares a speciality or a group with one of them.
    pub fn related<'a>(&self, codes: impl Iterator<Item = &'a ProductCode>) -> KnownProducts {
        let ordered: Vec<Product> = codes.filter_map(|code| self.find(code)).collect();
        let mut known = self.read(|connection| {
            let mut specialities = BTreeSet::new();
            for product in &ordered {
                specialities.insert(product.cis.as_str().to_owned());
                for (kind, group) in groups_of(product) {
                    specialities.extend(members(connection, kind, group)?);
                }
                specialities.extend(of_same_substances(connection, product)?);
            }
            let mut placed = Vec::new();
            for cis in &specialities {
                placed.extend(places_of_speciality(connection, cis)?);
            }
            placed.sort_unstable();
            let products = placed.into_iter().map(|place| product_at(connection, place));
            Ok(KnownProducts(products.collect::<Result<_, _>>()?))
        });
        self.recalls.mark(&mut known.0);
        known
    }

    /// The published names of the groups of a product.
    pub fn group_names(&self, product: &Product) -> Vec<String> {
        self.read(|connection| {
            let mut names = Vec::new();
            for (kind, group) in groups_of(product) {
                let name = connection
                    .prepare_cached("SELECT name FROM group_name WHERE kind = ?1 AND grp = ?2")?
                    .query_row(params![kind.name(), group], |row| row.get(0))
                    .optional()?;
                names.extend(name);
            }
            Ok(names)
        })
    }

    fn read<T: Default>(&self, read: impl FnOnce(&Connection) -> Result<T, CatalogueError>) -> T {
        // A panic elsewhere left no transaction: the connection only reads.
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        read(&connection).unwrap_or_else(|error| {
            tracing::error!(error = %crate::chain(&error), "the catalogue cannot be read");
            T::default()
        })
    }
}

fn groups_of(product: &Product) -> Vec<(GroupKind, &str)> {
    let generics = product
        .generic_groups
        .iter()
        .map(|group| (GroupKind::Generic, group.0.as_str()));
    let hybrid = product
        .hybrid_group
        .iter()
        .map(|group| (GroupKind::Hybrid, group.0.as_str()));
    let biosimilar = product
        .biosimilar_group
        .iter()
        .map(|group| (GroupKind::Biosimilar, group.0.as_str()));
    generics.chain(hybrid).chain(biosimilar).collect()
}

fn members(connection: &Connection, kind: GroupKind, group: &str) -> Result<Vec<String>, CatalogueError> {
    let mut statement =
        connection.prepare_cached("SELECT cis FROM membership WHERE kind = ?1 AND grp = ?2")?;
    let members = statement.query_map(params![kind.name(), group], |row| row.get(0))?;
    Ok(members.collect::<Result<_, _>>()?)
}

/// The specialities that may be a product imported in parallel, or what an import is imported for: no group links them.
fn of_same_substances(connection: &Connection, product: &Product) -> Result<Vec<String>, CatalogueError> {
    let mut statement = connection
        .prepare_cached("SELECT cis, procedure FROM speciality WHERE substances = ?1 AND substances <> ''")?;
    let mut rows = statement.query([&product.substances])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let published = Published {
            procedure: row.get(1)?,
            ..Published::default()
        };
        if published.is_parallel_import() || product.published.is_parallel_import() {
            found.push(row.get(0)?);
        }
    }
    Ok(found)
}

fn places_of_speciality(connection: &Connection, cis: &str) -> Result<Vec<i64>, CatalogueError> {
    let mut statement =
        connection.prepare_cached("SELECT place FROM presentation WHERE cis = ?1 ORDER BY place")?;
    let places = statement.query_map([cis], |row| row.get(0))?;
    Ok(places.collect::<Result<_, _>>()?)
}

fn of_speciality(connection: &Connection, cis: &str) -> Result<Vec<Product>, CatalogueError> {
    let places = places_of_speciality(connection, cis)?;
    places
        .into_iter()
        .map(|place| product_at(connection, place))
        .collect()
}

fn product_at(connection: &Connection, place: i64) -> Result<Product, CatalogueError> {
    let sql = format!(
        "SELECT {} FROM presentation p JOIN speciality s USING (cis) WHERE p.place = ?1",
        database::PRODUCT_COLUMNS
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([place])?;
    match rows.next()? {
        Some(row) => database::product(row),
        None => Err(CatalogueError::Damaged("a presentation")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::product::{GenericRole, MarketingState};
    use crate::domain::substitution::SubstitutionBasis;

    fn cip13(code: &str) -> ProductCode {
        ProductCode::Cip13(code.parse().unwrap())
    }

    #[test]
    fn the_training_catalogue_is_whole_and_says_that_it_is_a_subset() {
        let catalogue = Catalogue::training().unwrap();
        assert!(catalogue.about().presentations >= 140, "{:?}", catalogue.about());
        assert_eq!(catalogue.origin(), Origin::TrainingSubset);
        assert_eq!(catalogue.scope(), CatalogueScope::TrainingSubset);
    }

    #[test]
    fn a_search_finds_by_name_substance_and_code_without_accents() {
        let catalogue = Catalogue::training().unwrap();
        for text in [
            "amoxicilline biogaran 500",
            "AMOXICILLINE  500",
            "amox bio 50",
            "3400933857042",
            "34009338",
            "3400 9338 57042",
            "03400933857042",
            "3385704",
            "69118175",
            "trihydratee 500",
        ] {
            let found = catalogue.search(text);
            let is_found = found
                .iter()
                .any(|product| product.cip13.as_str() == "3400933857042");
            assert!(is_found, "{text}");
        }
        for text in [
            "",
            "no such product",
            "\"",
            "*",
            "NOT",
            "name : x",
            "^",
            "AND OR (",
        ] {
            assert!(catalogue.search(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn the_whole_strength_comes_before_its_beginnings() {
        let catalogue = Catalogue::training().unwrap();
        let names: Vec<String> = catalogue
            .search("doliprane 1000")
            .into_iter()
            .map(|product| product.name)
            .collect();
        assert!(names[0].starts_with("DOLIPRANE 1000 mg"), "{names:?}");
        let amoxicilline = catalogue.search("amoxicilline");
        assert!(
            amoxicilline[0].name.starts_with("AMOXICILLINE"),
            "the name before the substance"
        );
    }

    #[test]
    fn a_group_gives_its_substitutes_and_their_ground() {
        let catalogue = Catalogue::training().unwrap();
        for (ordered, given, ground) in [
            ("3400933857042", "3400930219911", SubstitutionBasis::Generic), // amoxicilline Biogaran, EG
            ("3400938141283", "3400930313428", SubstitutionBasis::Hybrid),  // Innovair, its hybrid
            ("3400930042687", "3400930273036", SubstitutionBasis::Biosimilar), // Humira, Hyrimoz
        ] {
            let known = catalogue.related([cip13(ordered)].iter());
            let substitutes = known.substitutes(&cip13(ordered));
            let is_offered = substitutes
                .iter()
                .any(|(p, basis)| p.cip13.as_str() == given && *basis == ground);
            assert!(is_offered, "{ordered} {given}");
        }
    }

    #[test]
    fn no_published_condition_is_unknown_not_unrestricted() {
        let catalogue = Catalogue::training().unwrap();
        let doliprane = catalogue.find(&cip13("3400935955838")).unwrap();
        assert_eq!(doliprane.conditions, None);
    }

    #[test]
    fn what_is_published_of_a_product_is_there_for_the_rules() {
        let catalogue = Catalogue::training().unwrap();
        let contramal = catalogue.find(&cip13("3400934808166")).unwrap();
        let published = &contramal.published;
        assert_eq!(published.marketing.state, MarketingState::Marketed);
        assert_eq!(
            published.content.as_ref().map(|content| content.count.get()),
            Some(30)
        );
        assert_eq!(published.price.map(|price| price.public.0), Some(444));
        assert_eq!(
            published.rates.iter().map(|rate| rate.0).collect::<Vec<_>>(),
            [65]
        );
        let group = &contramal.generic_groups[0];
        assert_eq!(published.generic_role(group), Some(GenericRole::Reference));
        assert_eq!(published.composition[0].dosage, "50 mg");
        assert!(published.contains(&published.composition[0].substance));
        let boxes = catalogue.boxes_of(&contramal);
        assert!(boxes.len() > 1 && boxes.iter().all(|other| other.cis == contramal.cis));
        // Dalacine and its parallel import: another speciality, the same medicine.
        let [original, imported] =
            ["3400934103650", "3400949003297"].map(|code| catalogue.find(&cip13(code)).unwrap());
        assert!(imported.published.is_parallel_import());
        assert!(imported.generic_groups.is_empty() && imported.cis != original.cis);
        assert!(imported.published.is_composed_as(&original.published));
        assert!(!contramal.published.is_composed_as(&original.published));
    }
}
