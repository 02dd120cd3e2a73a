//! Every screen, in every state worth seeing, at 80×24 and 120×40, with its styles.

use comptoir::app::{App, Mode};
use comptoir::ui::{self, Theme};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};

use crate::samples::*;

use crate::scenes::*;

/// What the terminal shows.
pub(crate) fn drawn(app: &App, (width, height): (u16, u16), theme: &Theme) -> Buffer {
    let area = Rect::new(0, 0, width, height);
    let mut buffer = Buffer::empty(area);
    ui::draw_in(area, &mut buffer, app, theme);
    buffer
}

/// The rows, then for each row the runs of cells that have a style.
fn described(buffer: &Buffer) -> String {
    let mut rows = String::new();
    let mut styles = String::new();
    for y in 0..buffer.area.height {
        let mut row = String::new();
        let mut runs: Vec<(u16, u16, Style)> = Vec::new();
        for x in 0..buffer.area.width {
            let cell = &buffer[(x, y)];
            row.push_str(cell.symbol());
            match runs.last_mut() {
                Some((_, end, style)) if *end == x && *style == cell.style() => *end = x + 1,
                _ => runs.push((x, x + 1, cell.style())),
            }
        }
        rows.extend(["│", &row, "│\n"]);
        let described: Vec<String> = runs
            .iter()
            .filter_map(|(start, end, style)| Some(format!("{start}-{end} {}", style_name(*style)?)))
            .collect();
        if !described.is_empty() {
            styles.extend([format!("{y:>2}: "), described.join(", "), "\n".to_owned()]);
        }
    }
    format!("{rows}{styles}")
}

fn style_name(style: Style) -> Option<String> {
    let colour = |prefix: &str, colour: Option<Color>| match colour {
        None | Some(Color::Reset) => None,
        Some(colour) => Some(format!("{prefix}{colour:?}").to_lowercase()),
    };
    let modifiers = style.add_modifier;
    let modifiers = (!modifiers.is_empty()).then(|| format!("{modifiers:?}").to_lowercase());
    let parts: Vec<String> = [colour("", style.fg), colour("on ", style.bg), modifiers]
        .into_iter()
        .flatten()
        .collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

fn snapshot(name: &str, size: (u16, u16), app: &App, theme: &Theme) {
    let name = format!("{name}__{}x{}", size.0, size.1);
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true, snapshot_path => "snapshots" }, {
        insta::assert_snapshot!(name, described(&drawn(app, size, theme)));
    });
}

#[test]
fn every_screen_is_as_it_was_reviewed() {
    for scene in scenes() {
        for size in [(80, 24), (120, 40)] {
            snapshot(scene.name, size, &scene.app, &Theme::coloured());
        }
    }
}

#[test]
fn without_colours_weight_and_signs_remain() {
    for (name, app) in [
        ("no_color_prescription", serving(remarkable_prescription())),
        ("no_color_counter", busy_counter()),
        ("no_color_review", after(held_elsewhere(), vec![], "⏎")),
    ] {
        snapshot(name, (80, 24), &app, &Theme::without_colours());
    }
    for scene in scenes() {
        let buffer = drawn(&scene.app, (120, 40), &Theme::without_colours());
        for cell in buffer.content() {
            assert_eq!((cell.fg, cell.bg), (Color::Reset, Color::Reset), "{}", scene.name);
        }
    }
}

#[test]
fn no_meaning_is_lost_with_the_colours() {
    for scene in scenes() {
        let text = |theme| {
            let buffer = drawn(&scene.app, (80, 24), &theme);
            buffer
                .content()
                .iter()
                .map(|cell| cell.symbol().to_owned())
                .collect::<String>()
        };
        assert_eq!(
            text(Theme::coloured()),
            text(Theme::without_colours()),
            "{}",
            scene.name
        );
    }
}

#[test]
fn every_screen_has_a_scene() {
    let mut shown: Vec<&str> = scenes().iter().map(|scene| scene.app.screen().name()).collect();
    shown.sort_unstable();
    shown.dedup();
    assert_eq!(
        shown,
        [
            "consulting",
            "correcting",
            "counter",
            "decision",
            "done",
            "handwriting",
            "help",
            "history",
            "identified",
            "leaving",
            "naming",
            "number_doubt",
            "outbox",
            "paper",
            "prescription",
            "reader_test",
            "recording",
            "refused",
            "register",
            "review",
            "settling",
        ]
    );
    // Every part of the key table is seen too.
    for context in comptoir::app::keys::Context::ALL {
        assert!(
            scenes()
                .iter()
                .any(|scene| scene.app.screen().context() == context),
            "{context:?}"
        );
    }
}

pub(crate) fn text_of(buffer: &Buffer) -> String {
    (0..buffer.area.height)
        .map(|y| {
            let row: String = (0..buffer.area.width).map(|x| buffer[(x, y)].symbol()).collect();
            row + "\n"
        })
        .collect()
}

#[test]
fn a_training_session_says_so_on_every_screen_and_a_real_one_never() {
    for scene in scenes() {
        for size in [(80, 24), (120, 40)] {
            let text = text_of(&drawn(&scene.app, size, &Theme::coloured()));
            assert!(text.contains("FORMATION"), "{}", scene.name);
        }
    }
    let mut setting = setting();
    setting.mode = Mode::Real;
    let real = App::new(setting, now());
    assert!(!text_of(&drawn(&real, (80, 24), &Theme::coloured())).contains("FORMATION"));
}

#[test]
fn a_window_too_small_says_what_it_needs() {
    for size in [(79, 24), (80, 23), (20, 5), (3, 1), (1, 1), (0, 0)] {
        let buffer = drawn(&app(), size, &Theme::coloured());
        if size.0 >= 20 {
            assert!(text_of(&buffer).contains("Agrandissez"), "{size:?}");
        }
    }
    snapshot("too_small", (60, 10), &app(), &Theme::coloured());
}

#[test]
fn every_size_is_drawn_without_failing() {
    for scene in scenes() {
        for size in [
            (80, 24),
            (81, 25),
            (109, 24),
            (110, 30),
            (111, 24),
            (200, 60),
            (300, 24),
        ] {
            drawn(&scene.app, size, &Theme::coloured());
        }
    }
}

#[test]
fn the_footer_says_every_key_it_promises_at_the_smallest_size() {
    for scene in scenes() {
        let text = text_of(&drawn(&scene.app, (80, 24), &Theme::coloured()));
        let footer: Vec<&str> = text.lines().skip(22).collect();
        let footer = footer.join(" ");
        for (key, label) in ui::frame::footer_keys(scene.app.screen()) {
            assert!(
                footer.contains(&format!("{key} {label}")),
                "{}: {key} {label} is not in {footer}",
                scene.name
            );
        }
    }
}
