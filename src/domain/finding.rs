//! What the rules have to say: each finding carries its facts and its legal source, never a sentence.
//!
//! The sentences are in `ui/wording.rs`.

mod figures;
mod rule;

use jiff::civil::Date;

use crate::domain::hold::Hold;
use crate::domain::identifiers::{Boxes, LineNumber, Lot};
use crate::domain::product::{Availability, Cents};
use crate::domain::recall::Recall;
use crate::domain::register::RegisterNumber;
use crate::domain::share::Share;
use crate::domain::substitution::NonSubstitutable;

pub use figures::{
    BiosimilarNotice, Coverage, Deadline, Extension, Fraction, LateSince, Lateness, RefusalDoubt, Window,
};
pub use rule::{Card, Family, Rule};

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing.
    Information,
    /// May be passed, with a reason that is recorded.
    Warning,
    /// The law, or the plain meaning of the record, leaves no choice.
    Blocking,
}

impl Severity {
    /// The code that files carry.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Blocking => "blocking",
            Self::Warning => "warning",
            Self::Information => "information",
        }
    }
}

/// One remark of the rules about a prescription or a proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was found.
    pub fact: Fact,
    /// The line it is about; `None` when it is about the whole prescription.
    pub line: Option<LineNumber>,
}

/// What a rule found, with the figures it computed.
#[derive(Clone, PartialEq, Eq)]
pub enum Fact {
    /// The prescriber withdrew the whole prescription.
    PrescriptionCancelled,
    /// Its last day is past.
    PrescriptionExpired {
        /// The last day it could be executed.
        last_day: Date,
        /// The day it is.
        today: Date,
    },
    /// The base states no last day: unknown, not unlimited.
    ValidityUnstated,
    /// Everything was delivered already.
    NothingLeft,
    /// It is a secured prescription, and a numeric one is the secured support itself.
    SecuredSupport,
    /// Another pharmacy is serving it.
    HeldElsewhere(Hold),
    /// The proposal decides nothing.
    NothingDecided,
    /// A decision names a line that does not exist.
    LineUnknown,
    /// Two decisions for one line.
    LineTwice,
    /// The prescriber withdrew the line.
    LineCancelled,
    /// The prescriber suspended the line, or its state is not one this program knows.
    LineSuspended,
    /// The line is for another profession.
    LineForOthers {
        /// Who executes it.
        executor: String,
    },
    /// A first presentation after the last day on which the law allows it.
    FirstPresentationLate(Deadline),
    /// A first presentation so late that somebody must look: not listed, a device, or conditions nobody knows.
    PresentationUnverified(Deadline),
    /// More than twelve months since it was written.
    OlderThanAYear(Deadline),
    /// Written on a day that has not come.
    DatedAhead {
        /// The day it bears.
        written_on: Date,
        /// The day it is.
        today: Date,
    },
    /// It is over, and one box may still be given so that a treatment is not interrupted.
    ExceptionalSupply(Extension),
    /// It is over, and a contraceptive may still be given.
    ContraceptiveSupply(Extension),
    /// More boxes than a supplementary delivery allows.
    AboveExceptional {
        /// Boxes proposed.
        asked: Boxes,
        /// The most there can be.
        most: Boxes,
    },
    /// Everything was delivered, and one box may be given outside the electronic prescription.
    ExceptionalOutside(Extension),
    /// A narcotic presented after three days: days are taken off.
    NarcoticLate(Lateness),
    /// A narcotic presented when nothing of it is left.
    NarcoticLapsed(Lateness),
    /// More boxes of a narcotic than what is left of its days.
    AboveNarcoticShare {
        /// Boxes proposed.
        asked: Boxes,
        /// Boxes that cover the days left.
        share: Boxes,
    },
    /// A narcotic for a planned operation, within its days.
    SurgeryWindow(Window),
    /// A narcotic for a planned operation, outside its days.
    OutsideSurgeryWindow {
        /// Its days.
        window: Window,
        /// The day it is.
        today: Date,
    },
    /// A narcotic for an operation whose day cannot be read.
    SurgeryUndated,
    /// Prescribed for longer than its label allows.
    BeyondCap {
        /// The label.
        label: String,
        /// Days prescribed, renewals included.
        days: u32,
        /// The day it was written.
        written_on: Date,
        /// The last day a prescription of the longest length covers.
        last_day: Date,
    },
    /// It is delivered by fractions.
    FractionDue(Fraction),
    /// More boxes than one fraction.
    AboveFraction {
        /// Boxes proposed.
        asked: Boxes,
        /// The fraction.
        fraction: Fraction,
    },
    /// The prescriber wants it delivered at once.
    FractionExcluded {
        /// The label.
        label: String,
    },
    /// A delivery of no box.
    NoBox,
    /// More boxes than remain.
    AboveRemaining {
        /// Boxes proposed.
        asked: Boxes,
        /// Boxes that remain.
        remaining: Boxes,
    },
    /// The prescriber stated no count of boxes, so none can be compared.
    CountUnstated,
    /// Fewer boxes than due, and nobody said why.
    PartialUnexplained {
        /// Boxes proposed.
        asked: Boxes,
        /// Boxes due.
        due: Boxes,
    },
    /// More boxes than one delivery lasts by law.
    AboveAMonth {
        /// Boxes proposed.
        asked: Boxes,
        /// The days they last.
        lasts: u32,
        /// The most days one delivery may last.
        most: u16,
        /// Boxes for that long.
        share: Boxes,
        /// The day the next delivery would be due.
        next: Date,
    },
    /// Boxes of another size than those ordered.
    OtherBoxSize {
        /// The boxes ordered that they stand for.
        stands_for: Share,
        /// What they hold, in thousandths of a unit.
        given: u64,
        /// What one box ordered holds, in thousandths of a unit.
        of_one: u64,
        /// The unit, in the singular.
        unit: String,
    },
    /// One box lasts more than a month: it is given whole.
    LongPack {
        /// The days one box lasts.
        lasts: u32,
        /// The day the next delivery would be due.
        next: Date,
    },
    /// What was delivered before still lasts.
    RenewalEarly(Coverage),
    /// Another prescription's boxes still last.
    Overlap(Coverage),
    /// The same, and the prescriber allows it.
    OverlapAllowed(Coverage),
    /// The law asks for a secured prescription, and the official file does not say so yet.
    SecuredByLaw {
        /// The list, in French.
        list: String,
        /// The substance.
        substance: String,
    },
    /// A prescription of "médicaments d’exception".
    ExceptionSupport,
    /// The prescriber must name the pharmacy, and names none.
    NamedPharmacyMissing {
        /// The substance.
        substance: String,
    },
    /// The prescriber names another pharmacy.
    NamedPharmacyOther {
        /// Its name or number.
        name: String,
    },
    /// It is never delivered by a community pharmacy.
    HospitalOnly {
        /// The label.
        label: String,
    },
    /// Its prescribers are restricted, and this one's specialty is none of theirs.
    ReservedPrescriber {
        /// The labels.
        labels: Vec<String>,
        /// The specialty, as the prescription says it; may be empty.
        specialty: String,
    },
    /// A treatment that is begun in hospital or by a specialist.
    InitialPrescription {
        /// The labels.
        labels: Vec<String>,
    },
    /// The labels that no other rule speaks of.
    OfficialConditions {
        /// The labels.
        labels: Vec<String>,
    },
    /// No condition is published: unknown, not free.
    ConditionsUnknown {
        /// The product.
        product: String,
    },
    /// A line to deliver only after a positive test.
    ConditionalLine {
        /// The last day.
        last_day: Date,
    },
    /// The same, once its days are over.
    ConditionalLapsed(Deadline),
    /// The same substance on another line, hidden in another product or twice the same.
    SameSubstance {
        /// The substance.
        substance: String,
        /// The other line.
        other: LineNumber,
    },
    /// The same substance alone in two products of different strength or form.
    SameSubstanceOtherForm {
        /// The substance.
        substance: String,
        /// The other line.
        other: LineNumber,
    },
    /// A box of more than 300 €.
    ExpensiveBox {
        /// Its price.
        price: Cents,
    },
    /// A shortage or a tension is published.
    Availability(Availability),
    /// A conforming delivery of a product that is not the one ordered.
    NotWhatWasOrdered {
        /// The name of the product proposed.
        given: String,
    },
    /// The prescriber forbids substitution.
    SubstitutionForbidden(NonSubstitutable),
    /// The prescriber forbids substitution for a reason that does not hold.
    RefusalDoubtful {
        /// The reason given.
        why: NonSubstitutable,
        /// What does not hold.
        doubt: RefusalDoubt,
    },
    /// The medicines database gives no legal ground for this substitution.
    SubstitutionWithoutBasis {
        /// The name of the product proposed.
        given: String,
    },
    /// The product or the one ordered is not in the medicines database: the ground cannot be checked.
    SubstitutionUnverified {
        /// The name of the product proposed.
        given: String,
    },
    /// Another product because of a shortage: the law wants it to be the one ANSM recommends (CSP art. L. 5125-23, V),
    /// and no list of those recommendations is at hand to check it with.
    ShortageUnverified {
        /// The name of the product proposed.
        given: String,
    },
    /// A device is replaced without the prescriber's agreement.
    DeviceSubstituted,
    /// A biosimilar is substituted and its lot is not recorded.
    BiosimilarLot {
        /// The name of the product proposed.
        given: String,
    },
    /// A biosimilar is substituted: what to say to the prescriber.
    BiosimilarToTell(BiosimilarNotice),
    /// Another product of the group than last time.
    BiosimilarChanged {
        /// The product given last time.
        before: String,
        /// The product proposed.
        given: String,
    },
    /// Another strength than the one ordered, where the law wants the same.
    BiosimilarStrength {
        /// The strength ordered.
        ordered: String,
        /// The strength proposed.
        given: String,
    },
    /// The product is not in the medicines database.
    ProductUnknown {
        /// Its code.
        code: String,
    },
    /// The box is past its last day.
    BoxExpired {
        /// The last day it may be used.
        expiry: Date,
        /// The day it is.
        today: Date,
    },
    /// The register says that the box has left the pharmacy already.
    BoxGone {
        /// The entry that says so.
        entry: RegisterNumber,
    },
    /// The lot in the hand was recalled.
    LotRecalled(Recall),
    /// Lots of the product were recalled, and the lot of a box in the hand is not known.
    LotToCompare {
        /// Those recalled.
        lots: Vec<Lot>,
    },
    /// The list of recalled lots could not be read, or not all of it.
    RecallsUnread,
    /// A reason "other" without words.
    OtherUnexplained,
    /// What replaces a delivery says the same as that delivery.
    NothingCorrected,
}

