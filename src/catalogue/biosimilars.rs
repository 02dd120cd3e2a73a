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

    #[test]
    fn a_brand_gives_its_group_and_a_chemical_copy_has_none() {
        let mut contents = Contents::default();
        let named = [
            ("60000001", "HUMIRA 40 mg, solution injectable", Some("6")),
            ("60000002", "GONAL-f 75 UI, poudre", Some("8")),
            ("60000003", "TERIPARATIDE BIOGARAN 20 microgrammes", None),
            ("60000004", "INHIXA 4 000 UI", Some("7")),
            ("60000005", "HUMIRAX 40 mg", None),
            ("60000006", "ARANESP 10 microgrammes", None),
        ];
        for (cis, name, _) in named {
            let speciality = Speciality {
                name: name.to_owned(),
                ..Speciality::default()
            };
            contents.specialities.insert(cis.parse().unwrap(), speciality);
        }
        mark(&mut contents).unwrap();
        for (cis, name, group) in named {
            let marked = &contents.specialities[&cis.parse().unwrap()].biosimilar;
            assert_eq!(marked.as_ref().map(|group| group.0.as_str()), group, "{name}");
        }
        assert_eq!(groups().unwrap().len(), 10);
    }
}
