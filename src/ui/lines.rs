//! One line of a prescription: what was ordered, what remains, what was decided, what the rules remark.

use jiff::civil::Date;
use ratatui::style::Style;
use ratatui::text::Span;

use crate::app::form::{Form, OutcomeKind};
use crate::app::serving::Serving;
use crate::domain::dispense::Supply;
use crate::domain::finding::{Finding, Severity};
use crate::domain::identifiers::{Boxes, Lot};
use crate::domain::prescription::{Delivery, DeliveryStanding, LineKind, PrescriptionLine};
use crate::domain::substitution::SubstitutionPermission;
use crate::domain::units;
use crate::safe::safe;
use crate::ui::rows::Rows;
use crate::ui::text::padded;
use crate::ui::wording::{self, findings, labels, reasons};
use crate::ui::{Theme, View};

/// Columns of "▸ 1 ".
pub const NUMBER_COLUMNS: usize = 5;
/// Columns of the count of boxes.
const BOXES_COLUMNS: usize = 11;
/// Columns of the decision.
const DECISION_COLUMNS: usize = 15;

/// Whether a line is under the cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cursor {
    /// It is.
    Here,
    /// It is not.
    Elsewhere,
}

/// How a finding looks.
pub fn severity_style(theme: &Theme, severity: Severity) -> Style {
    match severity {
        Severity::Blocking => theme.bad,
        Severity::Warning => theme.warning,
        Severity::Information => theme.information,
    }
}

/// A finding: sign, word, explanation, and its source behind it.
pub fn finding(rows: &mut Rows, indent: usize, finding: &Finding) {
    let severity = finding.severity();
    let style = severity_style(rows.theme, severity);
    let sign = findings::severity_sign(severity);
    let text = format!("{} [{}]", findings::explanation(finding), finding.source());
    rows.signed(indent, sign, &text, style);
}

/// What was decided for a line, in a few columns.
pub fn decision_word(theme: &Theme, serving: &Serving, line: &PrescriptionLine) -> (String, Style) {
    let Some(form) = serving.form(line.number) else {
        return if line.is_open() {
            (labels::TO_DECIDE.to_owned(), theme.dim)
        } else {
            (labels::closed(line).to_owned(), theme.dim)
        };
    };
    if form.missing(line).is_some() {
        return (labels::TO_COMPLETE.to_owned(), theme.warning);
    }
    let kind = form.kind;
    let word = format!("{} {}", reasons::outcome_sign(kind), reasons::outcome_kind(kind));
    let style = match kind {
        OutcomeKind::Conforming | OutcomeKind::Substituted => theme.good,
        OutcomeKind::Adjusted | OutcomeKind::NotDelivered => theme.warning,
    };
    (word, style)
}

/// The boxes handed over now: those decided, or those due.
fn boxes_word(form: Option<&Form>, line: &PrescriptionLine) -> String {
    match (form, line.due()) {
        (Some(form), _) if form.kind == OutcomeKind::NotDelivered => labels::NO_BOX.to_owned(),
        (Some(form), Some(due)) if form.in_boxes_ordered(line) != due => {
            labels::boxes_of(form.in_boxes_ordered(line), due)
        }
        (Some(form), _) => wording::boxes(form.boxes),
        (None, _) if !line.is_open() => String::new(),
        (None, Some(due)) => wording::boxes(due),
        (None, None) => labels::COUNT_UNSTATED.to_owned(),
    }
}

/// The whole block of a line on the sheet.
pub fn block(
    rows: &mut Rows,
    serving: &Serving,
    remarks: &[Finding],
    line: &PrescriptionLine,
    cursor: Cursor,
) {
    let theme = rows.theme;
    let form = serving.form(line.number);
    if cursor == Cursor::Here {
        rows.focus_begins();
    }
    first_row(rows, theme, serving, line, cursor);
    if !line.dosage.trim().is_empty() {
        rows.paragraph(NUMBER_COLUMNS, &wording::whole(&line.dosage), Style::new());
    }
    let facts = facts(line);
    if !facts.is_empty() {
        rows.paragraph(NUMBER_COLUMNS, &facts, theme.dim);
    }
    if cursor == Cursor::Here && form.is_none() {
        for (pack, stands_for) in units::long_packs(line, &serving.products) {
            let text = labels::long_pack(&safe(&pack.presentation), pack.cip13.as_str(), stands_for);
            rows.signed(NUMBER_COLUMNS, "i", &text, theme.dim);
        }
    }
    if let Some(form) = form {
        for text in decided(form, line) {
            rows.signed(NUMBER_COLUMNS, "→", &text, theme.strong);
        }
    }
    // What is only worth knowing waits for the cursor: what must be looked at stays in sight everywhere.
    let matters = |remark: &&Finding| cursor == Cursor::Here || remark.severity() > Severity::Information;
    for remark in remarks
        .iter()
        .filter(|remark| remark.line == Some(line.number))
        .filter(matters)
    {
        finding(rows, NUMBER_COLUMNS, remark);
    }
    if cursor == Cursor::Here {
        rows.focus_ends();
    }
}

