//! What is said of the medicines database: where it comes from, what it holds, what it knows of a product.

use jiff::civil::Date;

use crate::domain::product::{
    Availability, AvailabilityStatus, BoxContent, CATALOGUE_AGE_DAYS_MAX, CatalogueScope, Cents, GenericRole,
    HybridRole, Ingredient, Marketing, MarketingState, Measure, Price, Product, Published,
};
use crate::safe::{Safe, safe};
use crate::ui::wording::{counted, day};

/// Which catalogue is in use, and whether it is old.
pub fn scope(scope: CatalogueScope, today: Date) -> String {
    let old = if scope.is_old(today) {
        format!(" — plus de {CATALOGUE_AGE_DAYS_MAX} jours : « comptoir catalogue update »")
    } else {
        String::new()
    };
    match scope {
        CatalogueScope::TrainingSubset => {
            "Catalogue de formation : un extrait. L’absence d’un produit n’y prouve rien.".to_owned()
        }
        CatalogueScope::Official { date: Some(date) } => {
            format!("Base publique des médicaments du {}{old}", day(date))
        }
        CatalogueScope::Official { date: None } => "Base publique des médicaments, sans date".to_owned(),
    }
}

/// What a search goes through, in a few words.
pub fn searched_in(scope: CatalogueScope, today: Date) -> String {
    match scope {
        CatalogueScope::TrainingSubset => {
            "Extrait de formation : l’absence d’un produit n’y prouve rien.".to_owned()
        }
        CatalogueScope::Official { date: Some(date) } if scope.is_old(today) => {
            format!(
                "Base publique du {} : plus de {CATALOGUE_AGE_DAYS_MAX} jours.",
                day(date)
            )
        }
        CatalogueScope::Official { date: Some(date) } => format!("Base publique du {}.", day(date)),
        CatalogueScope::Official { date: None } => "Base publique, sans date.".to_owned(),
    }
}

/// The box of a product found, and whether it is still sold.
pub fn box_line(product: &Product) -> String {
    let stopped = stopped(product);
    format!("{}{stopped}", Safe(&product.presentation))
}

fn stopped(product: &Product) -> &'static str {
    match product.published.marketing.state {
        MarketingState::Stopped => " — n’est plus commercialisée",
        MarketingState::Marketed | MarketingState::Unknown => "",
    }
}

/// What the catalogue in use is.
pub fn training_status(presentations: u32) -> String {
    format!(
        "Catalogue de formation : {} présentations, un extrait de la base de données publique des médicaments. \
         L’absence d’un produit n’y prouve rien. « comptoir catalogue import DOSSIER » lit les fichiers officiels.",
        thousands(presentations)
    )
}

/// The imported catalogue exists and cannot be used.
pub fn unusable(why: &str) -> String {
    format!(
        "Le catalogue importé ne peut pas être lu ({}) : le catalogue de formation est en service à sa place. \
         Importez de nouveau les fichiers officiels.",
        Safe(why)
    )
}

/// What an imported catalogue holds.
pub fn holds(presentations: u32, specialities: u32) -> String {
    format!(
        "Base publique des médicaments : {} présentations de {} spécialités.",
        thousands(presentations),
        thousands(specialities)
    )
}

/// How old it is.
pub fn age(days: i32, is_old: bool) -> String {
    let age = if days <= 0 {
        "Fichiers d’aujourd’hui.".to_owned()
    } else {
        format!(
            "Présentations d’il y a {}.",
            counted(usize::try_from(days).unwrap_or_default(), "jour", "jours")
        )
    };
    if is_old {
        format!(
            "⚠ {age} C’est plus que {CATALOGUE_AGE_DAYS_MAX} jours : prix, ruptures et conditions ont pu changer. \
             « comptoir catalogue update » prend les fichiers du jour."
        )
    } else {
        age
    }
}

