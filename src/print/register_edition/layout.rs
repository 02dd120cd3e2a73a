//! Where everything stands on the edition's pages.

use super::{Block, Edition, Row};
use crate::print::page::{Page, Style};
use crate::print::typeface::Typeface;
use crate::print::{Paper, outside};
use crate::safe::safe;
use crate::ui::wording::edition as words;

/// A4, landscape: the table has eight columns.
const PAPER: Paper = Paper {
    width: 841.89,
    height: 595.28,
};

const LEFT: f32 = 34.0;
const RIGHT: f32 = PAPER.width - LEFT;

/// Where the columns begin.
const COLUMNS: [f32; 8] = [LEFT, 72.0, 128.0, 246.0, 370.0, 566.0, 604.0, 682.0];

/// Between a column's text and the next column.
const GUTTER: f32 = 8.0;

/// Where the table begins, and where it must end.
const TABLE_TOP: f32 = 96.0;
const TABLE_END: f32 = 552.0;

/// Above and below the text of a row.
const ROW_SPACE: f32 = 4.0;

const NAME: Style = Style::new(Typeface::Bold, 12.0);
const PLAIN: Style = Style::new(Typeface::Regular, 9.0);
const SMALL: Style = Style::new(Typeface::Regular, 8.0).shaded(0.25);
const HEAD: Style = Style::new(Typeface::Bold, 8.0);
const CELL: Style = Style::new(Typeface::Regular, 8.0);
const STRONG: Style = Style::new(Typeface::Bold, 8.0);
const MARK: Style = Style::new(Typeface::Bold, 96.0).shaded(0.93);

/// What a row stands on.
enum Ground {
    Ruled,
    Shaded,
}

/// A row of the table, measured.
struct Measured {
    /// Where each cell begins, and its lines.
    cells: Vec<(f32, Vec<(Style, String)>)>,
    ground: Ground,
}

impl Measured {
    fn height(&self) -> f32 {
        let cell = |lines: &[(Style, String)]| lines.iter().map(|(style, _)| style.leading()).sum();
        let tallest = self
            .cells
            .iter()
            .map(|(_, lines)| cell(lines))
            .fold(0.0, f32::max);
        tallest + 2.0 * ROW_SPACE
    }
}

/// The edition as a PDF.
pub(super) fn pdf(edition: &Edition) -> Vec<u8> {
    let mut tables: Vec<Vec<Measured>> = vec![Vec::new()];
    let mut y = TABLE_TOP;
    for row in edition.blocks().iter().map(measured) {
        if y + row.height() > TABLE_END && y > TABLE_TOP {
            tables.push(Vec::new());
            y = TABLE_TOP;
        }
        y += row.height();
        if let Some(table) = tables.last_mut() {
            table.push(row);
        }
    }
    let count = tables.len();
    let pages = (1..)
        .zip(tables)
        .map(|(place, table)| {
            let mut page = Page::new(PAPER);
            if let Some(mark) = edition.mark {
                page.text_across(MARK, PAPER.width / 2.0 + 30.0, 330.0, 30.0, mark);
            }
            head(&mut page, edition);
            draw(&mut page, &table);
            page.text(SMALL, LEFT, 574.0, words::SOURCE);
            page.text_up_to(SMALL, RIGHT, 574.0, &words::page(place, count));
            page
        })
        .collect();
    crate::print::pdf(words::TITLE, PAPER, pages)
}

fn measured(block: &Block) -> Measured {
    let (cells, ground) = match block {
        Block::Delivery(row) => return delivery(row),
        Block::Remark { number, at, text } => (
            vec![
                (COLUMNS[0], outside(STRONG, number, width(0))),
                (COLUMNS[1], outside(CELL, at, width(1))),
                (COLUMNS[2], outside(CELL, text, RIGHT - COLUMNS[2])),
            ],
            Ground::Ruled,
        ),
        Block::Beside(text) => (
            vec![(COLUMNS[2], outside(STRONG, text, RIGHT - COLUMNS[2] - GUTTER))],
            Ground::Shaded,
        ),
    };
    Measured { cells, ground }
}

fn delivery(row: &Row) -> Measured {
    let single = |text: &String| vec![text.clone()];
    let cells = [
        single(&row.number),
        single(&row.at),
        row.patient.clone(),
        row.prescriber.clone(),
        row.product.clone(),
        single(&row.boxes),
        row.lot.clone(),
        row.order.clone(),
    ];
    let cells = cells
        .iter()
        .enumerate()
        .map(|(column, texts)| {
            let lines = texts.iter().enumerate().flat_map(|(place, text)| {
                let is_key = place == 0 && matches!(column, 0 | 2 | 4 | 5);
                outside(if is_key { STRONG } else { CELL }, text, width(column))
            });
            (COLUMNS[column], lines.collect())
        })
        .collect();
    Measured {
        cells,
        ground: Ground::Ruled,
    }
}

/// How long a text may be in a column.
fn width(column: usize) -> f32 {
    let from = COLUMNS.get(column).copied().unwrap_or(LEFT);
    COLUMNS.get(column + 1).copied().unwrap_or(RIGHT) - from - GUTTER
}

/// The pharmacy on the left, the edition on the right, the heads of the columns under both.
fn head(page: &mut Page, edition: &Edition) {
    let half = PAPER.width / 2.0 - LEFT;
    // One line each: an endless name must not push the table off the page.
    let first = |style, text: &str| outside(style, text, half).into_iter().next();
    let pharmacy: Vec<(Style, String)> = [
        first(NAME, &safe(&edition.pharmacy.name)),
        first(PLAIN, &words::address(edition.pharmacy)),
        first(SMALL, &words::finess(edition.pharmacy)),
    ]
    .into_iter()
    .flatten()
    .collect();
    page.column(&pharmacy, LEFT, 22.0);
    let mut y = 22.0;
    for (style, text) in [
        (
            NAME,
            format!("{} {}", words::TITLE, words::period(edition.first, edition.last)),
        ),
        (PLAIN, words::count(edition.extract.entries.len())),
        (SMALL, words::edited(edition.edited_at, edition.zone)),
    ] {
        y += style.leading();
        page.text_up_to(style, RIGHT, y, &text);
    }
    page.area(0.88, [LEFT - 4.0, TABLE_TOP - 18.0, RIGHT - LEFT + 8.0, 16.0]);
    for (x, title) in COLUMNS.into_iter().zip(words::COLUMNS) {
        page.text(HEAD, x, TABLE_TOP - 7.0, title);
    }
}

fn draw(page: &mut Page, table: &[Measured]) {
    let mut y = TABLE_TOP;
    for row in table {
        let height = row.height();
        match row.ground {
            Ground::Ruled => page.rule(0.75, LEFT - 4.0, RIGHT + 4.0, y),
            Ground::Shaded => {
                page.area(
                    0.94,
                    [COLUMNS[2] - 6.0, y + 1.0, RIGHT - COLUMNS[2] + 10.0, height - 2.0],
                );
                page.area(0.35, [COLUMNS[2] - 6.0, y + 1.0, 2.0, height - 2.0]);
            }
        }
        for (x, lines) in &row.cells {
            page.column(lines, *x, y + ROW_SPACE - 2.0);
        }
        y += height;
    }
    page.rule(0.75, LEFT - 4.0, RIGHT + 4.0, y);
}
