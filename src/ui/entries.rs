//! A hand-over in a list: when, for whom, which prescription, where it stands with the base.

use ratatui::style::Style;
use ratatui::text::Span;

use crate::domain::outbox::{OutboxEntry, PostState};
use crate::ui::rows::Rows;
use crate::ui::text::padded;
use crate::ui::wording::posts::Travel;
use crate::ui::wording::{corrections, labels, people, posts, settling};
use crate::ui::{Theme, View};

/// Columns of "10:42".
const TIME_COLUMNS: usize = 5;
/// Columns of a grouped number and a blank on each side.
const NUMBER_COLUMNS: usize = 24;
/// Columns of the state.
const STATE_COLUMNS: usize = 17;

/// Whether it is on its way at this moment.
pub fn travel(view: View, entry: &OutboxEntry) -> Travel {
    if view.desk.on_the_way.contains(&entry.hand_over.id) {
        Travel::OnTheWay
    } else {
        Travel::AtRest
    }
}

/// How a state looks.
pub fn state_style(theme: &Theme, state: &PostState) -> Style {
    match state {
        PostState::Accepted => theme.good,
        PostState::Pending => theme.warning,
        PostState::Local => theme.dim,
        PostState::Refused(_) | PostState::Conflict(_) => theme.bad,
    }
}

/// One row: sign, moment, patient, number, state.
pub fn summary(rows: &mut Rows, view: View, entry: &OutboxEntry) {
    summary_in(rows, view, entry, Style::new());
}

/// The same, under the cursor or not.
pub fn summary_in(rows: &mut Rows, view: View, entry: &OutboxEntry, style: Style) {
    let hand_over = &entry.hand_over;
    let travel = travel(view, entry);
    let state = entry.state();
    let is_settled = entry.settlement.is_some() && !entry.is_open();
    let state_style = if is_settled {
        view.theme.dim.patch(style)
    } else {
        state_style(view.theme, state).patch(style)
    };
    let moment = view.short(hand_over.at);
    // An older one says its day, at the expense of the name.
    let moments = if moment.len() > TIME_COLUMNS {
        12
    } else {
        TIME_COLUMNS + 1
    };
    let names = rows
        .width
        .saturating_sub(2 + moments + NUMBER_COLUMNS + STATE_COLUMNS)
        .clamp(8, 40);
    let name = people::patient_name(&hand_over.patient);
    let name = corrections::kind(hand_over).map_or(name.clone(), |kind| format!("{kind} · {name}"));
    // Its own post was accepted, and what it said is taken back: the first alone would not be true.
    let lines = hand_over.lines.iter();
    let corrected = lines
        .filter_map(|line| view.desk.correction_of(line.id))
        .find_map(|correction| corrections::corrected(correction.state()));
    let state_short = corrected
        .filter(|_| *state == PostState::Accepted)
        .unwrap_or_else(|| posts::state_short(state, travel, entry.consent()));
    let (sign, word) = if is_settled && *state != PostState::Accepted {
        ("·", settling::SETTLED_SHORT)
    } else {
        (posts::state_sign(state, travel), state_short)
    };
    rows.row(vec![
        Span::styled(format!("{sign} "), state_style),
        Span::styled(padded(&moment, moments), style),
        Span::styled(padded(&name, names), style),
        Span::styled(
            format!(" {} ", hand_over.number.grouped()),
            view.theme.dim.patch(style),
        ),
        Span::styled(padded(word, STATE_COLUMNS), state_style),
    ]);
}

/// Why it is not acknowledged, and what happens next.
pub fn why(rows: &mut Rows, view: View, entry: &OutboxEntry) {
    let theme = view.theme;
    if let Some(reason) = posts::state_reason(entry.state()) {
        rows.paragraph(4, &reason, Style::new());
        return;
    }
    let next = Some(entry.next_attempt)
        .filter(|next| *next > view.desk.now)
        .map(|next| view.at(next));
    let next = labels::next_attempt(posts::delay_short(entry.reason), entry.attempts, next.as_deref());
    rows.paragraph(4, &next, theme.dim);
}
