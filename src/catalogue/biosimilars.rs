//! The groups of substitutable biosimilars: no official file holds them, so this table of ours does, with its source.

use crate::catalogue::contents::{Contents, GroupKind};
use crate::catalogue::error::{BadLine, CatalogueError};
use crate::catalogue::search::folded;
use crate::domain::product::BiosimilarGroup;

/// One group a line; its first lines give its columns and its source.
const GROUPS: &str = include_str!("biosimilars.tsv");

const COLUMNS: usize = 6;

struct Group<'l> {
    number: &'l str,
    label: String,
    brands: Vec<String>,
}

/// Gives each speciality of a known brand its group.
pub(super) fn mark(contents: &mut Contents) -> Result<(), CatalogueError> {
    let groups = groups()?;
    for speciality in contents.specialities.values_mut() {
        let name = folded(&speciality.name);
        let is_brand = |brand: &String| {
            let rest = name.strip_prefix(brand.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
        };
        let group = groups.iter().find(|group| group.brands.iter().any(is_brand));
        speciality.biosimilar = group.map(|group| BiosimilarGroup(group.number.to_owned()));
    }
    name_groups(contents)
}

/// The names of the groups, for catalogues whose members are marked otherwise.
pub(super) fn name_groups(contents: &mut Contents) -> Result<(), CatalogueError> {
    for group in groups()? {
        let key = (GroupKind::Biosimilar, group.number.to_owned());
        contents.groups.insert(key, group.label);
    }
    Ok(())
}

fn groups() -> Result<Vec<Group<'static>>, CatalogueError> {
    let rows = GROUPS
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.starts_with('#'));
    rows.map(|(place, line)| {
        let columns: Vec<&str> = line.split('\t').collect();
        let Ok([number, substance, reference, brands, members, source]) =
            <[&str; COLUMNS]>::try_from(columns.as_slice())
        else {
            return Err(CatalogueError::Line {
                file: "biosimilars.tsv",
                line: place + 1,
                source: BadLine::Columns {
                    expected: COLUMNS,
                    found: columns.len(),
                },
            });
        };
        // Whoever relies on a group must know how its members were found.
        let doubt = match members {
            "annex" => "",
            "press" => ", membres selon la presse professionnelle : annexe à vérifier",
            _ => ", membres par substance : annexe à vérifier",
        };
        Ok(Group {
            number,
            label: format!("{substance} — {reference} ({source}{doubt})"),
            brands: brands.split(", ").map(folded).collect(),
        })
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::contents::Speciality;

    /// Group, its label, specialities in it, specialities of the same family that are not.
    const TABLE: [(&str, &str, &[&str], &[&str]); 10] = [
        (
            "1",
            "filgrastim — NEUPOGEN",
            &["NEUPOGEN 30 MU/0,5 mL", "ZARZIO 30 MU"],
            &["GRANOCYTE 34"],
        ),
        (
            "2",
            "pegfilgrastim — NEULASTA",
            &["NEULASTA 6 mg", "PELGRAZ 6 mg"],
            &["LONQUEX 6 mg"],
        ),
        (
            "3",
            "ranibizumab — LUCENTIS",
            &["LUCENTIS 10 mg/ml", "XIMLUCI 10 mg/mL"],
            &["BEOVU 120 mg/mL"],
        ),
        (
            "4",
            "tériparatide — FORSTEO",
            &[
                "FORSTEO 20 microgrammes/80 microlitres",
                "MOVYMIA 20 microgrammes",
            ],
            &[
                "TERIPARATIDE BIOGARAN 20 microgrammes",
                "TERIPARATIDE TEVA 20 microgrammes",
                "YORVIPATH 168",
            ],
        ),
        (
            "5",
            "étanercept — ENBREL",
            &["ENBREL 50 mg", "BENEPALI 50 mg"],
            &["ORENCIA 125 mg"],
        ),
        (
            "6",
            "adalimumab — HUMIRA",
            &["HUMIRA 40 mg, solution", "YUFLYMA 40 mg"],
            &["HUMIRAX 40 mg"],
        ),
        (
            "7",
            "énoxaparine — LOVENOX",
            &[
                "LOVENOX 4 000 UI",
                "INHIXA 4 000 UI",
                "ENOXAPARINE ARROW 4 000 UI (40 mg)/0,4 mL",
            ],
            &["INNOHEP 10 000 UI"],
        ),
        (
            "8",
            "follitropine alfa — GONAL-F",
            &[
                "GONAL-f 75 UI, poudre",
                "BEMFOLA 75 UI/0,125 mL",
                "OVALEAP 300 UI/0,5 mL",
            ],
            &["ELONVA 100 microgrammes", "PERGOVERIS 150 UI"],
        ),
        (
            "9",
            "époétine — EPREX",
            &[
                "EPREX 4000 UI/mL",
                "BINOCRIT 5000 UI/0,5 mL",
                "RETACRIT 4 000 UI/0,4 mL",
            ],
            &[
                "ARANESP 10 microgrammes",
                "MIRCERA 50",
                "NEORECORMON 500 UI",
                "EPORATIO 20 000 UI/1 ml",
            ],
        ),
        (
            "10",
            "aflibercept — EYLEA",
            &[
                "EYLEA 40 mg/mL, solution injectable en flacon",
                "AFQLIR 40 mg/mL",
                "PAVBLU 40 mg/mL",
            ],
            &["EYLEA 114,3 mg/mL, solution injectable", "ZALTRAP 25 mg/ml"],
        ),
    ];

    fn group_of(name: &str) -> Option<String> {
        let mut contents = Contents::default();
        let speciality = Speciality {
            name: name.to_owned(),
            ..Speciality::default()
        };
        contents
            .specialities
            .insert("60000001".parse().unwrap(), speciality);
        mark(&mut contents).unwrap();
        let marked = contents.specialities.into_values().next().unwrap();
        marked.biosimilar.map(|group| group.0)
    }

    #[test]
    fn each_group_takes_its_own_and_leaves_the_rest_of_its_family() {
        let groups = groups().unwrap();
        assert_eq!(groups.len(), TABLE.len());
        for ((number, label, members, strangers), group) in TABLE.into_iter().zip(&groups) {
            assert_eq!(group.number, number);
            assert!(group.label.starts_with(label), "{}", group.label);
            for name in members {
                assert_eq!(group_of(name).as_deref(), Some(number), "{name}");
            }
            for name in strangers {
                assert_eq!(group_of(name), None, "{name}");
            }
        }
    }

    #[test]
    fn a_group_whose_annex_was_not_read_says_so() {
        let groups = groups().unwrap();
        let doubtful = groups.iter().filter(|group| group.label.contains("à vérifier"));
        let numbers: Vec<&str> = doubtful.map(|group| group.number).collect();
        assert_eq!(numbers, ["6", "7", "8", "9", "10"]);
    }
}