/// The files are not of the same day.
pub const fn mixed_dates() -> &'static str {
    "⚠ Les fichiers ne sont pas tous du même jour : ce que l’un dit d’un produit récent peut manquer dans un autre."
}

/// How many specialities have no condition.
pub fn without_conditions(specialities: u32) -> String {
    format!(
        "{} spécialités n’ont aucune condition de délivrance publiée : elles sont inconnues, pas libres.",
        thousands(specialities)
    )
}

/// How many labels say what the box holds.
pub fn counted_boxes(read: u32, presentations: u32) -> String {
    format!(
        "Contenu de la boîte lu sans doute possible : {} présentations sur {} ; inconnu pour les autres.",
        thousands(read),
        thousands(presentations)
    )
}

/// One file of a catalogue: `CIS_bdpm.txt       15 848 lignes, du 24/07/2026 (nom du dossier)`.
pub fn source(name: &str, read: u32, date: Option<Date>, date_origin: &str) -> String {
    let date = match (date, date_origin) {
        (Some(date), "folder") => format!("du {} (nom du dossier)", day(date)),
        (Some(date), "file-time") => format!("du {} (date du fichier)", day(date)),
        (Some(date), "server") => format!("du {} (selon le serveur)", day(date)),
        (Some(date), _) => format!("du {}", day(date)),
        (None, _) => "sans date".to_owned(),
    };
    format!("  {name:<24}{:>8} lignes, {date}", thousands(read))
}

/// Lines that were not kept.
pub fn skipped(reason: &str, lines: u32, first: u32) -> String {
    let why = match reason {
        "empty-line" => "vides",
        "unknown-speciality" => "d’une spécialité absente de CIS_bdpm.txt",
        "repeated" => "répétées",
        _ => "d’une spécialité déjà dans un groupe hybride",
    };
    let noun = if lines < 2 { "ligne" } else { "lignes" };
    format!(
        "      écartées : {} {noun} ({why}), la première est la ligne {first}",
        thousands(lines)
    )
}

/// An official file that is not there and can be done without.
pub fn absent(name: &str) -> String {
    format!("  {name:<24} absent : aucun groupe hybride n’est connu")
}

/// The import is done.
pub fn imported(elapsed_ms: u128) -> String {
    format!(
        "Le nouveau catalogue est en place ({elapsed_ms} ms). Un terminal déjà ouvert garde l’ancien jusqu’à sa fermeture."
    )
}

/// How far an import is, on one line.
pub fn reading(name: &str, lines: usize) -> String {
    format!(
        "{name} : {} lignes",
        thousands(u32::try_from(lines).unwrap_or(u32::MAX))
    )
}

/// How far a download is, on one line.
pub fn downloading(name: &str, bytes: usize) -> String {
    format!(
        "{name} : {} ko",
        thousands(u32::try_from(bytes / 1_000).unwrap_or(u32::MAX))
    )
}

/// What is said after every import that failed.
pub const fn old_one_stays() -> &'static str {
    "Le catalogue précédent reste en place."
}

/// A line that means nothing.
pub fn bad_line(file: &str, line: usize, why: &str) -> String {
    format!("{file}, ligne {line} : {why}. {}", old_one_stays())
}

/// Why a line means nothing.
pub mod bad {
    use crate::safe::safe;

    /// Another count of columns.
    pub fn columns(expected: usize, found: usize) -> String {
        format!("{expected} colonnes attendues, {found} trouvées")
    }

    /// A wrong code.
    pub const CODE: &str = "un code n’en est pas un (longueur, chiffres ou clé)";
    /// CIP7 and CIP13 disagree.
    pub const CIP7: &str = "le code CIP7 n’est pas celui du code CIP13";
    /// Twice the same.
    pub const TWICE: &str = "ce code figure déjà plus haut";

    /// A value its column cannot hold.
    pub fn value(column: usize, value: &str) -> String {
        format!("la colonne {column} ne peut pas contenir « {} »", safe(value))
    }