fn first_row(rows: &mut Rows, theme: &Theme, serving: &Serving, line: &PrescriptionLine, cursor: Cursor) {
    let (word, style) = decision_word(theme, serving, line);
    let boxes = boxes_word(serving.form(line.number), line);
    let labels_columns = rows
        .width
        .saturating_sub(NUMBER_COLUMNS + BOXES_COLUMNS + DECISION_COLUMNS + 2);
    let (mark, row_style) = match cursor {
        Cursor::Here => ("▸", theme.selected),
        Cursor::Elsewhere => (" ", Style::new()),
    };
    let name_style = if line.is_open() {
        theme.strong.patch(row_style)
    } else {
        theme.dim.patch(row_style)
    };
    let number = format!("{mark}{:>2}. ", line.number.0);
    rows.entry(
        vec![Span::styled(number, theme.key.patch(row_style))],
        (&safe(&line.label), labels_columns, name_style),
        vec![
            Span::styled(format!(" {}", padded(&boxes, BOXES_COLUMNS)), row_style),
            Span::styled(
                format!(" {}", padded(&word, DECISION_COLUMNS)),
                style.patch(row_style),
            ),
        ],
    );
}

/// Kind, repeats, what was delivered, what remains, substitution: in one row when it fits.
pub fn facts(line: &PrescriptionLine) -> String {
    let mut facts = Vec::new();
    facts.extend(labels::line_kind(&line.kind));
    facts.extend(line.days.map(labels::for_days));
    if line.repeats > 0 {
        facts.push(labels::repeats(line.repeats));
    }
    if line.delivered() > Boxes::ZERO {
        facts.push(labels::delivered(line.delivered()));
    }
    if let Some(remaining) = line.remaining() {
        facts.push(labels::remaining(remaining));
    }
    facts.extend(substitution(line));
    facts.join(" · ")
}

/// The official conditions of the product a line orders, word for word; none when none is known.
pub fn conditions(serving: &Serving, line: &PrescriptionLine) -> Vec<String> {
    let product = serving.products.find(&line.code);
    let labels = product.and_then(|product| product.conditions.as_deref());
    labels
        .unwrap_or_default()
        .iter()
        .map(|label| safe(label))
        .collect()
}

/// What may be given instead; it is said of medicines only.
fn substitution(line: &PrescriptionLine) -> Option<String> {
    match (&line.kind, &line.substitution) {
        (LineKind::Medication, SubstitutionPermission::Allowed) => Some(labels::SUBSTITUTABLE.to_owned()),
        (LineKind::Medication, SubstitutionPermission::Forbidden(why)) => {
            Some(labels::not_substitutable(&findings::non_substitutable(why)))
        }
        (LineKind::Device | LineKind::Compound | LineKind::Other { .. }, _) => None,
    }
}

/// What was decided that the first row does not say: product, reason, lot, words.
pub fn decided(form: &Form, line: &PrescriptionLine) -> Vec<String> {
    let mut texts = Vec::new();
    if let Some(product) = &form.product
        && form.kind != OutcomeKind::NotDelivered
    {
        let basis = product
            .basis
            .map(|basis| format!(" — {}", reasons::basis(basis)))
            .unwrap_or_default();
        texts.push(format!("{}{basis}", safe(&product.label)));
    }
    texts.extend(reason(form));
    if form.kind != OutcomeKind::NotDelivered {
        let other = form.stands_for.filter(|of| *of != form.boxes.into());
        texts.extend(other.map(|of| labels::other_size(form.boxes, of)));
        texts.extend(in_the_hand(form, line));
    }
    if !form.note.trim().is_empty() {
        texts.push(labels::quoted(&safe(form.note.trim())));
    }
    texts
}

