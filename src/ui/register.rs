//! The register: entries newest first, the selected one at length, and whether the chain holds.

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::Span;
use ratatui::widgets::Widget;

use crate::app::closing::{BackupAnswer, Closing, ClosingAnswer};
use crate::app::register::{Check, Pages, Register};
use crate::app::screen::Scroll;
use crate::app::searching::Typing;
use crate::domain::register::{RegisterContent, RegisterEntry, RegisteredDelivery};
use crate::safe::safe;
use crate::ui::View;
use crate::ui::rows::Rows;
use crate::ui::text::padded;
use crate::ui::wording::{self, closing, edition, labels, people, reasons, searching};

/// The page.
pub struct Page<'a> {
    /// What the desk knows, and the styles.
    pub view: View<'a>,
    /// Its state.
    pub register: &'a Register,
}

/// Columns of the number.
const NUMBER_COLUMNS: usize = 8;
/// Columns of the moment of recording.
const MOMENT_COLUMNS: usize = 17;
/// Columns of the count of boxes.
const BOXES_COLUMNS: usize = 11;

impl Widget for Page<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let head_rows = self.head(area);
        let height = u16::try_from(head_rows.len()).unwrap_or(area.height);
        let [head, rest] = Layout::vertical([Constraint::Length(height), Constraint::Min(0)]).areas(area);
        head_rows.draw(Scroll::default(), head, buffer);
        let selected = self.register.entries.get(self.register.selected);
        let details = selected.map(|entry| self.details(entry, rest));
        // The entry under the cursor is told whole, as far as half of the screen goes.
        let wanted = details.as_ref().map_or(0, Rows::len);
        let below = u16::try_from(wanted).unwrap_or(u16::MAX).min(rest.height / 2);
        let [list, below] = Layout::vertical([Constraint::Min(0), Constraint::Length(below)]).areas(rest);
        self.list(list).draw(Scroll::default(), list, buffer);
        if let Some(details) = details {
            details.draw(Scroll::default(), below, buffer);
        }
    }
}

