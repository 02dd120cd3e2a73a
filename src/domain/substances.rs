//! The closed lists of substances and groups that the law names, each with its text and the day it was last read.
//!
//! A substance is recognised by its name without accents in the composition or in the name of a product. These
//! lists only add to what the official file of conditions says; they never take anything away.

use jiff::civil::{Date, date};

use crate::domain::product::Product;
use crate::domain::words::folded;

/// A list the law closes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClosedList {
    /// Its title, in French.
    pub title: &'static str,
    /// The text it comes from.
    pub source: &'static str,
    /// The day that text was last compared with this list.
    pub checked: Date,
    /// What is in it, without accents.
    pub names: &'static [&'static str],
}

const CHECKED: Date = date(2026, 11, 22);

/// Substances with a narrow therapeutic margin: the only ones for which "MTE" is a reason.
pub const NARROW_MARGIN: ClosedList = ClosedList {
    title: "Marge thérapeutique étroite (MTE)",
    source: "Arrêtés du 12 novembre 2019 et du 20 juillet 2022",
    checked: CHECKED,
    names: &[
        "lamotrigine",
        "pregabaline",
        "zonisamide",
        "levetiracetam",
        "topiramate",
        "valproate",
        "valproique",
        "levothyroxine",
        "mycophenolate",
        "buprenorphine",
        "azathioprine",
        "ciclosporine",
        "everolimus",
        "lacosamide",
        "oxcarbazepine",
    ],
};

/// Weak opioids on a secured prescription since 1 March 2025, whether or not the official file says so yet.
pub const WEAK_OPIOIDS: ClosedList = ClosedList {
    title: "Opioïdes à ordonnance sécurisée depuis le 1ᵉʳ mars 2025 (12 semaines)",
    source: "ANSM : tramadol, codéine et dihydrocodéine sur ordonnance sécurisée depuis le 1ᵉʳ mars 2025",
    checked: CHECKED,
    names: &["tramadol", "codeine", "dihydrocodeine"],
};

/// Narcotics: what is assumed of a product whose conditions are not published yet.
pub const NARCOTICS: ClosedList = ClosedList {
    title: "Stupéfiants présumés quand aucune condition n’est publiée (28 jours)",
    source: "BDPM, CPD par substance (26 mai 2026)",
    checked: CHECKED,
    names: &[
        "morphine",
        "oxycodone",
        "fentanyl",
        "hydromorphone",
        "methadone",
        "methylphenidate",
        "lisdexamfetamine",
        "dexamfetamine",
        "ketamine",
        "oxybate",
        "sufentanil",
        "alfentanil",
        "remifentanil",
    ],
};

/// On a secured prescription for six months at most.
pub const PREGABALIN: ClosedList = ClosedList {
    title: "Prégabaline : ordonnance sécurisée, 6 mois",
    source: "BDPM, CPD de toutes les spécialités (26 mai 2026)",
    checked: CHECKED,
    names: &["pregabaline"],
};

/// On a secured prescription for four weeks at most, without overlap.
pub const ZOLPIDEM: ClosedList = ClosedList {
    title: "Zolpidem : ordonnance sécurisée, 4 semaines, sans chevauchement",
    source: "ANSM, zolpidem ; BDPM, CPD de toutes les spécialités (26 mai 2026)",
    checked: CHECKED,
    names: &["zolpidem"],
};

/// Substitution treatments of opioid dependence: the prescriber names the pharmacy.
pub const OPIOID_SUBSTITUTION: ClosedList = ClosedList {
    title: "Traitements substitutifs aux opiacés : pharmacie désignée",
    source: "CI-SIS eP-MED-DM 2024.01 : exécutant désigné, obligatoire",
    checked: CHECKED,
    names: &["methadone", "buprenorphine"],
};

/// Substances of oral contraceptives, alone or together.
pub const CONTRACEPTIVES: ClosedList = ClosedList {
    title: "Contraceptifs oraux (12 semaines par délivrance)",
    source: "CSP art. R. 5132-12 et R. 5134-4-1",
    checked: CHECKED,
    names: &[
        "ethinylestradiol",
        "levonorgestrel",
        "desogestrel",
        "gestodene",
        "norgestimate",
        "drospirenone",
        "dienogest",
        "chlormadinone",
        "nomegestrol",
        "norethisterone",
    ],
};

/// The groups within which a pharmacist may give one biological medicine for another.
pub const BIOSIMILAR_GROUPS: ClosedList = ClosedList {
    title: "Groupes de biosimilaires substituables",
    source: "Arrêtés du 20 février 2025 (groupes 1 à 9) et du 4 décembre 2025 (groupe 10)",
    checked: CHECKED,
    names: &[
        "filgrastim",
        "pegfilgrastim",
        "ranibizumab",
        "teriparatide",
        "etanercept",
        "adalimumab",
        "enoxaparine",
        "follitropine alfa",
        "epoetine",
        "aflibercept",
    ],
};