/// How many boxes were scanned, and of which lots.
fn in_the_hand(form: &Form, line: &PrescriptionLine) -> Vec<String> {
    if form.read.is_empty() {
        return traits(form.lot.as_ref(), form.expiry).into_iter().collect();
    }
    let scanned = match form.stands_for.filter(|of| *of != form.boxes.into()) {
        // How many of another size it takes depends on which ones are scanned next.
        Some(_) => labels::scanned_so_far(form.read.len()),
        None => labels::scanned(form.read.len(), line.due().unwrap_or(form.boxes).max(form.boxes)),
    };
    let lots = lots(&form.in_the_hand(line));
    match &lots[..] {
        [] => vec![scanned],
        [lot] if usize::from(form.boxes.0) > form.read.len() => {
            vec![format!("{scanned} · {} · {lot}", labels::stands_for(form.boxes))]
        }
        [lot] => vec![format!("{scanned} · {lot}")],
        _ => std::iter::once(scanned).chain(lots).collect(),
    }
}

/// What is known of the lots of these boxes: of each lot its boxes too, when there are several.
pub fn lots(supply: &Supply) -> Vec<String> {
    let parts = supply.clone().by_lot();
    if let [only] = &parts[..] {
        return traits(only.lot.as_ref(), only.expiry).into_iter().collect();
    }
    let told = parts.iter().map(|part| {
        let said = traits(part.lot.as_ref(), part.expiry);
        let said = said.unwrap_or_else(|| labels::LOT_NOT_READ.to_owned());
        format!("{} {said}", wording::boxes(part.boxes))
    });
    told.collect()
}

/// Lot and last day, when they are known.
fn traits(lot: Option<&Lot>, expiry: Option<Date>) -> Option<String> {
    let lot = lot.map(|lot| labels::lot(&safe(lot.as_str())));
    let expiry = expiry.map(|day| labels::expiry(&wording::day(day)));
    let traits: Vec<String> = [lot, expiry].into_iter().flatten().collect();
    (!traits.is_empty()).then(|| traits.join(" · "))
}

fn reason(form: &Form) -> Option<String> {
    let reason = match form.kind {
        OutcomeKind::Conforming => None,
        OutcomeKind::Substituted => form.substitution_reason.map(reasons::substitution_reason),
        OutcomeKind::Adjusted => form.adjustment_reason.map(reasons::adjustment_reason),
        OutcomeKind::NotDelivered => form.not_delivered_reason.map(reasons::not_delivered_reason),
    };
    let agreement = form
        .agreement
        .as_ref()
        .filter(|_| form.kind == OutcomeKind::Adjusted)
        .map(reasons::agreed);
    let partial = form
        .partial
        .filter(|_| form.kind != OutcomeKind::NotDelivered)
        .map(|partial| labels::partial(reasons::partial_reason(partial)));
    let parts: Vec<String> = [reason.map(labels::reason), agreement, partial]
        .into_iter()
        .flatten()
        .collect();
    (!parts.is_empty()).then(|| parts.join(" · "))
}

/// A delivery that was made before, by any pharmacy.
pub fn delivery(rows: &mut Rows, view: View, indent: usize, delivery: &Delivery) {
    let theme = view.theme;
    let (sign, said) = match delivery.standing {
        DeliveryStanding::Completed => ("✓", wording::boxes(delivery.boxes)),
        DeliveryStanding::Declined => ("✗", labels::DECLINED.to_owned()),
        DeliveryStanding::EnteredInError => ("—", labels::WITHDRAWN.to_owned()),
    };
    let when = delivery.at.map_or_else(
        || labels::UNDATED.to_owned(),
        |at| wording::day(view.desk.day_of(at)),
    );
    let product = safe(&delivery.product);
    rows.signed(
        indent,
        sign,
        &format!("{when} · {said} · {product}"),
        Style::new(),
    );
    if !delivery.pharmacy.trim().is_empty() {
        rows.paragraph(indent + 2, &safe(delivery.pharmacy.trim()), theme.dim);
    }
}
