//! The list of recalled lots that the pharmacy keeps: a text file, read again each time products are asked for, so that a
//! recall of this morning holds at noon.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::domain::identifiers::Cip13;
use crate::domain::product::Product;
use crate::domain::recall::{Recall, Recalls, RecallsReading};

/// A list larger than that is not one: the recalls of a year are some hundreds.
const BYTES_MAX: u64 = 1 << 20;

/// Which lots of which products were recalled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecalledLots {
    /// The product and the recall, a row each.
    pub rows: Vec<(Cip13, Recall)>,
    /// The first row that could not be read, from 1; the others were.
    pub bad_row: Option<usize>,
}

/// Where the list is, if there is one.
#[derive(Debug, Clone, Default)]
pub(super) struct RecallList(pub Option<Arc<PathBuf>>);

impl RecallList {
    /// Says of each product which of its lots were recalled.
    pub(super) fn mark(&self, products: &mut [Product]) {
        let Some(path) = self.0.as_ref().filter(|_| !products.is_empty()) else {
            return;
        };
        let list = recalled_lots(path).unwrap_or_else(|error| {
            tracing::error!(error = %crate::chain(&error), "the list of recalled lots cannot be read");
            RecalledLots {
                rows: Vec::new(),
                bad_row: Some(1),
            }
        });
        let reading = match list.bad_row {
            None => RecallsReading::Whole,
            Some(_) => RecallsReading::Partial,
        };
        for product in products {
            let of_it = list.rows.iter().filter(|(cip13, _)| *cip13 == product.cip13);
            product.published.recalls = Recalls {
                known: of_it.map(|(_, recall)| recall.clone()).collect(),
                reading,
            };
        }
    }
}

/// Reads the list: a row is `CIP13;lot;since;reference`, `*` being every lot; blank rows and those after `#` say nothing.
pub fn recalled_lots(path: &Path) -> std::io::Result<RecalledLots> {
    let mut bytes = Vec::new();
    File::open(path)?.take(BYTES_MAX + 1).read_to_end(&mut bytes)?;
    let is_whole = bytes.len() as u64 <= BYTES_MAX;
    let text = String::from_utf8_lossy(&bytes);
    let mut list = RecalledLots {
        rows: Vec::new(),
        bad_row: None,
    };
    let mut rows_seen = 0;
    for (place, row) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        rows_seen = place + 1;
        let row = row.trim();
        if row.is_empty() || row.starts_with('#') {
            continue;
        }
        match recall(row) {
            Some(read) => list.rows.push(read),
            None => list.bad_row = list.bad_row.or(Some(rows_seen)),
        }
    }
    if !is_whole {
        list.bad_row = list.bad_row.or(Some(rows_seen));
    }
    Ok(list)
}

fn recall(row: &str) -> Option<(Cip13, Recall)> {
    let mut columns = row.splitn(4, ';').map(str::trim);
    let cip13 = columns.next()?.parse().ok()?;
    let lot = match columns.next()? {
        "*" => None,
        lot => Some(lot.parse().ok()?),
    };
    let since = columns.next()?.parse().ok()?;
    let reference = columns.next().unwrap_or_default().to_owned();
    Some((
        cip13,
        Recall {
            lot,
            since,
            reference,
        },
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_that_cannot_be_read_is_said_and_the_others_hold() {
        let row = |row: &str| recall(row).map(|(_, recall)| (recall.lot.is_some(), recall.reference));
        for (text, expected) in [
            (
                "3400933857042;A12;2026-11-20;MED 26/A012",
                Some((true, "MED 26/A012")),
            ),
            (" 3400933857042 ; A12 ; 2026-11-20 ", Some((true, ""))),
            ("3400933857042;*;2026-11-20;a;b", Some((false, "a;b"))),
            ("3400933857043;A12;2026-11-20;clé", None),
            ("3400933857042;;2026-11-20;sans lot", None),
            ("3400933857042;lot à vérifier;2026-11-20;", None),
            ("3400933857042;A12;20/11/2026;", None),
            ("3400933857042;A12", None),
            ("bonjour", None),
        ] {
            let expected = expected.map(|(lot, reference)| (lot, reference.to_owned()));
            assert_eq!(row(text), expected, "{text}");
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rappels.csv");
        let text = "\u{feff}# rappels\r\n\r\n3400933857042;A12;2026-11-20;un\r\nx\r\n3400933857042;B7;2026-11-21;deux";
        std::fs::write(&path, text).unwrap();
        let list = recalled_lots(&path).unwrap();
        assert_eq!((list.rows.len(), list.bad_row), (2, Some(4)));
        assert!(recalled_lots(folder.path()).is_err(), "a folder is no list");
        let huge = "# rien\n".repeat(200_000);
        std::fs::write(&path, huge).unwrap();
        assert!(
            recalled_lots(&path).unwrap().bad_row.is_some(),
            "not read to its end"
        );
    }
}