    /// A byte that is no character.
    pub fn byte(byte: u8) -> String {
        format!("l’octet {byte:#04x} n’est un caractère ni en UTF-8 ni en Windows-1252")
    }
}

/// A needed file is not there.
pub fn missing(file: &str) -> String {
    format!("Le fichier {file} manque. {}", old_one_stays())
}

/// A file without rows.
pub fn empty(file: &str) -> String {
    format!("Le fichier {file} est vide. {}", old_one_stays())
}

/// A file beyond all measure.
pub fn too_large(file: &str) -> String {
    format!(
        "Le fichier {file} est bien plus grand qu’un fichier officiel. {}",
        old_one_stays()
    )
}

/// A file that lost half its rows.
pub fn shrunk(file: &str, before: u32, now: u32) -> String {
    format!(
        "Le fichier {file} n’a plus que {} lignes au lieu de {} : il est sans doute coupé. {} S’il est entier, \
         relancez avec --accept-smaller.",
        thousands(now),
        thousands(before),
        old_one_stays()
    )
}

/// Something the system does not let us read.
pub fn unreadable(path: &str) -> String {
    format!("« {} » ne peut pas être lu. {}", Safe(path), old_one_stays())
}

/// Two imports at once.
pub fn busy() -> String {
    format!(
        "Une autre importation est en cours dans ce dossier. {}",
        old_one_stays()
    )
}

/// An address that cannot be used.
pub fn bad_address(address: &str, is_plain: Plain) -> String {
    let why = match is_plain {
        Plain::NotEncrypted => "la connexion ne serait pas chiffrée (il faut https)",
        Plain::NotAnAddress => "ce n’est pas une adresse",
    };
    format!("« {} » : {why}. Rien n’a été téléchargé.", Safe(address))
}

/// Why an address cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plain {
    /// http to another machine.
    NotEncrypted,
    /// Anything else.
    NotAnAddress,
}

/// The server did not send a file.
pub fn not_downloaded(file: &str, status: Option<u16>) -> String {
    let why = match status {
        Some(status @ 300..=399) => {
            format!("le serveur renvoie ailleurs (réponse {status}), ce qui n’est pas suivi")
        }
        Some(status) => format!("réponse {status} du serveur"),
        None => "il n’est pas arrivé entier".to_owned(),
    };
    format!(
        "{file} : {why}. {} Réessayez plus tard, ou donnez une autre adresse avec --from.",
        old_one_stays()
    )
}

/// No product has this code.
pub fn not_found(code: &str, scope: CatalogueScope) -> String {
    match scope {
        CatalogueScope::TrainingSubset => format!(
            "Aucun produit du catalogue de formation n’a le code « {} ». Ce catalogue est un extrait : \
             l’absence d’un produit n’y prouve rien.",
            Safe(code)
        ),
        CatalogueScope::Official { .. } => format!(
            "La base publique des médicaments n’a pas de produit de code « {} » (CIP13, CIP7, CIS ou GTIN). Un dispositif \
             ou un produit récent n’y est pas : il peut être délivré comme produit inconnu.",
            Safe(code)
        ),
    }
}

/// No product fits.
pub fn nothing_found(text: &str) -> String {
    format!("Aucun produit ne correspond à « {} ».", Safe(text))
}

/// No condition is published: unknown, never free.
pub const fn conditions_unknown() -> &'static str {
    "aucune publiée, donc inconnues"
}

/// One product of a list: its code, its name, its box.
pub fn product_line(product: &Product) -> String {
    let stopped = stopped(product);
    format!(
        "{}  {} ({}){stopped}",
        product.cip13,
        Safe(&product.name),
        Safe(&product.presentation)
    )
}