/// All of them, in the order they are read out.
pub const ALL: &[&ClosedList] = &[
    &NARROW_MARGIN,
    &WEAK_OPIOIDS,
    &PREGABALIN,
    &ZOLPIDEM,
    &NARCOTICS,
    &OPIOID_SUBSTITUTION,
    &CONTRACEPTIVES,
    &BIOSIMILAR_GROUPS,
];

impl ClosedList {
    /// The first of its substances in that product, by its composition or its name.
    pub fn in_product(&self, product: &Product) -> Option<&'static str> {
        let composition = folded(&format!("{} {}", product.substances, product.name));
        self.names.iter().copied().find(|name| composition.contains(name))
    }
}

/// Words of a composition that name no substance: salts, hydrates, strengths' units.
const NOT_A_SUBSTANCE: &[&str] = &[
    "chlorhydrate",
    "sulfate",
    "phosphate",
    "tartrate",
    "citrate",
    "fumarate",
    "maleate",
    "mesilate",
    "besilate",
    "oxalate",
    "acetate",
    "hemihydrate",
    "hydrate",
    "dihydrate",
    "trihydrate",
    "anhydre",
    "sodique",
    "calcique",
    "potassique",
    "magnesique",
    "magnesium",
    "sodium",
    "potassium",
    "calcium",
    "dihydratee",
    "trihydratee",
    "hydratee",
    "monohydratee",
    "monohydrate",
    "poudre",
    "solution",
    "extrait",
    "microgrammes",
    "microgramme",
    "unites",
    "xinafoate",
    "propionate",
    "dipropionate",
    "digluconate",
    "bromhydrate",
    "acide",
    "hydrogenotartrate",
    "succinate",
    "nitrate",
    "carbonate",
    "chlorure",
    "doses",
];

/// The substances of a product, each by its own first word: what two products are compared by.
///
/// The composition lists them between "+"; what is left of each without salts and figures is its name.
pub fn of(product: &Product) -> Vec<String> {
    let mut found: Vec<String> = product
        .substances
        .split('+')
        .filter_map(|part| {
            folded(part)
                .split(|c: char| !c.is_ascii_alphabetic() && c != '-')
                .map(|word| word.trim_matches('-'))
                .find(|word| word.len() > 3 && !NOT_A_SUBSTANCE.contains(word))
                .map(str::to_owned)
        })
        .collect();
    found.sort();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sample::medicine;

    #[test]
    fn a_substance_is_recognised_without_accents_and_whatever_its_salt() {
        for (substances, list, expected) in [
            (
                "LÉVOTHYROXINE SODIQUE 75 microgrammes",
                NARROW_MARGIN,
                Some("levothyroxine"),
            ),
            ("PARACÉTAMOL 500 mg", NARROW_MARGIN, None),
            (
                "PARACÉTAMOL 500 mg + CODÉINE (PHOSPHATE DE) HÉMIHYDRATÉ 30 mg",
                WEAK_OPIOIDS,
                Some("codeine"),
            ),
            ("CHLORHYDRATE DE TRAMADOL 50 mg", WEAK_OPIOIDS, Some("tramadol")),
            ("", WEAK_OPIOIDS, None),
        ] {
            assert_eq!(
                list.in_product(&medicine(substances, &[])),
                expected,
                "{substances}"
            );
        }
    }

    #[test]
    fn substances_are_compared_without_their_salts() {
        for (substances, expected) in [
            ("SULFATE DE MORPHINE 10 mg", &["morphine"][..]),
            (
                "CODÉINE (PHOSPHATE DE) HÉMIHYDRATÉ 30 mg + PARACÉTAMOL 500 mg",
                &["codeine", "paracetamol"],
            ),
            ("CHLORHYDRATE D'OXYCODONE 10 mg", &["oxycodone"]),
            ("DL-LYSINE (ACÉTYLSALICYLATE DE) 135 mg", &["dl-lysine"]),
            ("", &[]),
        ] {
            assert_eq!(of(&medicine(substances, &[])), expected, "{substances}");
        }
    }

    #[test]
    fn every_list_says_where_it_comes_from() {
        for list in ALL {
            assert!(!list.names.is_empty() && !list.title.is_empty() && list.source.len() > 10);
            assert!(
                list.names.iter().all(|name| folded(name) == **name),
                "{}",
                list.title
            );
        }
    }
}
