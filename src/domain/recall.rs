//! Recalled lots: what the pharmacy was told must leave its shelves, of one product.

use jiff::civil::Date;

use crate::domain::dispense::Supply;
use crate::domain::identifiers::Lot;

/// A recall of one product: of one lot, or of all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recall {
    /// The lot; `None`: every lot.
    pub lot: Option<Lot>,
    /// Since when.
    pub since: Date,
    /// The reference of the recall, in the words of who told it.
    pub reference: String,
}

impl Recall {
    /// Whether boxes of that lot are recalled. Boxes print lots in either case.
    fn concerns(&self, lot: &Lot) -> bool {
        let is_it = |recalled: &Lot| recalled.as_str().eq_ignore_ascii_case(lot.as_str());
        self.lot.as_ref().is_none_or(is_it)
    }
}

/// What is known of the recalls of a product. The default is that nobody looked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Recalls {
    /// Those that were read.
    pub known: Vec<Recall>,
    /// How much of the list was read.
    pub reading: RecallsReading,
}

/// How much of the list of recalled lots was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RecallsReading {
    /// No list is configured.
    #[default]
    NotLookedAt,
    /// All of it.
    Whole,
    /// A part at most: a recall may be missing.
    Partial,
}

impl Recalls {
    /// The recall of a box of that lot; of a box whose lot is not known, only one that concerns every lot.
    pub fn of_lot(&self, lot: Option<&Lot>) -> Option<&Recall> {
        self.known.iter().find(|recall| match lot {
            Some(lot) => recall.concerns(lot),
            None => recall.lot.is_none(),
        })
    }

    /// The recall of one of the boxes given, if there is one.
    pub fn of_supply(&self, supply: &Supply) -> Option<&Recall> {
        lots(supply).find_map(|lot| self.of_lot(lot))
    }

    /// The lots to compare by eye, when the lot of a box given is not known.
    pub fn to_compare(&self, supply: &Supply) -> Vec<Lot> {
        if lots(supply).all(|lot| lot.is_some()) {
            return Vec::new();
        }
        self.known
            .iter()
            .filter_map(|recall| recall.lot.clone())
            .collect()
    }
}

/// The lot of each box that was read, and the one said of those that were not.
fn lots(supply: &Supply) -> impl Iterator<Item = Option<&Lot>> {
    let read = supply.read.iter().map(|read| read.lot.as_ref());
    let others = usize::from(supply.boxes.0) > supply.read.len();
    read.chain(others.then_some(supply.lot.as_ref()))
}