/// All that is known of a product, one fact a row.
pub fn sheet(product: &Product, group_names: &[String], others: &[Product]) -> String {
    let Published {
        marketing,
        composition,
        content,
        price,
        availability,
        major_interest,
        ..
    } = &*product.published;
    let mut rows = vec![
        safe(&product.name),
        row(
            "Codes",
            &format!(
                "CIP13 {} · CIP7 {} · CIS {}",
                product.cip13,
                product.cip13.as_str().get(5..12).unwrap_or_default(),
                product.cis
            ),
        ),
        row("Boîte", &safe(&product.presentation)),
        row(
            "Contenu",
            &content.as_ref().map_or_else(
                || "inconnu : le libellé ne le dit pas sans doute possible".to_owned(),
                box_content,
            ),
        ),
        row("État", &state(marketing)),
        row(
            "Prix",
            &price.map_or_else(
                || "non publié (non remboursé, ou libre)".to_owned(),
                |price| cost(product, price),
            ),
        ),
        row("Substances", &substances(product, composition)),
    ];
    match &product.conditions {
        None => rows.push(row("Conditions", conditions_unknown())),
        Some(conditions) => rows.extend(conditions.iter().map(|label| row("Conditions", &safe(label)))),
    }
    rows.extend(roles(product).iter().map(|role| row("Groupe", role)));
    rows.extend(group_names.iter().map(|name| row("", &safe(name))));
    rows.extend(
        availability
            .iter()
            .map(|availability| row("Disponibilité", &supply(availability))),
    );
    if let Some(atc) = major_interest {
        rows.push(row(
            "MITM",
            &format!("médicament d’intérêt thérapeutique majeur, ATC {}", Safe(&atc.0)),
        ));
    }
    for other in others.iter().filter(|other| other.cip13 != product.cip13) {
        rows.push(row(
            "Autre boîte",
            &format!("{}  {}", other.cip13, box_line(other)),
        ));
    }
    rows.join("\n")
}

fn row(title: &str, text: &str) -> String {
    format!("{title:<14}{text}")
}

/// "30 comprimés", "6 seringues de 0,4 ml".
pub fn box_content(content: &BoxContent) -> String {
    let count = usize::try_from(content.count.get()).unwrap_or(usize::MAX);
    let units = counted(count, &safe(&content.unit), &format!("{}s", Safe(&content.unit)));
    match &content.each {
        Some(each) => format!("{units} de {}", measure(each)),
        None => units,
    }
}

fn measure(measure: &Measure) -> String {
    format!("{} {}", amount(measure.thousandths), Safe(&measure.unit))
}

/// An amount given in thousandths: "0,4".
pub fn amount(thousandths: u64) -> String {
    let decimals = format!("{:03}", thousandths % 1_000);
    let decimals = decimals.trim_end_matches('0');
    let comma = if decimals.is_empty() { "" } else { "," };
    format!("{}{comma}{decimals}", thousandths / 1_000)
}

/// So much of a unit, in thousandths: "28 comprimés", "200 ml". What is measured has no plural.
pub fn units(thousandths: u64, unit: &str) -> String {
    let plural = if thousandths < 2_000 || unit.len() < 4 {
        ""
    } else {
        "s"
    };
    format!("{} {}{plural}", amount(thousandths), Safe(unit))
}

fn state(marketing: &Marketing) -> String {
    let state = match marketing.state {
        MarketingState::Marketed => "commercialisée",
        MarketingState::Stopped => "n’est plus commercialisée",
        MarketingState::Unknown => "inconnu",
    };
    match marketing.declared_on {
        Some(date) => format!("{state} ({} du {})", Safe(&marketing.label), day(date)),
        None => state.to_owned(),
    }
}

fn cost(product: &Product, price: Price) -> String {
    let rates: Vec<String> = product
        .published
        .rates
        .iter()
        .map(|rate| format!("{} %", rate.0))
        .collect();
    let reimbursed = if rates.is_empty() {
        "remboursement non publié".to_owned()
    } else {
        format!("remboursé à {}", rates.join(" ou "))
    };
    format!(
        "{} honoraire compris ({} + {}), {reimbursed}",
        euros(price.public),
        euros(price.medicine),
        euros(price.fee)
    )
}