impl Fact {
    /// The rule that speaks.
    #[expect(clippy::too_many_lines, reason = "one row per fact, read as a table")]
    pub const fn rule(&self) -> Rule {
        match self {
            Self::PrescriptionCancelled => Rule::PrescriptionCancelled,
            Self::PrescriptionExpired { .. } => Rule::PrescriptionExpired,
            Self::ValidityUnstated => Rule::ValidityUnstated,
            Self::NothingLeft => Rule::NothingLeft,
            Self::SecuredSupport => Rule::SecuredSupport,
            Self::HeldElsewhere(_) => Rule::HeldElsewhere,
            Self::NothingDecided => Rule::NothingDecided,
            Self::LineUnknown => Rule::LineUnknown,
            Self::LineTwice => Rule::LineTwice,
            Self::LineCancelled => Rule::LineCancelled,
            Self::LineSuspended => Rule::LineSuspended,
            Self::LineForOthers { .. } => Rule::LineForOthers,
            Self::FirstPresentationLate(_) => Rule::FirstPresentationLate,
            Self::PresentationUnverified(_) => Rule::PresentationUnverified,
            Self::OlderThanAYear(_) => Rule::OlderThanAYear,
            Self::DatedAhead { .. } => Rule::DatedAhead,
            Self::ExceptionalSupply(_) => Rule::ExceptionalSupply,
            Self::ContraceptiveSupply(_) => Rule::ContraceptiveSupply,
            Self::AboveExceptional { .. } => Rule::AboveExceptional,
            Self::ExceptionalOutside(_) => Rule::ExceptionalOutside,
            Self::NarcoticLate(_) => Rule::NarcoticLate,
            Self::NarcoticLapsed(_) => Rule::NarcoticLapsed,
            Self::AboveNarcoticShare { .. } => Rule::AboveNarcoticShare,
            Self::SurgeryWindow(_) => Rule::SurgeryWindow,
            Self::OutsideSurgeryWindow { .. } => Rule::OutsideSurgeryWindow,
            Self::SurgeryUndated => Rule::SurgeryUndated,
            Self::BeyondCap { .. } => Rule::BeyondCap,
            Self::FractionDue(_) => Rule::FractionDue,
            Self::AboveFraction { .. } => Rule::AboveFraction,
            Self::FractionExcluded { .. } => Rule::FractionExcluded,
            Self::NoBox => Rule::NoBox,
            Self::AboveRemaining { .. } => Rule::AboveRemaining,
            Self::CountUnstated => Rule::CountUnstated,
            Self::PartialUnexplained { .. } => Rule::PartialUnexplained,
            Self::AboveAMonth { .. } => Rule::AboveAMonth,
            Self::OtherBoxSize { .. } => Rule::OtherBoxSize,
            Self::LongPack { .. } => Rule::LongPack,
            Self::RenewalEarly(_) => Rule::RenewalEarly,
            Self::Overlap(_) => Rule::Overlap,
            Self::OverlapAllowed(_) => Rule::OverlapAllowed,
            Self::SecuredByLaw { .. } => Rule::SecuredByLaw,
            Self::ExceptionSupport => Rule::ExceptionSupport,
            Self::NamedPharmacyMissing { .. } => Rule::NamedPharmacyMissing,
            Self::NamedPharmacyOther { .. } => Rule::NamedPharmacyOther,
            Self::HospitalOnly { .. } => Rule::HospitalOnly,
            Self::ReservedPrescriber { .. } => Rule::ReservedPrescriber,
            Self::InitialPrescription { .. } => Rule::InitialPrescription,
            Self::OfficialConditions { .. } => Rule::OfficialConditions,
            Self::ConditionsUnknown { .. } => Rule::ConditionsUnknown,
            Self::ConditionalLine { .. } => Rule::ConditionalLine,
            Self::ConditionalLapsed { .. } => Rule::ConditionalLapsed,
            Self::SameSubstance { .. } => Rule::SameSubstance,
            Self::SameSubstanceOtherForm { .. } => Rule::SameSubstanceOtherForm,
            Self::ExpensiveBox { .. } => Rule::ExpensiveBox,
            Self::Availability(_) => Rule::Availability,
            Self::NotWhatWasOrdered { .. } => Rule::NotWhatWasOrdered,
            Self::SubstitutionForbidden(_) => Rule::SubstitutionForbidden,
            Self::RefusalDoubtful { .. } => Rule::RefusalDoubtful,
            Self::SubstitutionWithoutBasis { .. } => Rule::SubstitutionWithoutBasis,
            Self::SubstitutionUnverified { .. } => Rule::SubstitutionUnverified,
            Self::ShortageUnverified { .. } => Rule::ShortageUnverified,
            Self::DeviceSubstituted => Rule::DeviceSubstituted,
            Self::BiosimilarLot { .. } => Rule::BiosimilarLot,
            Self::BiosimilarToTell(_) => Rule::BiosimilarToTell,
            Self::BiosimilarChanged { .. } => Rule::BiosimilarChanged,
            Self::BiosimilarStrength { .. } => Rule::BiosimilarStrength,
            Self::ProductUnknown { .. } => Rule::ProductUnknown,
            Self::BoxExpired { .. } => Rule::BoxExpired,
            Self::BoxGone { .. } => Rule::BoxGone,
            Self::LotRecalled(_) => Rule::LotRecalled,
            Self::LotToCompare { .. } => Rule::LotToCompare,
            Self::RecallsUnread => Rule::RecallsUnread,
            Self::OtherUnexplained => Rule::OtherUnexplained,
            Self::NothingCorrected => Rule::NothingCorrected,
        }
    }
}

impl Finding {
    /// A finding about the whole prescription.
    pub fn whole(fact: Fact) -> Self {
        Self { fact, line: None }
    }

    /// A finding about one line.
    pub fn on(line: LineNumber, fact: Fact) -> Self {
        Self {
            fact,
            line: Some(line),
        }
    }

    /// The stable id that overrides and JSON name.
    pub fn id(&self) -> &'static str {
        self.fact.rule().card().id
    }

    /// How much it weighs.
    pub fn severity(&self) -> Severity {
        self.fact.rule().card().severity
    }

    /// The article or official text it comes from.
    pub fn source(&self) -> &'static str {
        self.fact.rule().card().source
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_weighs_more_compares_greater() {
        let mut all = [Severity::Blocking, Severity::Information, Severity::Warning];
        all.sort();
        assert_eq!(all.map(Severity::code), ["information", "warning", "blocking"]);
    }
}