impl<'a> Page<'a> {
    fn head(&self, area: Rect) -> Rows<'a> {
        let theme = self.view.theme;
        let mut rows = Rows::new(theme, area);
        rows.heading(labels::REGISTER);
        let (sign, text, style) = match &self.register.check {
            Check::NotAsked => ("·", labels::CHECK_NOT_ASKED.to_owned(), theme.dim),
            Check::Running => ("…", labels::CHECK_RUNNING.to_owned(), theme.dim),
            Check::Failed => ("✗", labels::STORE_FAILED.to_owned(), theme.bad),
            Check::Ended(check) => match check.first_bad {
                None => ("✓", labels::chain_holds(check), theme.good),
                Some(number) => ("✗", labels::chain_broken(number), theme.bad),
            },
        };
        rows.signed(0, sign, &text, style);
        self.day(&mut rows);
        self.closing(&mut rows);
        self.search(&mut rows);
        rows
    }

    fn search(&self, rows: &mut Rows) {
        let theme = self.view.theme;
        let Some(search) = &self.register.search else {
            return;
        };
        let typed = safe(search.input.as_str());
        let (cursor, style) = match search.typing {
            Typing::GoesOn => ("▏", theme.input),
            Typing::Ended => ("", theme.strong),
        };
        rows.row(vec![
            Span::styled(format!("{} ", searching::LABEL), theme.heading),
            Span::styled(format!("{typed}{cursor}"), style),
        ]);
        let found = searching::found(
            &typed,
            search.day(),
            self.register.entries.len(),
            self.register.reading,
            search.below,
        );
        rows.paragraph(0, &found, theme.dim);
    }

    fn day(&self, rows: &mut Rows) {
        let theme = self.view.theme;
        let Some(day) = &self.register.day else {
            return;
        };
        rows.signed(
            0,
            "·",
            &closing::day(day, &self.view.desk.setting.zone),
            theme.dim,
        );
        if day.unclosed_before > 0 {
            rows.signed(
                0,
                "!",
                &closing::not_closed_before(day.unclosed_before),
                theme.warning,
            );
        }
    }

    fn closing(&self, rows: &mut Rows) {
        let theme = self.view.theme;
        match &self.register.closing {
            Closing::NotAsked => {}
            Closing::Running => rows.signed(0, "…", closing::RUNNING, theme.dim),
            Closing::Failed => rows.signed(0, "✗", labels::STORE_FAILED, theme.bad),
            Closing::Ended(answer) => {
                let (sign, style) = match answer.as_ref() {
                    ClosingAnswer::Closed { .. } => ("✓", theme.good),
                    ClosingAnswer::AlreadyClosed { .. } | ClosingAnswer::NothingToClose => {
                        ("·", Style::new())
                    }
                    ClosingAnswer::DoesNotHold(_) | ClosingAnswer::KeyMissing => ("✗", theme.bad),
                };
                rows.signed(0, sign, &closing::answer(answer), style);
                if let ClosingAnswer::Closed { backup, .. } | ClosingAnswer::AlreadyClosed { backup } =
                    answer.as_ref()
                {
                    let (sign, style) = match backup {
                        BackupAnswer::Made {
                            is_on_same_disk: false,
                            ..
                        } => ("✓", theme.good),
                        BackupAnswer::NotConfigured | BackupAnswer::Made { .. } => ("!", theme.warning),
                        BackupAnswer::DoesNotHold { .. }
                        | BackupAnswer::SupportMissing(_)
                        | BackupAnswer::Failed(_) => ("✗", theme.bad),
                    };
                    rows.signed(0, sign, &closing::backup(backup), style);
                }
                if let ClosingAnswer::Closed { note, .. } = answer.as_ref() {
                    for line in note.lines().filter(|line| !line.is_empty()) {
                        rows.paragraph(2, &safe(line), theme.dim);
                    }
                }
            }
        }
    }

    fn list(&self, area: Rect) -> Rows<'a> {
        let theme = self.view.theme;
        let mut rows = Rows::new(theme, area);
        for (place, entry) in self.register.entries.iter().enumerate() {
            let style = if place == self.register.selected {
                rows.focus_begins();
                theme.selected
            } else {
                Style::new()
            };
            self.entry(&mut rows, entry, style);
            if place == self.register.selected {
                rows.focus_ends();
            }
        }
        match self.register.reading {
            // A search says by itself how far it is.
            _ if self.register.search.is_some() => {}
            Pages::Asked => rows.paragraph(0, labels::LISTING, theme.dim),
            Pages::Failed => rows.signed(0, "✗", labels::STORE_FAILED, theme.bad),
            Pages::All if self.register.entries.is_empty() => {
                rows.paragraph(0, labels::REGISTER_EMPTY, theme.dim);
            }
            Pages::All => rows.paragraph(0, labels::REGISTER_BEGINS, theme.dim),
            Pages::More => {}
        }
        rows
    }

    fn entry(&self, rows: &mut Rows, entry: &RegisterEntry, style: Style) {
        let moment = entry.recorded_at.to_zoned(self.view.desk.setting.zone.clone());
        let moment = moment.strftime("%d/%m/%Y %H:%M").to_string();
        let left = rows
            .width
            .saturating_sub(NUMBER_COLUMNS + MOMENT_COLUMNS + BOXES_COLUMNS);
        let names = left * 2 / 5;
        let (name, product, boxes) = match &entry.content {
            Some(RegisterContent::Delivery(delivery)) => (
                people::patient_name(&delivery.patient),
                safe(&delivery.product),
                wording::boxes(delivery.boxes),
            ),
            Some(RegisterContent::Correction { of, code, reason, .. }) => (
                labels::correction_of(*of),
                safe(&reasons::motive(*code, reason)),
                String::new(),
            ),
            None => (labels::ERASED.to_owned(), String::new(), String::new()),
        };
        rows.row(vec![
            Span::styled(
                format!("{:>6}  ", entry.number.0),
                self.view.theme.strong.patch(style),
            ),
            Span::styled(padded(&moment, MOMENT_COLUMNS), style),
            Span::styled(padded(&name, names.saturating_sub(1)), style),
            Span::styled(" ", style),
            Span::styled(padded(&product, left - names), style),
            Span::styled(format!(" {}", padded(&boxes, BOXES_COLUMNS - 1)), style),
        ]);
    }

    fn details(&self, entry: &RegisterEntry, area: Rect) -> Rows<'a> {
        let theme = self.view.theme;
        let mut rows = Rows::new(theme, area);
        rows.heading(&labels::register_number(entry.number));
        match &entry.content {
            Some(RegisterContent::Delivery(delivery)) => self.delivery(&mut rows, delivery),
            Some(RegisterContent::Correction {
                of,
                code,
                reason,
                operator,
            }) => {
                rows.paragraph(0, &labels::correction_of(*of), theme.strong);
                let motive = reasons::motive(*code, reason);
                rows.paragraph(0, &labels::quoted(&safe(&motive)), Style::new());
                rows.paragraph(0, &people::operator(operator), theme.dim);
            }
            None => rows.paragraph(0, labels::ERASED_WHY, theme.dim),
        }
        rows.paragraph(0, &labels::chain_link(&entry.link), theme.dim);
        rows
    }

    fn delivery(&self, rows: &mut Rows, delivery: &RegisteredDelivery) {
        let theme = self.view.theme;
        let birth = people::patient_birth(&delivery.patient, self.view.desk.today());
        let patient = labels::joined_dot(&people::patient_name(&delivery.patient), &birth);
        rows.paragraph(0, &patient, theme.strong);
        rows.paragraph(0, &safe(&delivery.product), Style::new());
        if delivery.ordered != delivery.product {
            rows.paragraph(0, &labels::instead_of(&safe(&delivery.ordered)), theme.dim);
        }
        if let Some(basis) = delivery.basis {
            let ground = labels::joined_source(reasons::basis(basis), reasons::basis_source(basis));
            rows.paragraph(0, &labels::ground(&ground), theme.dim);
        }
        if let Some(agreement) = &delivery.agreement {
            let agreed = labels::agreement(&reasons::agreed_at(agreement, &self.view.at(agreement.at)));
            rows.paragraph(0, &agreed, theme.dim);
        }
        let lot = delivery.lot.as_ref().map(|lot| labels::lot(&safe(lot.as_str())));
        let expiry = delivery.expiry.map(|day| labels::expiry(&wording::day(day)));
        let traits: Vec<String> = [Some(wording::boxes(delivery.boxes)), lot, expiry]
            .into_iter()
            .flatten()
            .collect();
        rows.paragraph(0, &traits.join(" · "), Style::new());
        if !delivery.serials.is_empty() {
            rows.paragraph(0, &labels::serials(&edition::serials(delivery)), theme.dim);
        }
        let number = labels::prescription_title(&delivery.prescription);
        let prescriber = people::prescriber_name(&delivery.prescriber);
        rows.paragraph(0, &labels::joined_dot(&number, &prescriber), theme.dim);
        rows.paragraph(0, &people::operator(&delivery.operator), theme.dim);
        if !delivery.note.trim().is_empty() {
            rows.paragraph(0, &labels::quoted(&safe(&delivery.note)), Style::new());
        }
    }
}