/// "1 466,29 €".
pub fn euros(cents: Cents) -> String {
    format!("{},{:02} €", thousands(cents.0 / 100), cents.0 % 100)
}

fn substances(product: &Product, composition: &[Ingredient]) -> String {
    if composition.is_empty() {
        return safe(&product.substances);
    }
    let one = |part: &Ingredient| {
        let per = if part.per.is_empty() {
            String::new()
        } else {
            format!(" pour {}", Safe(&part.per))
        };
        let dosage = if part.dosage.is_empty() {
            String::new()
        } else {
            format!(" {}", Safe(&part.dosage))
        };
        format!("{}{dosage}{per}", Safe(&part.name))
    };
    composition.iter().map(one).collect::<Vec<_>>().join(" ; ")
}

fn roles(product: &Product) -> Vec<String> {
    let generics = product.published.generic_roles.iter().map(|(group, role)| {
        let role = match role {
            GenericRole::Reference => "princeps",
            GenericRole::Generic => "générique",
            GenericRole::Complementary => "générique par complémentarité posologique : recompter les unités",
            GenericRole::Substitutable => "générique substituable",
        };
        format!("générique {} ({role})", Safe(&group.0))
    });
    let hybrid = product.hybrid_group.iter().map(|group| {
        let role = match product.published.hybrid_role {
            Some(HybridRole::Reference) => " (référence)",
            Some(HybridRole::Hybrid) => " (hybride)",
            None => "",
        };
        format!("hybride {}{role}", Safe(&group.0))
    });
    let biosimilar = product
        .biosimilar_group
        .iter()
        .map(|group| format!("biosimilaire {}", Safe(&group.0)));
    generics.chain(hybrid).chain(biosimilar).collect()
}

/// What ANSM says of a supply.
pub fn supply(availability: &Availability) -> String {
    let what = match availability.status {
        AvailabilityStatus::OutOfStock => "rupture de stock",
        AvailabilityStatus::Tension => "tension d’approvisionnement",
        AvailabilityStatus::Discontinued => "arrêt de commercialisation",
        AvailabilityStatus::Returned => "remise à disposition",
    };
    let back = availability
        .back_on
        .filter(|_| availability.status != AvailabilityStatus::Returned)
        .map_or_else(String::new, |date| {
            format!(", remise à disposition le {}", day(date))
        });
    format!(
        "{what} depuis le {} (ANSM, fiche du {}){back}",
        day(availability.since),
        day(availability.updated_on)
    )
}

/// "20 874", with the narrow space that keeps it together.
fn thousands(number: u32) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_and_contents_are_written_as_in_france() {
        assert_eq!(euros(Cents(146_629)), "1\u{202f}466,29 €");
        assert_eq!(euros(Cents(5)), "0,05 €");
        for (label, text) in [
            (
                "6 seringue(s) préremplie(s) en verre de 0,4 ml",
                "6 seringues de 0,4 ml",
            ),
            ("plaquette(s) aluminium de 30 comprimé(s)", "30 comprimés"),
            ("1 flacon(s) de 60 ml", "1 flacon de 60 ml"),
        ] {
            assert_eq!(
                BoxContent::read(label).as_ref().map(box_content).as_deref(),
                Some(text)
            );
        }
    }

    #[test]
    fn an_old_catalogue_says_so_and_the_subset_says_that_it_is_one() {
        let date = |text: &str| text.parse::<Date>().unwrap();
        let of_july = CatalogueScope::Official {
            date: Some(date("2026-07-24")),
        };
        assert!(!scope(of_july, date("2026-09-07")).contains("45 jours"));
        assert!(scope(of_july, date("2026-09-08")).contains("45 jours"));
        assert!(scope(CatalogueScope::TrainingSubset, date("2026-09-08")).contains("extrait"));
    }
}
