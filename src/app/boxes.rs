//! A box was scanned over a prescription: which line it answers, how it counts there, or why it counts nowhere.

use jiff::civil::Date;

use crate::app::desk::Notice;
use crate::app::effect::Effect;
use crate::app::form::{Form, GivenProduct, OutcomeKind};
use crate::app::serving::{Serving, given, usual_reason};
use crate::domain::box_read::{BoxGone, BoxRead};
use crate::domain::identifiers::{Boxes, LineNumber};
use crate::domain::prescription::PrescriptionLine;
use crate::domain::product::{Product, ProductCode};
use crate::domain::regime::Regime;
use crate::domain::scanned::ScannedBox;
use crate::domain::substitution::{SubstitutionBasis, SubstitutionPermission, is_what_was_ordered};

/// How well a box answers a line, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Closeness {
    /// The very presentation ordered, or one of the speciality ordered.
    Ordered,
    /// Another box of the speciality of the presentation ordered.
    OtherBox,
    /// Another product, which may be given for it.
    Substitute,
}

/// A line that a box answers.
struct Fit<'a> {
    closeness: Closeness,
    line: &'a PrescriptionLine,
    basis: Option<SubstitutionBasis>,
}

impl Serving {
    /// A box was scanned: it is one more box of the line it answers, or a sentence says why it is none. `None` when
    /// it answers no line.
    pub fn tick(&mut self, scanned: &ScannedBox, today: Date) -> Option<Notice> {
        let read = BoxRead {
            cip13: scanned.cip13.clone()?,
            lot: scanned.lot.clone(),
            expiry: scanned.expiry,
            serial: scanned.serial.clone(),
        };
        match self.counted_in(read, today)? {
            Ok(form) => {
                let form = self.weighed(form);
                let line = self.prescription.line(form.line)?;
                let (number, count) = (line.number, form.read.len());
                let notice = match line.due().filter(|due| form.in_boxes_ordered(line) < *due) {
                    Some(due) if form.stands_for.is_none() => Notice::BoxCounted(number, count, due),
                    Some(_) => Notice::SmallBoxCounted(number, count),
                    None => Notice::BoxTicked(number),
                };
                if self.pointed_at != Some(number) {
                    self.pointed_at = None;
                }
                self.select(number);
                self.put(form);
                Some(notice)
            }
            Err(notice) => Some(notice),
        }
    }

    /// What the store is asked about a box that was counted in: only a serial tells whether it left already.
    pub fn asked_of(&self, scanned: &ScannedBox) -> Vec<Effect> {
        let is_it =
            |read: &&BoxRead| read.serial == scanned.serial && Some(&read.cip13) == scanned.cip13.as_ref();
        let read = self.forms.iter().flat_map(|form| &form.read).find(is_it);
        let read = read.filter(|read| read.serial.is_some());
        read.map(|read| Effect::LookForBox(Box::new(read.clone())))
            .into_iter()
            .collect()
    }

    /// The register says that a box has left: it is said as long as the box is in the hand.
    pub fn say_gone(&mut self, gone: BoxGone) -> bool {
        let is_in_hand = |form: &Form| form.read.iter().any(|read| read.is_the_same_box(&gone.read));
        let is_news = self.forms.iter().any(is_in_hand) && !self.gone.contains(&gone);
        if is_news {
            self.gone.push(gone);
        }
        is_news
    }

    /// The form of the line that the box answers, with this box in it.
    fn counted_in(&self, read: BoxRead, today: Date) -> Option<Result<Form, Notice>> {
        let code = ProductCode::Cip13(read.cip13.clone());
        let product = self.products.find(&code);
        let fits = self.fits(&code, product);
        if fits.is_empty() {
            return None;
        }
        Some(
            self.stopped(&read, product, today)
                .map_or(Ok(()), Err)
                .and_then(|()| self.line_for(&fits))
                .and_then(|fit| self.with_box(fit, product, read)),
        )
    }

    /// The lines that it answers best, in the prescription's order.
    fn fits(&self, code: &ProductCode, product: Option<&Product>) -> Vec<Fit<'_>> {
        let open = self.prescription.lines.iter().filter(|line| line.is_open());
        let fits: Vec<Fit> = open.filter_map(|line| self.fit(line, code, product)).collect();
        let best = fits.iter().map(|fit| fit.closeness).min();
        fits.into_iter()
            .filter(|fit| Some(fit.closeness) == best)
            .collect()
    }

    fn fit<'a>(
        &self,
        line: &'a PrescriptionLine,
        code: &ProductCode,
        product: Option<&Product>,
    ) -> Option<Fit<'a>> {
        let of = |closeness, basis| {
            Some(Fit {
                closeness,
                line,
                basis,
            })
        };
        // A product that the medicines database does not know answers the line that orders its very code, or the one
        // that a box of it was given to.
        let was_named = product.is_none() && self.named(line, code);
        if line.code == *code || was_named {
            return of(Closeness::Ordered, None);
        }
        let (given, ordered) = (product?, self.products.find(&line.code));
        if is_what_was_ordered(&line.code, ordered, given) {
            let closeness = match line.code {
                ProductCode::Cis(_) => Closeness::Ordered,
                _ => Closeness::OtherBox,
            };
            return of(closeness, None);
        }
        let basis = SubstitutionBasis::between(ordered?, given)?;
        let is_allowed = line.substitution == SubstitutionPermission::Allowed;
        is_allowed
            .then(|| of(Closeness::Substitute, Some(basis)))
            .flatten()
    }

    /// Why this very box is not handed over, whichever line it answers.
    pub(super) fn stopped(&self, read: &BoxRead, product: Option<&Product>, today: Date) -> Option<Notice> {
        let is_known = |form: &&Form| form.read.iter().any(|known| known.is_the_same_box(read));
        if let Some(form) = self.forms.iter().find(is_known) {
            return Some(Notice::SameBox(form.line));
        }
        if let Some(expiry) = read.expiry.filter(|expiry| today > *expiry) {
            return Some(Notice::BoxExpired(expiry));
        }
        let recalls = product.map(|product| &product.published.recalls);
        if let Some(recall) = recalls.and_then(|recalls| recalls.of_lot(read.lot.as_ref())) {
            return Some(Notice::LotRecalled(recall.clone()));
        }
        let is_for_hospitals = Regime::of(product).hospital_only().is_some();
        is_for_hospitals.then_some(Notice::BoxForHospitals)
    }

    /// The one of these lines that the box is for: the one that still waits for a box, or that was pointed at.
    fn line_for<'f, 'a>(&self, fits: &'f [Fit<'a>]) -> Result<&'f Fit<'a>, Notice> {
        let mut waiting = fits.iter().filter(|fit| self.waits_for_a_box(fit.line));
        let Some(first) = waiting.next() else {
            let lines = fits.iter().map(|fit| fit.line);
            let full = lines
                .map(|line| (line.number, self.read_of(line.number)))
                .next_back();
            return Err(full.map_or(Notice::NoSuchLine, |(line, count)| {
                Notice::AllScanned(line, count)
            }));
        };
        let others: Vec<&Fit> = waiting.collect();
        if others.is_empty() {
            return Ok(first);
        }
        let all = std::iter::once(first).chain(others);
        let numbers: Vec<LineNumber> = all.clone().map(|fit| fit.line.number).collect();
        all.into_iter()
            .find(|fit| self.pointed_at == Some(fit.line.number))
            .ok_or(Notice::SeveralLines(numbers))
    }

    fn read_of(&self, line: LineNumber) -> usize {
        self.form(line).map_or(0, |form| form.read.len())
    }

    /// Whether one delivery takes this box too, or more were counted by hand than were scanned.
    fn waits_for_a_box(&self, line: &PrescriptionLine) -> bool {
        let known = self
            .form(line.number)
            .filter(|form| form.kind != OutcomeKind::NotDelivered);
        let is_first = known.is_none_or(|form| form.read.is_empty());
        let is_counted = known.is_some_and(|form| form.read.len() < usize::from(form.boxes.0));
        if is_first || is_counted {
            return true;
        }
        let given = known.map_or(Boxes::ZERO, |form| form.in_boxes_ordered(line));
        line.due().is_none_or(|due| given < due)
    }

    fn with_box(&self, fit: &Fit, product: Option<&Product>, read: BoxRead) -> Result<Form, Notice> {
        let line = fit.line;
        let scanned = product.map(|product| given(product, fit.basis));
        let kind = match fit.basis {
            Some(_) => OutcomeKind::Substituted,
            None => OutcomeKind::Conforming,
        };
        let mut form = match self.form(line.number) {
            Some(form) if scanned.is_none() && self.named(line, &ProductCode::Cip13(read.cip13.clone())) => {
                form.clone()
            }
            Some(form) if self.goes_with(form, line, kind, scanned.as_ref()) => form.clone(),
            Some(form) if !form.read.is_empty() => return Err(Notice::OtherBoxBefore(line.number)),
            _ => Form::of_boxes(line, kind).by_fractions(self.one_fraction(line)),
        };
        if form.read.is_empty() {
            form.product = scanned;
        }
        if form.kind == OutcomeKind::Substituted && form.substitution_reason.is_none() {
            form.substitution_reason = fit.basis.map(usual_reason);
        }
        form.count_in(read);
        Ok(form)
    }

    /// Whether boxes of that very code are given for the line.
    fn named(&self, line: &PrescriptionLine, code: &ProductCode) -> bool {
        let given = self.form(line.number).and_then(|form| form.product.as_ref());
        given.is_some_and(|given| given.code == *code)
    }

    /// Whether the box is more of what was decided for its line, box size left aside.
    fn goes_with(
        &self,
        form: &Form,
        line: &PrescriptionLine,
        kind: OutcomeKind,
        scanned: Option<&GivenProduct>,
    ) -> bool {
        if form.kind != kind && form.kind != OutcomeKind::Adjusted {
            return false;
        }
        let speciality = |code: &ProductCode| self.products.find(code).map(|product| &product.cis);
        match (&form.product, scanned) {
            (None, _) => kind == OutcomeKind::Conforming,
            (Some(decided), Some(scanned)) => {
                decided.code == scanned.code
                    || speciality(&decided.code).is_some_and(|cis| Some(cis) == speciality(&scanned.code))
            }
            (Some(decided), None) => decided.code == line.code,
        }
    }
}
